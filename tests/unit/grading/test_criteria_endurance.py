"""What is said of Pods that start slowly, restart, or are not guarded."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from labkit.grading.criteria.endurance import guarded, ready_no_sooner, restarted, runs_for
from labkit.grading.snapshot import Snapshot
from labkit.grading.verdict import Finding, State

NOON = datetime(2026, 1, 1, 12, 0, tzinfo=UTC)


def at(seconds: float) -> str:
    return f"{NOON + timedelta(seconds=seconds):%Y-%m-%dT%H:%M:%SZ}"


NOW = Snapshot("door", at(0), {"": "me-door"})
IMAGE = "registry.lab.example:5000/hello:1.0"
HEALTHZ = {"httpGet": {"path": "/healthz", "port": 8080}}


def pod(*ages: int, ready: int | None = 30, restarts: int = 0) -> dict[str, Any]:
    """Containers of these ages; Ready so many seconds after the oldest began."""
    statuses = [
        {"name": "a", "restartCount": restarts, "state": {"running": {"startedAt": at(-age)}}}
        for age in ages
    ] or [{"name": "a", "restartCount": restarts, "state": {"waiting": {}}}]
    moment = at(-max(ages, default=0) + (ready or 0))
    condition = {
        "type": "Ready",
        "status": "False" if ready is None else "True",
        "lastTransitionTime": moment,
    }
    return {
        "kind": "Pod",
        "metadata": {"name": "p", "creationTimestamp": at(-max(ages, default=0) - 2)},
        "status": {"containerStatuses": statuses, "conditions": [condition]},
    }


def deployment(**probe: Any) -> dict[str, Any]:
    app = {"name": "hello", "image": IMAGE, **({"livenessProbe": probe} if probe else {})}
    template = {"spec": {"containers": [app]}}
    return {"metadata": {"name": "d"}, "spec": {"template": template}}


def guard(**probe: Any) -> Finding:
    return guarded(deployment(**probe), within_seconds=180, starts_in=25)


def test_restart_of_any_container_is_told_with_its_number() -> None:
    assert restarted([pod(50), pod(60)]) is None
    found = restarted([pod(50), pod(60, restarts=3)])
    assert found is not None
    assert (found.state, found.message) == (State.NOT_YET, "endurance.restarted")
    assert "times: 3" in found.seen


def test_youngest_container_decides_and_the_rest_of_the_wait_is_told() -> None:
    assert runs_for(NOW, [pod(45), pod(50)], seconds=45).state is State.PASSED
    found = runs_for(NOW, [pod(90, 44)], seconds=45)
    assert (found.message, found.next_step) == ("endurance.too_young", "Check again in 1 s.")


@pytest.mark.parametrize("pods", [[], [pod()]], ids=["nobody", "waiting"])
def test_what_does_not_run_has_not_run_for_long(pods: list[dict[str, Any]]) -> None:
    assert runs_for(NOW, pods, seconds=45).message == "endurance.too_young"


def test_pod_that_was_ready_when_it_could_not_answer_is_told_so() -> None:
    assert ready_no_sooner([pod(60, ready=20)], seconds=20).state is State.PASSED
    found = ready_no_sooner([pod(60), pod(60, ready=19)], seconds=20)
    assert (found.message, "19 s" in found.seen) == ("endurance.ready_too_soon", True)


def test_pod_that_is_not_ready_or_not_there_is_not_ready_in_time() -> None:
    assert ready_no_sooner([pod(60, ready=None)], seconds=20).message == "endurance.not_ready"
    assert ready_no_sooner([], seconds=20).message == "endurance.nobody"


def test_guard_that_acts_within_the_time_passes() -> None:
    for probe in (
        HEALTHZ,
        {**HEALTHZ, "periodSeconds": 60, "failureThreshold": 3},
        {**HEALTHZ, "initialDelaySeconds": 175},
        {"tcpSocket": {"port": 8080}},
    ):
        assert guard(**probe).state is State.PASSED


@pytest.mark.parametrize(
    "slow",
    [
        {"periodSeconds": 600},
        {"failureThreshold": 19},
        {"initialDelaySeconds": 1800},
        {"timeoutSeconds": 61},
    ],
    ids=lambda slow: next(iter(slow)),
)
def test_guard_that_acts_too_late_is_told_when_it_would(slow: dict[str, int]) -> None:
    found = guard(**HEALTHZ, **slow)
    assert (found.state, found.message) == (State.NOT_YET, "endurance.too_slow")
    assert any(number.isdigit() and int(number) > 180 for number in found.seen.split())


def test_guard_that_asks_nobody_or_is_not_there_is_none() -> None:
    assert guard().message == "probe.no_liveness"
    assert guard(exec={"command": ["/hello", "true"]}).message == "probe.asks_nobody"
    assert guard(httpGet={"path": "/health", "port": 8080}).message == "probe.wrong_path"


def test_guard_of_a_companion_restarts_only_the_companion() -> None:
    made = deployment()
    companion = {"name": "c", "image": "x:1", "livenessProbe": HEALTHZ}
    made["spec"]["template"]["spec"]["containers"].append(companion)
    assert guarded(made, within_seconds=180, starts_in=25).message == "probe.no_liveness"
