"""How long what is ordered from the emulated cloud takes, and whether three clusters hold.

`python -m tools.bench managed` measures with a cloud of its own: real clusters and nodes first, by
calls of OVHcloud's own client; then three simulated clusters of 50 nodes each, ten minutes long.
"""

import json
import statistics
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from labkit.foundation.waiting import SystemClock, wait_until
from labkit.kube.conditions import is_true
from labkit.kube.kubeconfig import read_access
from labkit.kube.reader import Reader
from labkit.kube.writer import Writer
from labkit.remote.cloud_keys import read_keys
from labkit.remote.ovhcloud import official_client
from tools.bench_measure import Bench, pss_bytes

CLUSTER = "POST kube → cluster READY, s"
POOL = "POST nodepool of 3 → pool READY, s"
AUTOSCALER = "Pod unschedulable → a node ordered, s"
CROWD = "3 simulated clusters: all of 50 nodes each Ready, s"
WHOLE = "all 150 nodes and 3 clusters READY during 10 minutes, % of the looks"
ASKED = "a GET of a cluster's 50 nodes meanwhile, ms"
MEMORY = "memory (PSS) of the emulator meanwhile, MB"
TARGETS = {CLUSTER: "≤ 6", POOL: "≤ 5", AUTOSCALER: "≤ 5", WHOLE: "100", MEMORY: "≤ 120"}
RUNS = 3
CLUSTERS, NODES = 3, 50
HELD_SECONDS, LOOK_SECONDS = 600, 10
LIMIT_SECONDS = 120
HUNGRY = {
    "apiVersion": "v1",
    "kind": "Pod",
    "metadata": {"name": "hungry"},
    "spec": {
        "containers": [
            {
                "name": "hungry",
                "image": "registry.lab.example:5000/hello:1.0",
                "resources": {"requests": {"cpu": "600m"}},
            }
        ]
    },
}


@dataclass(frozen=True, slots=True)
class Account:
    """One emulated cloud, and OVHcloud's own client for it."""

    home: Path
    client: Any
    clusters: str
    """The path of the project's clusters."""

    def order(self, **body: Any) -> str:
        """The path of a new cluster."""
        return f"{self.clusters}/{self.client.post(self.clusters, region='GRA7', **body)['id']}"

    def is_ready(self, path: str) -> bool:
        return bool(self.client.get(path)["status"] == "READY")

    def kubeconfig(self, cluster: str) -> Path:
        path = self.home / f"{cluster.rpartition('/')[2]}.kubeconfig"
        path.write_text(self.client.post(f"{cluster}/kubeconfig")["content"])
        return path

    def emulator(self) -> Path:
        """Its folder in /proc."""
        noted = json.loads((self.home / "cloud" / "running.json").read_text())
        return Path(f"/proc/{noted['pid']}")


def measure() -> Mapping[str, list[float]]:
    with opened("local") as cloud:
        found = _ordered(cloud)
    with opened("simulated") as cloud:
        return {**found, **_held(cloud)}


def table(measured: Mapping[str, Sequence[float]]) -> str:
    lines = ["| what is ordered from it | median | worst | runs | target |", "| --- " * 5 + "|"]
    for what, found in measured.items():
        worst = min(found) if what == WHOLE else max(found)
        middle, target = statistics.median(found), TARGETS.get(what, "")
        lines.append(f"| {what} | {middle:.3g} | {worst:.3g} | {len(found)} | {target} |")
    return "\n".join(lines)


@contextmanager
def opened(engine: str) -> Iterator[Account]:
    with TemporaryDirectory(prefix="labkit-bench-managed-") as folder:
        bench = Bench(Path(folder))
        try:
            bench.labkit("cloud", "up", "--engine", engine)
            keys = read_keys(bench.home / "cloud" / "keys.json")
            path = f"/cloud/project/{keys.project}/kube"
            yield Account(bench.home, official_client(keys), path)
        finally:
            bench.labkit("cloud", "down")


def _ordered(cloud: Account) -> dict[str, list[float]]:
    """Real clusters, one after the other, each deleted before the next one is ordered."""
    runs = [_once(cloud, f"bench-{run}") for run in range(RUNS)]
    return {what: [run[what] for run in runs] for what in (CLUSTER, POOL, AUTOSCALER)}


def _once(cloud: Account, name: str) -> dict[str, float]:
    began = SystemClock().monotonic()
    cluster = cloud.order(name=name)
    cluster_seconds = _seconds(lambda: cloud.is_ready(cluster), began)
    began = SystemClock().monotonic()
    pool = _pool(cloud, cluster, name="three", desiredNodes=3)
    pool_seconds = _seconds(lambda: cloud.is_ready(pool), began)
    cloud.client.delete(pool)
    _seconds(lambda: cloud.client.get(f"{cluster}/node") == [])
    found = {
        CLUSTER: cluster_seconds,
        POOL: pool_seconds,
        AUTOSCALER: _autoscaler(cloud, cluster),
    }
    cloud.client.delete(cluster)
    _seconds(lambda: cloud.client.get(cloud.clusters) == [])
    sys.stderr.writelines(f"  {what}: {value:.2f}\n" for what, value in found.items())
    return found


def _autoscaler(cloud: Account, cluster: str) -> float:
    """From a Pod's condition, as a watcher sees it, to the pool's new size."""
    moving = {"autoscale": True, "minNodes": 1, "maxNodes": 2, "desiredNodes": 1}
    pool = _pool(cloud, cluster, name="few", **moving)
    _seconds(lambda: cloud.is_ready(pool))
    access = read_access(cloud.kubeconfig(cluster))
    with Reader(access) as reader, Writer(access) as writer:
        for name in ("first", "second"):
            pod = {**HUNGRY, "metadata": {"name": name}}
            writer.create(pod, namespace="default")
        _seconds(lambda: any(map(_is_unschedulable, reader.list("Pod", namespace="default"))))
        return _seconds(lambda: cloud.client.get(pool)["desiredNodes"] == 2)


def _is_unschedulable(pod: Mapping[str, Any]) -> bool:
    conditions = pod["status"].get("conditions") or []
    return any(each.get("reason") == "Unschedulable" for each in conditions)


def _pool(cloud: Account, cluster: str, **body: Any) -> str:
    made = cloud.client.post(f"{cluster}/nodepool", flavorName="d2-2", **body)
    return f"{cluster}/nodepool/{made['id']}"


def _held(cloud: Account) -> dict[str, list[float]]:
    """Many looks at three clusters: by the cloud's API, and by each cluster's own."""
    pool = {"flavorName": "b3-8", "name": "crowd", "desiredNodes": NODES}
    clock = SystemClock()
    began = clock.monotonic()
    clusters = [cloud.order(name=f"crowd-{n}", nodepools=[pool]) for n in range(CLUSTERS)]
    _seconds(lambda: all(map(cloud.is_ready, clusters)))
    with ExitStack() as stack:
        readers = [
            stack.enter_context(Reader(read_access(cloud.kubeconfig(each)))) for each in clusters
        ]
        crowd = tuple(zip(clusters, readers, strict=True))
        whole, asked, memory = list[float](), list[float](), list[float]()
        ready_seconds = _seconds(lambda: all(_is_whole(cloud, *each, []) for each in crowd), began)
        until = clock.monotonic() + HELD_SECONDS
        while clock.monotonic() < until:
            whole.append(100.0 * all(_is_whole(cloud, *each, asked) for each in crowd))
            memory.append(pss_bytes(cloud.emulator()) / 1e6)
            clock.pause(LOOK_SECONDS)
    return {CROWD: [ready_seconds], WHOLE: whole, ASKED: asked, MEMORY: memory}


def _is_whole(cloud: Account, cluster: str, reader: Reader, asked: list[float]) -> bool:
    """Both say that all its nodes are Ready; notes how long the cloud's answer took, ms."""
    clock = SystemClock()
    began = clock.monotonic()
    shown = cloud.client.get(f"{cluster}/node")
    asked.append((clock.monotonic() - began) * 1000)
    ready = [node for node in shown if node["status"] == "READY"]
    there = [node for node in reader.list("Node") if is_true(node, "Ready")]
    return cloud.is_ready(cluster) and len(ready) == len(there) == NODES


def _seconds(look: Callable[[], bool], began: float | None = None) -> float:
    """Until it is so, from now or from an earlier moment."""
    clock = SystemClock()
    began = clock.monotonic() if began is None else began
    wait_until(
        look,
        "the measured moment",
        limit_seconds=LIMIT_SECONDS,
        clock=clock,
        pause_seconds=0.05,
    )
    return clock.monotonic() - began


if __name__ == "__main__":
    sys.stdout.write(table(measure()) + "\n")
