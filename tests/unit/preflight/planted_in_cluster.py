"""Faults of a running cluster."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from labkit.kube.errors import AnswerTooSlow, ClusterUnreachable
from labkit.preflight.cluster import Certificate, Cluster, Kubeconfig
from labkit.preflight.finding import Level
from tests.unit.preflight.healthy import CLUSTER, NOW

SILENT = ClusterUnreachable("https://x", "refused")


def ends(days: float) -> Cluster:
    certificate = Certificate("admin", NOW - timedelta(days=300), NOW + timedelta(days=days))
    return replace(CLUSTER, certificates=(certificate,))


def begins(days: float) -> Cluster:
    certificate = Certificate("admin", NOW + timedelta(days=days), NOW + timedelta(days=300))
    return replace(CLUSTER, certificates=(certificate,))


def kubeconfig(**changed: object) -> Cluster:
    file = Kubeconfig(Path("/home/ada/labkit/kubeconfig"), **changed)  # type: ignore[arg-type]
    return replace(CLUSTER, kubeconfigs=(file,))


def node(**changed: object) -> Cluster:
    assert CLUSTER.nodes
    return replace(CLUSTER, nodes=(replace(CLUSTER.nodes[0], **changed),))  # type: ignore[arg-type]


def pod(**changed: object) -> Cluster:
    assert CLUSTER.dns
    return replace(CLUSTER, dns=(replace(CLUSTER.dns[0], **changed),))  # type: ignore[arg-type]


IN_THE_CLUSTER: dict[str, tuple[str, Level, Callable[[], Cluster]]] = {
    "no cluster yet": ("kubeconfig", Level.NOTE, Cluster),
    "a broken kubeconfig": (
        "kubeconfig",
        Level.BLOCKING,
        lambda: kubeconfig(problem="It is not YAML.", next_step="labkit up"),
    ),
    "a kubeconfig that others may read": (
        "kubeconfig-mode",
        Level.WARNING,
        lambda: kubeconfig(mode=0o644),
    ),
    "an API server that does not answer": (
        "api",
        Level.BLOCKING,
        lambda: replace(CLUSTER, problem=SILENT),
    ),
    "a stopped cluster": (
        "api",
        Level.BLOCKING,
        lambda: Cluster(kubeconfigs=CLUSTER.kubeconfigs, server="https://x", has_route=False),
    ),
    "an API server that is slow": (
        "api",
        Level.WARNING,
        lambda: replace(CLUSTER, problem=AnswerTooSlow("https://x", "no answer within 3 s")),
    ),
    "an expired certificate": ("certificate", Level.BLOCKING, lambda: ends(-1)),
    "a certificate about to expire": ("certificate", Level.WARNING, lambda: ends(3)),
    "a certificate of tomorrow": (
        "certificate",
        Level.BLOCKING,
        lambda: begins(1),
    ),
    "the only node not Ready": ("nodes", Level.BLOCKING, lambda: node(ready=False, reason="CNI")),
    "no node": ("nodes", Level.BLOCKING, lambda: replace(CLUSTER, nodes=())),
    "DNS not ready": ("dns", Level.WARNING, lambda: pod(ready=False, phase="Pending")),
    "no DNS": ("dns", Level.WARNING, lambda: replace(CLUSTER, dns=())),
    "an image missing": ("images", Level.NOTE, lambda: node(images=frozenset())),
    "clocks apart": (
        "clock-skew",
        Level.WARNING,
        lambda: replace(CLUSTER, server_time=NOW + timedelta(minutes=5)),
    ),
    "kubectl far from the server": (
        "kubectl-skew",
        Level.WARNING,
        lambda: replace(CLUSTER, version=(1, 29, 3)),
    ),
}
