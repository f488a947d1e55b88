"""The cases' Pods on a real cluster of two nodes, and who listens and asks inside each of them."""

import json
import os
import signal
import socket
import sys
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

from labkit.cluster.local.paths import MachinePaths
from labkit.foundation.process import SystemRunner, start_detached
from labkit.foundation.waiting import SystemClock
from tests.support.own_cluster import OwnCluster
from tests.support.policy_world import (
    CELLS,
    NODES,
    OUTSIDE,
    PODS,
    PORTS,
    TEAMS,
    Case,
    Cell,
    namespace_object,
    pod_object,
)
from tests.support.waiting import eventually

SPEAKER = Path(__file__).with_name("speaker.py")
TRY_SECONDS = 0.5
OPEN_SECONDS = 5  # for what must answer; what must not answer never may
SIGNS = {"sign/one": "node1", "sign/two": "node2"}
"""One Pod a node, whose policy changes last: once it is in force, those before it are."""

Asked = tuple[str, int, str]


class Stage:
    def __init__(self, cluster: OwnCluster, folder: Path) -> None:
        self.cluster = cluster
        self.folder = folder
        self.clock = SystemClock()
        self.run = SystemRunner()
        self.addresses: dict[str, str] = {}
        self.nodes = {**NODES, **SIGNS}
        self.reader = cluster.reader()
        self.writer = cluster.writer()
        self._speakers: dict[str, int] = {}
        self._policies: list[dict[str, Any]] = []
        self._sign_port = "t8080"

    def begin(self) -> None:
        for name, labels in {**TEAMS, "sign": {}}.items():
            self.writer.apply(namespace_object(name, labels))
        self.put_pods(list(self.nodes))
        for place in (OUTSIDE, "node1", "node2"):
            self.revive(place)
        self.addresses[OUTSIDE] = self.writer.access.server.split("/")[2].split(":")[0]
        self.signed()
        before = [Cell(OUTSIDE, sign, "t8080") for sign in SIGNS]
        eventually(lambda: not self.open_of(before), "the signs to be policed")

    def end(self) -> None:
        for pid in self._speakers.values():
            os.kill(pid, signal.SIGKILL)
        self.reader.close()
        self.writer.close()

    def namespace_of(self, place: str) -> Path:
        """Outside is the control plane's side, where the API server and the balancers' way is."""
        suffix = "" if place == OUTSIDE else f".{place}"
        return Path(f"/run/netns/lab.{self.cluster.name}{suffix}")

    def put_pods(self, keys: Iterable[str]) -> None:
        """Make them, on their nodes, and let somebody speak inside."""
        for key in keys:
            pod = pod_object(key, self.nodes[key], PODS.get(key, {"app": "sign"}))
            eventually(partial(self._made, pod), f"Pod {key} to be made")
        for key in keys:
            eventually(partial(self._has_address, key), f"the address of Pod {key}")
        for key in keys:
            self._speak(key, self._namespace_at(self.addresses[key]))

    def _made(self, pod: dict[str, Any]) -> bool:
        """A namespace's first moment has no ServiceAccount yet."""
        accounts = self.reader.list("ServiceAccount", namespace=pod["metadata"]["namespace"])
        return bool(accounts and self.writer.create(pod))

    def _has_address(self, key: str) -> bool:
        namespace, name = key.split("/")
        status = self.reader.get("Pod", name, namespace=namespace)["status"]
        if status["phase"] == "Running":
            self.addresses[key] = status["podIP"]
        return bool(status["phase"] == "Running")

    def _namespace_at(self, address: str) -> Path:
        for path in MachinePaths().cluster(self.cluster.name).run.glob("**/netns/cni-*"):
            said = self.run(["nsenter", f"--net={path}", "ip", "-4", "-o", "addr"], may_fail=True)
            if f" {address}/" in said.output:
                return path
        raise AssertionError(f"no network namespace has {address}")

    def given_addresses(self) -> set[str]:
        """Those that nodes have given to Pods, known before the Pods start."""
        run = MachinePaths().cluster(self.cluster.name).run
        return {path.name for path in run.glob("*/addresses/*/10.*")}

    def move(self, key: str, node: str) -> None:
        """Another Pod of the same name and labels, at another address."""
        self.nodes[key] = node
        self.remove(key)
        self.put_pods([key])

    def remove(self, key: str) -> None:
        self.silence(key)
        namespace, name = key.split("/")
        self.writer.delete("Pod", name, namespace, grace_seconds=0)

    def silence(self, key: str) -> None:
        os.kill(self._speakers.pop(key), signal.SIGKILL)

    def revive(self, place: str) -> None:
        """Let somebody speak there, also in a node that was made again."""
        self._speak(place, self.namespace_of(place))

    def _speak(self, key: str, namespace: Path) -> None:
        path = self._socket(key)
        path.unlink(missing_ok=True)
        command = ["nsenter", f"--net={namespace}", "--", sys.executable, str(SPEAKER), str(path)]
        self._speakers[key] = start_detached(command, self.folder / "speakers.log")
        eventually(path.exists, f"somebody to speak in {key}")

    def _socket(self, key: str) -> Path:
        return self.folder / key.replace("/", ".")

    def ask(self, key: str, question: dict[str, Any]) -> Any:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.connect(str(self._socket(key)))
            connection.sendall(json.dumps(question).encode() + b"\n")
            with connection.makefile() as answer:
                return json.loads(answer.readline())

    def answering(
        self, source: str, asked: list[Asked], seconds: float = TRY_SECONDS
    ) -> list[bool]:
        found: list[bool] = self.ask(source, {"try": asked, "seconds": seconds})
        return found

    def open_of(self, cells: Iterable[Cell], seconds: float = TRY_SECONDS) -> set[Cell]:
        """Those that answer, all tried at once."""
        by_source: dict[str, list[Cell]] = {}
        for cell in cells:
            by_source.setdefault(cell.source, []).append(cell)

        def tried(source: str) -> set[Cell]:
            mine = by_source[source]
            asked = [self._asked(cell) for cell in mine]
            answers = self.answering(source, asked, seconds)
            return {cell for cell, answered in zip(mine, answers, strict=True) if answered}

        with ThreadPoolExecutor(len(by_source) or 1) as pool:
            return set[Cell]().union(*pool.map(tried, by_source))

    def _asked(self, cell: Cell) -> Asked:
        protocol, port = PORTS[cell.port]
        return self.addresses[cell.target], port, protocol

    def disagreeing(self, case: Case) -> set[Cell]:
        """Cells that are open and should not be, or never answer though they should."""
        wanted = {cell for cell in CELLS if case.is_open(cell)}
        seen = self.open_of(CELLS)
        if seen - wanted:
            return seen - wanted
        end = self.clock.monotonic() + OPEN_SECONDS
        while wanted - seen and self.clock.monotonic() < end:
            seen |= self.open_of(wanted - seen)
        return wanted - seen

    def put(self, case: Case) -> float:
        """In place of the policies before; the seconds until they were in force on both nodes."""
        for old in self._policies:
            place = old["metadata"]
            self.writer.delete("NetworkPolicy", place["name"], place["namespace"])
        self._policies = case.policies_at(self.addresses)
        for each in self._policies:
            self.writer.create(each)
        return self.signed()

    def signed(self) -> float:
        """Change what the signs let in, and wait until both let it in."""
        self._sign_port = "t9090" if self._sign_port == "t8080" else "t8080"
        ports = [{"port": PORTS[self._sign_port][1]}]
        spec = {"podSelector": {}, "ingress": [{"ports": ports}], "policyTypes": ["Ingress"]}
        began = self.clock.monotonic()
        self.writer.apply(
            {
                "apiVersion": "networking.k8s.io/v1",
                "kind": "NetworkPolicy",
                "metadata": {"name": "sign", "namespace": "sign"},
                "spec": spec,
            }
        )
        awaited = [Cell(OUTSIDE, sign, self._sign_port) for sign in SIGNS]
        eventually(
            lambda: len(self.open_of(awaited, 0.1)) == len(awaited),
            "the policies to be in force",
            limit_seconds=20,
        )
        return self.clock.monotonic() - began
