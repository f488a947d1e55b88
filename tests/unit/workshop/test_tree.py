"""What runs in a namespace is told as it hangs together, in a beginner's words."""

from collections.abc import Callable
from typing import Any

import pytest

from labkit.workshop.tree import EVENTS_SHOWN, Branch, Health, tree_of
from tests.support.running_objects import Object, event, pod_of, set_of, top


def outline(branches: tuple[Branch, ...]) -> list[Any]:
    return [[f"{one.kind} {one.name}", *outline(one.branches)] for one in branches]


def only(*objects: Object) -> Branch:
    (branch,) = tree_of("ada", objects).branches
    return branch


def test_deployment_holds_its_replica_set_and_that_holds_its_pods() -> None:
    objects = [pod_of("desk-1", "b"), pod_of("desk-1", "a"), set_of("desk"), top("desk")]
    assert outline(tree_of("ada", objects).branches) == [
        ["Deployment desk", ["ReplicaSet desk-1", ["Pod a"], ["Pod b"]]]
    ]


def test_newest_version_is_on_top_and_an_earlier_one_is_explained() -> None:
    old = set_of("desk", revision=9, wanted=0, ready=0)
    deployment = only(old, set_of("desk", revision=10), top("desk"))
    assert [one.name for one in deployment.branches] == ["desk-10", "desk-9"]
    assert deployment.branches[1].health is Health.RESTING
    assert "earlier version" in deployment.branches[1].words


def test_pods_of_other_owners_hang_below_their_owner_and_single_ones_stand_alone() -> None:
    objects = [pod_of("web", "web-0", kind="StatefulSet"), pod_of("", "guest")]
    assert outline(tree_of("ada", objects).branches) == [
        ["StatefulSet web", ["Pod web-0"]],
        ["Pod guest"],
    ]


def test_deployment_is_under_way_until_every_copy_is_ready() -> None:
    under_way, well = only(top("desk", wanted=3, ready=1)), only(top("desk", wanted=3, ready=3))
    assert (under_way.health, well.health) == (Health.UNDERWAY, Health.WELL)
    assert "1 of 3 copies ready" in under_way.words


def _changed(**changes: Any) -> Object:
    pod = pod_of("", "guest")
    for place, value in changes.items():
        pod[place] = {**pod[place], **value}
    return pod


WAITING = [{"name": "hello", "restartCount": 0, "image": "hello:9", "state": {"waiting": {}}}]
NO_IMAGE = [{**WAITING[0], "state": {"waiting": {"reason": "ErrImagePull"}}}]
STATES: dict[str, tuple[Object, Health, str]] = {
    "no node": (
        _changed(spec={"nodeName": ""}, status={"phase": "Pending", "containerStatuses": []}),
        Health.UNDERWAY,
        "waits for a node",
    ),
    "starting": (
        _changed(status={"phase": "Pending", "conditions": [], "containerStatuses": WAITING}),
        Health.UNDERWAY,
        "is starting on node1",
    ),
    "not ready": (pod_of("", "guest", ready=False), Health.UNDERWAY, "not ready yet"),
    "ready": (pod_of("", "guest"), Health.WELL, "ready, on node1"),
    "no image": (
        _changed(status={"phase": "Pending", "conditions": [], "containerStatuses": NO_IMAGE}),
        Health.TROUBLE,
        "hello:9",
    ),
    "leaving": (
        _changed(metadata={"deletionTimestamp": "2026-01-01T00:00:00Z"}),
        Health.UNDERWAY,
        "is saying goodbye",
    ),
    "done": (_changed(status={"phase": "Succeeded"}), Health.RESTING, "has done its work"),
    "failed": (_changed(status={"phase": "Failed"}), Health.TROUBLE, "has failed"),
}


@pytest.mark.parametrize("case", STATES, ids=str)
def test_state_of_a_pod_is_told_in_a_beginners_words(case: str) -> None:
    pod, health, words = STATES[case]
    told = only(pod)
    assert told.health is health
    assert words in told.words


def test_restarts_are_counted() -> None:
    restarted = [{"name": "hello", "restartCount": 3, "state": {"running": {}}}]
    assert "(started again: 3)" in only(_changed(status={"containerStatuses": restarted})).words


def test_newest_events_come_first_and_old_ones_go() -> None:
    events = [event("a", f"Number {n}.", at=f"09:00:{n:02}") for n in range(10)]
    told = tree_of("ada", events).happened
    assert len(told) == EVENTS_SHOWN
    assert (told[0].time, told[0].about, told[0].text) == ("09:00:09", "Pod a", "Number 9.")


def test_event_that_came_often_says_how_often() -> None:
    (told,) = tree_of("ada", [event("a", "Back-off", at="09:00:00", count=4)]).happened
    assert told.text == "Back-off (4 times)"


@pytest.mark.parametrize("put", [lambda e: e.pop("lastTimestamp"), lambda e: None], ids=["a", "b"])
def test_event_of_a_newer_reporter_has_its_time_elsewhere(put: Callable[[Object], None]) -> None:
    one = event("a", "Scheduled", at="09:00:00")
    put(one)
    one["eventTime"] = "2026-01-01T09:00:00.000000Z"
    assert tree_of("ada", [one]).happened[0].time == "09:00:00"
