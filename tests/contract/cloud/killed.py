"""An emulator that is killed at its Nth step: `python -m tests.contract.cloud.killed FOLDER`.

A step is a transaction that is about to be, or has just been, written to disk, and every thing
that an engine is about to do, or has just done. Each number is a process of its own, with a life
from the first cluster to the last, which ends by SIGKILL at that step; what it leaves is in
FOLDER/<number>. The first number that nobody reaches ends it.
"""

import json
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from labkit.cluster.engine import ClusterConfig, ClusterStatus, NodeShape, NodeStatus
from labkit.foundation.files import write_atomically
from labkit.foundation.progress import Progress
from tests.contract.cloud.place import KUBE
from tests.support.cloud import Machine, PretendedEngine, Stage, staged

NODES, DONE = "nodes.json", "done.json"
Called = tuple[str, str, dict[str, Any] | None, str, dict[str, int]]
"""Method, path below the cluster, body; and afterwards: version, pools and their nodes."""
CALLS: tuple[Called, ...] = (
    ("POST", "", {"region": "GRA7", "version": "1.33"}, "1.33", {}),
    ("POST", "/nodepool", {"flavorName": "b3-8", "name": "a", "desiredNodes": 2}, "1.33", {"a": 2}),
    ("PUT", "/nodepool/a", {"desiredNodes": 4}, "1.33", {"a": 4}),
    ("PUT", "/nodepool/a", {"desiredNodes": 2}, "1.33", {"a": 2}),
    ("POST", "/update", {"strategy": "NEXT_MINOR"}, "1.34", {"a": 2}),
    ("POST", "/nodepool", {"flavorName": "d2-4", "name": "b", "desiredNodes": 1}, "1.34",
     {"a": 2, "b": 1}),
    ("DELETE", "/nodepool/a", None, "1.34", {"b": 1}),
    ("POST", "/kubeconfig/reset", None, "1.34", {"b": 1}),
    ("POST", "/reset", {"workerNodesPolicy": "reinstall"}, "1.34", {"b": 1}),
    ("DELETE", "", None, "", {}),
)  # fmt: skip


@dataclass(slots=True)
class Death:
    """Comes at a number of steps; 0 never."""

    at: int
    folder: Path
    steps: int = 0

    def step(self, name: str) -> None:
        self.steps += 1
        if self.steps == self.at:
            (self.folder / "died").write_text(name)
            os.kill(os.getpid(), signal.SIGKILL)


class KeptMachine(Machine):
    """Its nodes are in a file, as real ones are in the machine."""

    __slots__ = ("death",)

    def __init__(self, folder: Path, at: int = 0) -> None:
        folder.mkdir(exist_ok=True)
        super().__init__(folder)
        self.death = Death(at, folder)
        if (folder / NODES).exists():
            for cluster, nodes in json.loads((folder / NODES).read_text()).items():
                self.clusters[cluster] = {
                    name: NodeShape(name=name, provider_id=id_) for name, id_ in nodes.items()
                }

    def open(self, name: str) -> PretendedEngine:
        return KeptEngine(name, self)

    @contextmanager
    def doing(self, what: str) -> Iterator[None]:
        self.death.step(f"before {what}")
        yield
        kept = {
            cluster: {name: shape.provider_id for name, shape in nodes.items()}
            for cluster, nodes in self.clusters.items()
        }
        write_atomically(self.folder / NODES, json.dumps(kept))
        self.death.step(f"after {what}")


class KeptEngine(PretendedEngine):
    """Starts nodes one after the other, so that it can die between two."""

    def __init__(self, cluster: str, machine: KeptMachine) -> None:
        super().__init__(cluster, machine)
        self._kept = machine

    def start(self, config: ClusterConfig, progress: Progress) -> ClusterStatus:
        with self._kept.doing("start of the control plane"):
            self._kept.clusters.setdefault(self.cluster, {})
        for shape in config.nodes:
            if shape.name not in self._kept.clusters[self.cluster]:
                with self._kept.doing("start of a node"):
                    self._kept.clusters[self.cluster][shape.name] = shape
        return super().start(config, progress)

    def add_node(self, shape: NodeShape, progress: Progress) -> NodeStatus:
        with self._kept.doing("addition of a node"):
            return super().add_node(shape, progress)

    def remove_node(self, name: str, progress: Progress) -> None:
        with self._kept.doing("removal of a node"):
            super().remove_node(name, progress)

    def delete(self, progress: Progress) -> None:
        with self._kept.doing("deletion of the cluster"):
            super().delete(progress)


class WatchedDisk:
    """A connection to SQLite that may die around each commit."""

    def __init__(self, disk: Any, death: Death) -> None:
        self._disk, self._death = disk, death

    def execute(self, sql: str, *values: Any) -> Any:
        if sql != "COMMIT":
            return self._disk.execute(sql, *values)
        self._death.step("before a commit")
        done = self._disk.execute(sql)
        self._death.step("after a commit")
        return done

    def __getattr__(self, name: str) -> Any:
        return getattr(self._disk, name)


def live(folder: Path, at: int) -> None:
    machine = KeptMachine(folder, at)
    with staged(folder, machine) as stage:
        stage.cloud.store._disk = WatchedDisk(stage.cloud.store._disk, machine.death)  # type: ignore[assignment]
        cluster = ""
        for number, (method, path, body, *_) in enumerate(CALLS, 1):
            write_atomically(folder / DONE, json.dumps([number - 1, number]))
            answer = stage.asked(method, address(stage, cluster, path), body)
            write_atomically(folder / DONE, json.dumps([number, number]))
            cluster = cluster or answer["id"]
            stage.settle()


def address(stage: Stage, cluster: str, path: str) -> str:
    """With the pool's id in place of its name."""
    if path.startswith("/nodepool/"):
        for pool in stage.asked("GET", f"{KUBE}/{cluster}/nodepool"):
            path = path.replace(f"/nodepool/{pool['name']}", f"/nodepool/{pool['id']}")
    return f"{KUBE}/{cluster}{path}".removesuffix("/")


def main(folder: Path) -> None:
    number, killed = 0, True
    while killed:
        number += 1
        child = os.fork()
        if not child:
            live(folder / str(number), number)
            os._exit(0)
        _, ended = os.waitpid(child, 0)
        killed = os.WIFSIGNALED(ended)
        if not killed and os.WEXITSTATUS(ended):
            sys.exit(1)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
