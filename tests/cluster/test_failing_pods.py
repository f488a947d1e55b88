"""Why a Pod does not run, explained for Pods that really fail, each for another reason.

`pytest -m cluster tests/cluster/test_failing_pods.py --record` keeps what was seen for the unit
tests, which explain it again without a cluster.
"""

import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest

from labkit.cluster.engine import Capability
from labkit.foundation.waiting import SystemClock, wait_until
from labkit.grading.reading import take_snapshot
from labkit.grading.snapshot import Snapshot
from labkit.grading.snapshot_file import save_snapshot
from labkit.grading.sources import Place, Sources
from labkit.kube.kubeconfig import read_access
from labkit.kube.reader import Reader
from labkit.kube.writer import Writer
from labkit.remote.web import get_pages
from tests.support.closed_registry import ClosedRegistry
from tests.support.failing_place import EXERCISE, FailingPods, explained, without_repetition
from tests.support.failing_pods import CASES, RECORDED
from tests.support.graded import HeldImages
from tests.support.shared_cluster import SharedCluster

pytestmark = pytest.mark.cluster
LIMIT_SECONDS = 80


@pytest.fixture
def place(cluster: SharedCluster) -> Iterator[Place]:
    """All of them are made when the test begins."""
    if Capability.REAL_PODS not in cluster.engine.capabilities:
        pytest.skip("this engine has no real-pods")
    with Writer(read_access(cluster.kubeconfig)) as writer:
        failing = FailingPods(writer, f"t-fail-{secrets.token_hex(3)}")
        with ClosedRegistry(node_address(cluster)) as registry:
            try:
                failing.make(registry.address)
                yield Place(failing.namespaces, failing.namespaces[""], "none")
            finally:
                failing.remove()


def node_address(cluster: SharedCluster) -> str:
    with Reader(read_access(cluster.kubeconfig)) as reader:
        addresses = reader.list("Node")[0]["status"]["addresses"]
    return str(next(one["address"] for one in addresses if one["type"] == "InternalIP"))


def test_every_cause_is_told_apart_and_told_with_its_values(
    cluster: SharedCluster, place: Place, request: pytest.FixtureRequest
) -> None:
    with Reader(read_access(cluster.kubeconfig)) as reader:
        seen: list[Snapshot] = []

        def look() -> bool:
            seen[:] = [
                take_snapshot(
                    EXERCISE, place, Sources(reader, get_pages, SystemClock(), HeldImages())
                )
            ]
            return not differences(seen[0])

        wait_until(
            look,
            "each to fail as it must",
            limit_seconds=LIMIT_SECONDS,
            clock=SystemClock(),
            pause_seconds=0.5,
            last_seen=lambda: "; ".join(differences(seen[0])),
        )
        log = reader.log("read-only-root", place.namespaces[""])
    assert "read-only file system" in log  # that Pod fails for the reason it is here for
    if request.config.getoption("--record"):
        save_snapshot(Path(__file__).parents[2] / RECORDED, without_repetition(seen[0]))


def differences(snapshot: Snapshot) -> list[str]:
    """Cases that are not told as they must be (yet)."""
    told = explained(snapshot)
    found = []
    for name, case in CASES.items():
        explanation = told.get(name)
        words = f"{explanation.seen} {explanation.why}" if explanation else ""
        if not explanation or explanation.cause != case.cause or not case.is_told_by(words):
            cause = explanation.cause if explanation else "nothing"
            found.append(f"{name}: {cause}: {words}")
    return found
