"""What a running cluster says of itself, as plain values; whatever cannot be seen stays None."""

import stat
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from ipaddress import ip_network
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

from labkit.cluster.certificates import validity
from labkit.cluster.lab_range import lab_address
from labkit.foundation.settings import Settings
from labkit.kube.conditions import condition, is_true
from labkit.kube.errors import Forbidden, KubeError
from labkit.kube.exchange import Request
from labkit.kube.kubeconfig import Access, read_access
from labkit.kube.reader import Reader
from labkit.kube.resources import Object
from labkit.preflight.facts import Route
from labkit.preflight.packages import read_version
from labkit.preflight.surroundings import Surroundings

T = TypeVar("T")

ANSWER_SECONDS = 3.0  # a lab answers in milliseconds, unless its machine is busy
SIMULATED = "kwok.x-k8s.io/node"


@dataclass(frozen=True, slots=True)
class Kubeconfig:
    path: Path
    problem: str = ""
    """What is wrong with it, and what to do; empty when it can be read."""
    next_step: str = ""
    mode: int = 0o600
    access: Access | None = None


@dataclass(frozen=True, slots=True)
class Certificate:
    whose: str
    begins: datetime
    ends: datetime


@dataclass(frozen=True, slots=True)
class Node:
    name: str
    ready: bool
    reason: str = ""
    images: frozenset[str] = frozenset()
    simulated: bool = False


@dataclass(frozen=True, slots=True)
class Pod:
    name: str
    ready: bool
    phase: str = ""


@dataclass(frozen=True, slots=True)
class Cluster:
    name: str = "lab"
    kubeconfigs: tuple[Kubeconfig, ...] = ()
    certificates: tuple[Certificate, ...] = ()
    server: str = ""
    has_route: bool = True
    """False for a local cluster that is stopped: its address leads to who knows whom."""
    problem: KubeError | None = None
    """Why the API server did not answer."""
    now: datetime = datetime(1970, 1, 1, tzinfo=UTC)
    server_time: datetime | None = None
    version: tuple[int, ...] = ()
    nodes: tuple[Node, ...] | None = None
    """None: not answered, or not for this kubeconfig's user."""
    dns: tuple[Pod, ...] | None = None
    ingress_classes: tuple[str, ...] | None = None

    def access(self) -> Access | None:
        """Of the first kubeconfig that can be read."""
        return next((each.access for each in self.kubeconfigs if each.access), None)


def look_at_cluster(
    settings: Settings, around: Surroundings, routes: Sequence[Route] = ()
) -> Cluster:
    """Through the administrator's kubeconfig of the named cluster if there is one.

    `routes` are the host's; without one to a local cluster, nobody is asked.
    """
    found = tuple(
        read_kubeconfig(path)
        for path in (
            settings.home / "clusters" / settings.cluster / "admin.kubeconfig",
            settings.home / "kubeconfig",
        )
        if path.exists()
    )
    unseen = Cluster(settings.cluster, found, now=around.clock.now())
    access = unseen.access()
    if access is None:
        return unseen
    if not has_route(access.server, routes):
        return replace(unseen, server=access.server, has_route=False)
    begun = replace(unseen, certificates=tuple(_certificates(access, around)), server=access.server)
    with Reader(
        access, timeout_seconds=ANSWER_SECONDS, run=around.run, clock=around.clock
    ) as reader:
        return _answers(reader, begun)


def has_route(server: str, routes: Sequence[Route]) -> bool:
    """Always true for addresses that labkit does not hand out."""
    address = lab_address(server)
    networks = (ip_network(route.destination) for route in routes)
    return address is None or any(address in network for network in networks)


def read_kubeconfig(path: Path) -> Kubeconfig:
    mode = stat.S_IMODE(path.stat().st_mode)
    try:
        return Kubeconfig(path, mode=mode, access=read_access(path))
    except KubeError as problem:
        return Kubeconfig(path, problem.what_happened, problem.next_step, mode)


def _certificates(access: Access, around: Surroundings) -> list[Certificate]:
    place = urlsplit(access.server)
    shown = around.server_certificate(place.hostname or "", place.port or 443)
    texts = {"API server": shown, access.user: access.certificate, "authority": access.authority}
    found = []
    for whose, text in texts.items():
        try:
            found.append(Certificate(whose, *validity(text)))
        except ValueError:  # none shown, or a user without one
            continue
    return found


def _answers(reader: Reader, begun: Cluster) -> Cluster:
    try:
        reply = reader.connection.ask(Request("/version"))
        return replace(
            begun,
            server_time=_date(reply.headers.get("date", "")),
            now=reader.clock.now(),
            version=read_version(str(reply.json().get("gitVersion", ""))),
            nodes=_permitted(lambda: tuple(map(_node, reader.list("Node")))),
            dns=_permitted(lambda: _dns(reader)),
            ingress_classes=_permitted(lambda: _ingress_classes(reader)),
        )
    except KubeError as problem:
        return replace(begun, problem=problem)


def _permitted(look: Callable[[], T]) -> T | None:
    try:
        return look()
    except Forbidden:
        return None


def _date(header: str) -> datetime | None:
    try:
        return parsedate_to_datetime(header)
    except ValueError:
        return None


def _dns(reader: Reader) -> tuple[Pod, ...]:
    pods = reader.list("Pod", namespace="kube-system", labels="k8s-app=kube-dns")
    return tuple(
        Pod(
            pod["metadata"]["name"],
            is_true(pod, "Ready"),
            str(pod.get("status", {}).get("phase", "")),
        )
        for pod in pods
    )


def _ingress_classes(reader: Reader) -> tuple[str, ...]:
    return tuple(each["metadata"]["name"] for each in reader.list("IngressClass"))


def _node(node: Object) -> Node:
    ready = condition(node, "Ready")
    metadata = node["metadata"]
    images = node.get("status", {}).get("images") or []
    return Node(
        metadata["name"],
        is_true(node, "Ready"),
        str(ready.get("message") or ready.get("reason") or ""),
        frozenset(name for image in images for name in image.get("names") or []),
        SIMULATED in (metadata.get("annotations") or {}),
    )
