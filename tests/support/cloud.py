"""An emulator over engines that start nothing, and clients that reach it without a socket."""

import asyncio
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from random import Random
from threading import Lock
from typing import Any

import httpx
from starlette.types import ASGIApp

from labkit.cloud.app import application
from labkit.cloud.auth.signature import signature
from labkit.cloud.cloud import Cloud
from labkit.cloud.emulator import Emulator, open_emulator
from labkit.cloud.kube.models import Cluster
from labkit.cloud.lifecycle.converging import Round, converge
from labkit.cloud.seed import Seed, keys
from labkit.cluster.engine import (
    Capability,
    ClusterConfig,
    ClusterStatus,
    NodeShape,
    NodeStatus,
    State,
)
from labkit.foundation.progress import Progress
from labkit.foundation.waiting import Clock
from labkit.remote.cloud_keys import CloudKeys
from tests.support.clock import HeldClock

KUBECONFIG = """\
apiVersion: v1
kind: Config
clusters:
- name: lab
  cluster: {server: "https://127.0.0.1:6443", certificate-authority-data: Q0E=}
users: [{name: admin, user: {client-certificate-data: Q0VSVA==, client-key-data: S0VZ}}]
contexts: [{name: lab, context: {cluster: lab, user: admin}}]
current-context: lab
"""
PROJECT = "a" * 32


@dataclass(slots=True)
class Machine:
    """What all pretended engines of one machine did; survives an emulator that is killed."""

    folder: Path
    clusters: dict[str, dict[str, NodeShape]] = field(default_factory=dict)
    configs: dict[str, ClusterConfig] = field(default_factory=dict)
    done: list[str] = field(default_factory=list)
    lock: Lock = field(default_factory=Lock)

    def open(self, name: str) -> "PretendedEngine":
        return PretendedEngine(name, self)


class PretendedEngine:
    """Does at once what it is told, in memory."""

    name = "pretended"
    capabilities: frozenset[Capability] = frozenset()

    def __init__(self, cluster: str, machine: Machine) -> None:
        self.cluster = cluster
        self._machine = machine

    def start(self, config: ClusterConfig, progress: Progress) -> ClusterStatus:
        with self._machine.lock:
            nodes = self._machine.clusters.setdefault(self.cluster, {})
            for shape in config.nodes:
                nodes.setdefault(shape.name, shape)
            self._machine.configs[self.cluster] = config
            self._machine.done.append(f"start {self.cluster}")
        self.kubeconfig().write_text(KUBECONFIG)
        return self.status()

    def stop(self, progress: Progress) -> None: ...

    def delete(self, progress: Progress) -> None:
        with self._machine.lock:
            self._machine.clusters.pop(self.cluster, None)
            self._machine.done.append(f"delete {self.cluster}")

    def status(self) -> ClusterStatus:
        nodes = dict(self._machine.clusters.get(self.cluster, {}))
        state = State.RUNNING if self.cluster in self._machine.clusters else State.ABSENT
        return ClusterStatus(
            self.cluster,
            self.name,
            state,
            nodes=tuple(NodeStatus(name, ready=True) for name in nodes),
            figures={"etcd_bytes": 1_234_567.0},
        )

    def kubeconfig(self) -> Path:
        return self._machine.folder / f"{self.cluster}.kubeconfig"

    def add_node(self, shape: NodeShape, progress: Progress) -> NodeStatus:
        with self._machine.lock:
            self._machine.clusters[self.cluster][shape.name] = shape
            self._machine.done.append(f"add {shape.name}")
        return NodeStatus(shape.name, ready=True)

    def remove_node(self, name: str, progress: Progress) -> None:
        with self._machine.lock:
            self._machine.clusters[self.cluster].pop(name)
            self._machine.done.append(f"remove {name}")

    def logs(self, component: str, lines: int = 100) -> str:
        return '{"kind": "Event", "verb": "delete"}\n'


class InProcess(httpx.BaseTransport):
    """Calls an application without a socket."""

    def __init__(self, app: ASGIApp) -> None:
        self._inner = httpx.ASGITransport(app)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        async def ask() -> httpx.Response:
            answer = await self._inner.handle_async_request(request)
            content = await answer.aread()
            return httpx.Response(answer.status_code, headers=answer.headers, content=content)

        return asyncio.run(ask())


@dataclass(slots=True)
class Stage:
    """An emulator whose keepers are moved by hand, and a client that signs."""

    emulator: Emulator
    machine: Machine
    http: httpx.Client
    keys: CloudKeys
    clock: Clock

    @property
    def cloud(self) -> Cloud:
        return self.emulator.cloud

    def call(self, method: str, path: str, body: object = None, **headers: str) -> httpx.Response:
        """Signed, below /1.0."""
        content = b"" if body is None else json.dumps(body, separators=(",", ":")).encode()
        return self.send(method, f"{self.cloud.address}/1.0{path}", content, headers=headers)

    def send(
        self,
        method: str,
        url: str,
        content: bytes,
        *,
        signed: bool = True,
        headers: Mapping[str, str],
    ) -> httpx.Response:
        """These very bytes."""
        stamp = str(self.cloud.time.unix())
        sent = {"X-Ovh-Application": self.keys.application_key}
        if signed:
            sent |= {
                "X-Ovh-Consumer": self.keys.consumer_key,
                "X-Ovh-Timestamp": stamp,
                "X-Ovh-Signature": signature(
                    self.keys.application_secret,
                    self.keys.consumer_key,
                    method=method,
                    url=url,
                    body=content,
                    timestamp=stamp,
                ),
            }
        return self.http.request(method, url, content=content, headers={**sent, **headers})

    def asked(self, method: str, path: str, body: object = None) -> Any:
        """The answer of a call that must succeed."""
        answer = self.call(method, path, body)
        assert answer.status_code < 300, answer.text
        return answer.json() if answer.content else None

    def lever(self, method: str, name: str, body: object = None) -> httpx.Response:
        """Below /_emulator."""
        url = f"{self.cloud.address}/_emulator{name}"
        return self.http.request(
            method, url, json=body, headers={"X-Labkit-Control": self.cloud.control}
        )

    def settle(self) -> None:
        """Let every keeper do one round."""
        for cluster in self.cloud.store.all(Cluster):
            converge(self.round(cluster))

    def round(self, cluster: Cluster) -> Round:
        """There is no API server whose nodes could follow a template."""
        return replace(self.emulator.round(cluster), retemplate=lambda pool, node: None)


@contextmanager
def staged(folder: Path, machine: Machine | None = None, *, seed: int = 1) -> Iterator[Stage]:
    clock = HeldClock()
    machine = machine or Machine(folder)
    emulator = open_emulator(
        folder,
        machine.open,
        clock=clock,
        chance=Random(seed),
        address="http://127.0.0.1:8080",
        most_vcpus=2,
        seed=Seed(PROJECT, application_key="ak", application_secret="as", consumer_key="ck"),
    )
    emulator.cloud.wake = lambda _: None
    client = httpx.Client(transport=InProcess(application(emulator.cloud)))
    try:
        yield Stage(emulator, machine, client, keys(emulator.cloud), clock)
    finally:
        emulator.end()
