"""A Pod that was removed, told from one that nobody can speak of any more."""

from typing import Any

import pytest

from labkit.grading.criteria.replacements import victim_replaced
from labkit.grading.snapshot import Snapshot
from labkit.grading.verdict import Finding, State
from tests.support.running_objects import pod_of, set_of, top, uid_of

KIOSK = {"app": "kiosk"}
AFTER_40_MINUTES, AFTER_80_MINUTES = "2026-01-01T08:40:00Z", "2026-01-01T09:20:00Z"


def said(reason: str, pod: str, at: str) -> dict[str, Any]:
    word = {"SuccessfulCreate": "Created", "SuccessfulDelete": "Deleted"}[reason]
    about = {"kind": "ReplicaSet", "name": "kiosk-1", "uid": uid_of("ReplicaSet", "kiosk-1")}
    return {
        "reason": reason,
        "involvedObject": about,
        "message": f"{word} pod: {pod}",
        "lastTimestamp": f"2026-01-01T{at}Z",
        "metadata": {"name": f"{pod}.{reason}"},
    }


def made(*pods: str, at: str) -> list[dict[str, Any]]:
    return [said("SuccessfulCreate", pod, at) for pod in pods]


FIRST = made("kiosk-1-aaaaa", "kiosk-1-bbbbb", at="08:00:01")
NEXT = made("kiosk-1-ccccc", at="08:30:00")


def judged(victim: str, events: list[dict[str, Any]], taken_at: str) -> Finding:
    """Two copies since eight o'clock; -aaaaa was removed at half past, and -ccccc came."""
    deployment, replica_set = top("kiosk"), set_of("kiosk")
    deployment["spec"]["template"] = {"metadata": {"labels": KIOSK}}
    replica_set["metadata"]["creationTimestamp"] = "2026-01-01T08:00:00Z"
    lists = {
        "Deployment": (deployment,),
        "ReplicaSet": (replica_set,),
        "Pod": (pod_of("kiosk-1", "kiosk-1-bbbbb"), pod_of("kiosk-1", "kiosk-1-ccccc")),
        "Event": tuple(events),
    }
    there = {f"{kind} in ${{ns}}": found for kind, found in lists.items()}
    snapshot = Snapshot("three", taken_at, {"": "ada"}, there, answers={"victim": victim})
    return victim_replaced(snapshot, KIOSK, "kiosk")


@pytest.mark.parametrize("taken_at", [AFTER_40_MINUTES, AFTER_80_MINUTES])
def test_victim_that_events_name_was_replaced(taken_at: str) -> None:
    assert judged("kiosk-1-aaaaa", [*FIRST, *NEXT], taken_at).state is State.PASSED


def test_victim_whose_events_a_cluster_has_forgotten_is_nobodys_fault() -> None:
    found = judged("kiosk-1-aaaaa", NEXT, AFTER_80_MINUTES)
    assert (found.state, found.message) == (State.CANNOT_CHECK, "events.expired")
    assert "2026-01-01T08:00:00Z" in found.seen
    assert "labkit reset three" in found.next_step


def test_later_victim_is_not_wrong_because_the_first_pods_events_are_gone() -> None:
    events = [*NEXT, *made("kiosk-1-ddddd", at="08:35:00")]
    assert judged("kiosk-1-ddddd", events, AFTER_80_MINUTES).message == "events.expired"


@pytest.mark.parametrize(
    ("events", "taken_at"),
    [(NEXT, AFTER_40_MINUTES), ([*FIRST, *NEXT], AFTER_80_MINUTES)],
    ids=["too soon for events to be gone", "the first events are left"],
)
def test_invented_name_is_wrong_where_events_would_name_it(
    events: list[dict[str, Any]], taken_at: str
) -> None:
    assert judged("kiosk-1-zzzzz", events, taken_at).message == "victim.invented"


def test_victim_that_the_replica_set_took_itself_stays_wrong_whatever_is_gone() -> None:
    gone = said("SuccessfulDelete", "kiosk-1-ddddd", "08:36:00")
    events = [*made("kiosk-1-ddddd", at="08:35:00"), gone]
    assert judged("kiosk-1-ddddd", events, AFTER_80_MINUTES).message == "victim.not_replaced"
