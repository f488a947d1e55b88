"""What conditions make of objects in every state that they pass through."""

from typing import Any

import pytest

from labkit.kube.conditions import (
    condition,
    daemon_set_available,
    deployment_available,
    is_gone,
    is_leaving,
    node_ready,
    pod_ready,
    summary,
)
from tests.support.objects import deployment, pod, with_conditions

ROLLED_OUT = {"replicas": 2, "updatedReplicas": 2, "availableReplicas": 2}


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        pytest.param({}, False, id="missing"),
        pytest.param(deployment(2), False, id="not looked at yet"),
        pytest.param(deployment(2, observedGeneration=1, **ROLLED_OUT), True, id="rolled out"),
        pytest.param(
            deployment(2, generation=2, observedGeneration=1, **ROLLED_OUT),
            False,
            id="status of an older spec",
        ),
        pytest.param(
            deployment(2, observedGeneration=1, **{**ROLLED_OUT, "replicas": 3}),
            False,
            id="an old Pod is left",
        ),
        pytest.param(
            deployment(2, observedGeneration=1, **{**ROLLED_OUT, "availableReplicas": 1}),
            False,
            id="one not available",
        ),
        pytest.param(deployment(0, observedGeneration=1), True, id="scaled to zero"),
    ],
)
def test_deployment_is_available_when_its_newest_spec_is_rolled_out(
    item: dict[str, Any], *, expected: bool
) -> None:
    assert deployment_available(item) is expected


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        pytest.param({}, False, id="not looked at yet"),
        pytest.param({"observedGeneration": 1, "desiredNumberScheduled": 1}, False, id="none up"),
        pytest.param(
            {
                "observedGeneration": 1,
                "desiredNumberScheduled": 1,
                "updatedNumberScheduled": 1,
                "numberAvailable": 1,
            },
            True,
            id="on each node",
        ),
    ],
)
def test_daemon_set_is_available_when_each_node_has_it(
    status: dict[str, int], *, expected: bool
) -> None:
    item = {"metadata": {"generation": 1}, "status": status}
    assert daemon_set_available(item) is expected


def test_pod_is_not_ready_while_it_is_being_deleted() -> None:
    leaving = pod("a", deletionTimestamp="2026-01-01T00:00:00Z")
    assert is_leaving(leaving)
    assert not pod_ready(with_conditions(leaving, Ready="True"))
    assert pod_ready(with_conditions(pod("a"), Ready="True"))


@pytest.mark.parametrize("status", ["False", "Unknown"])
def test_node_is_ready_only_when_it_says_so(status: str) -> None:
    assert not node_ready(with_conditions(pod("n"), Ready=status))
    assert not node_ready(pod("n"))


def test_only_nothing_is_gone() -> None:
    assert is_gone({})
    assert not is_gone(pod("a", deletionTimestamp="2026-01-01T00:00:00Z"))


def test_missing_condition_is_empty() -> None:
    assert condition(pod("a"), "Ready") == {}


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        pytest.param({}, "it does not exist", id="missing"),
        pytest.param(pod("a", deletionTimestamp="now"), "it is being deleted", id="leaving"),
        pytest.param(
            deployment(3, availableReplicas=1, updatedReplicas=2),
            "1 of 3 replicas available, 2 updated",
            id="deployment",
        ),
        pytest.param(with_conditions(pod("n"), Ready="False"), "Ready=False", id="condition"),
        pytest.param({**pod("a"), "status": {"phase": "Pending"}}, "Pending", id="phase"),
        pytest.param(pod("a"), "it exists", id="no status"),
    ],
)
def test_summary_says_the_state_in_one_line(item: dict[str, Any], expected: str) -> None:
    assert summary(item) == expected
