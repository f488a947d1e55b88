"""What criteria of pools and autoscalers say to do next, and what is not started yet."""

from dataclasses import replace

import pytest

from labkit.grading.criteria.autoscaled_pools import Bounds, bounds_set, grown_by_need, shrunk_to
from labkit.grading.criteria.managed import by_its_kubeconfig
from labkit.grading.criteria.placed_copies import copies_settled, still_runs
from labkit.grading.criteria.pod_autoscalers import rose
from labkit.grading.seed import SeedRecord
from labkit.grading.verdict import State, cannot_check, not_started
from tests.unit.grading.scaled import (
    OK,
    POOL,
    TAKEN_AT,
    WISH,
    deployment,
    event,
    node,
    scaler,
    view,
)


def test_a_pool_as_it_was_ordered_is_not_started_and_the_patch_is_told() -> None:
    untouched = bounds_set(
        [POOL | {"autoscale": False, "minNodes": 0, "maxNodes": 100}], "gallery", Bounds(1, 3)
    )
    assert (untouched.state, untouched.message) == (State.NOT_STARTED, "pool.autoscale_off")
    begun = bounds_set([POOL | {"autoscale": False}], "gallery", Bounds(1, 3))
    assert (begun.state, begun.message) == (State.NOT_YET, "pool.autoscale_off")
    patch = """'{"spec": {"autoscale": true, "minNodes": 1, "maxNodes": 3}}'"""
    for found in (untouched, begun):
        assert f"kubectl patch nodepool gallery --type=merge --patch {patch}" in found.next_step


def test_what_waits_for_something_not_started_is_not_started() -> None:
    first = not_started("a", seen="b", next_step="c")
    seed = SeedRecord(notes={"keeper": {"metadata.uid": "counter"}})
    seen = view(seed, Deployment=[deployment(1, None)])
    found = [
        grown_by_need(seen, "gallery", "counter", before=first),
        shrunk_to(seen, POOL, 1, before=[first]),
        still_runs(seen, "counter", note="keeper", before=first),
    ]
    assert {one.state for one in found} == {State.NOT_STARTED}
    assert [one.message for one in found] == [
        "pool.not_allowed",
        "pool.not_yet_idle",
        "copies.too_early",
    ]


def test_the_count_of_the_start_is_not_started_and_any_other_not_yet() -> None:
    for count, state in ((3, State.NOT_STARTED), (4, State.NOT_YET)):
        seen = view(Deployment=[deployment(count, None)])
        found = copies_settled(seen, "counter", 8, at_start=3)
        assert (found.state, found.message) == (state, "deployment.other_count")
        assert "`kubectl scale deployment/counter --replicas=8`" in found.next_step


def test_a_step_with_kubectl_says_with_whose_kubeconfig_and_says_it_once() -> None:
    found = copies_settled(view(Deployment=[deployment(4, None)]), "counter", 8)
    once = by_its_kubeconfig(found, "rush")
    assert once.next_step == f"{found.next_step} Use the kubeconfig of rush."
    assert by_its_kubeconfig(once, "rush") == once
    other = not_started("a", seen="b", next_step="Run `labkit reset`.")
    assert by_its_kubeconfig(other, "rush") == other


AN_HOUR_LATER = "2026-01-01T01:30:00Z"


@pytest.mark.parametrize(
    ("events", "nodes", "taken_at", "message"),
    [
        ([], 2, TAKEN_AT, "pool.not_by_need"),
        ([], 1, AN_HOUR_LATER, "pool.not_by_need"),
        ([], 2, AN_HOUR_LATER, "events.expired"),
        (["2026-01-01T01:00:00Z"], 2, AN_HOUR_LATER, "events.expired"),
        (["2026-01-01T00:00:10Z"], 2, AN_HOUR_LATER, "pool.not_by_need"),
    ],
)
def test_a_pool_whose_growth_a_cluster_has_forgotten_is_nobodys_fault(
    events: list[str], nodes: int, taken_at: str, message: str
) -> None:
    made = ["2026-01-01T00:02:00Z", "2026-01-01T00:00:10Z"][-nodes:]
    there = [node(f"gallery-{number}", when) for number, when in enumerate(made)]
    seen = view(Node=there, Event=[event("Started", "Pod", "x", when) for when in events])
    seen = replace(seen, taken_at=taken_at)
    assert grown_by_need(seen, "gallery", "counter", before=OK).message == message


@pytest.mark.parametrize(
    ("events", "taken_at", "message"),
    [
        ([], TAKEN_AT, "pool.not_by_autoscaler"),
        ([], AN_HOUR_LATER, "events.expired"),
        (["2026-01-01T00:00:10Z"], AN_HOUR_LATER, "pool.not_by_autoscaler"),
    ],
)
def test_a_pool_that_a_cluster_forgot_to_have_shrunk_is_nobodys_fault(
    events: list[str], taken_at: str, message: str
) -> None:
    told = [event("Started", "Pod", "x", when) for when in events]
    seen = replace(view(Event=told, Deployment=[deployment(1, None)]), taken_at=taken_at)
    pool = POOL | {"desiredNodes": 1, "currentNodes": 1}
    assert shrunk_to(seen, pool, 1, before=[OK]).message == message


def test_what_waits_for_something_that_cannot_be_told_cannot_be_told() -> None:
    seed = SeedRecord(notes={"keeper": {"metadata.uid": "counter"}})
    seen = view(seed, Deployment=[deployment(1, None)])
    first = cannot_check("events.expired", seen="a", next_step="b")
    assert still_runs(seen, "counter", note="keeper", before=first) == first


@pytest.mark.parametrize(
    ("reading", "words"),
    [(None, "without a reading"), (12, "ask for much more than they use"), (80, "--watch")],
)
def test_who_did_not_rise_learns_whether_a_reading_is_there(
    reading: int | None, words: str
) -> None:
    seed = SeedRecord(notes={"shaken": {"time": "2026-01-01T00:01:00Z"}})
    current = [{"resource": {"name": "cpu", "current": {"averageUtilization": reading}}}]
    active = {"type": "ScalingActive", "status": "True" if reading else "False"}
    there = scaler(currentMetrics=current if reading else [], conditions=[active])
    found = rose(view(seed, HorizontalPodAutoscaler=[there]), WISH)
    assert found.message == "hpa.not_risen"
    assert words in found.next_step
    assert ("without a reading" in found.next_step) is (reading is None)
    assert ("12 %" in found.why) is (reading == 12)
