"""The explanations, of Pods that a real cluster let fail (tests/cluster/test_failing_pods.py)."""

import json
from dataclasses import astuple, replace
from typing import Any

import pytest

from labkit.grading.criteria.explanation import Explanation
from labkit.grading.snapshot import Snapshot
from labkit.grading.snapshot_file import load_snapshot, normalised, snapshot_from_json
from tests.content.repository import ROOT
from tests.support.failing_place import explained
from tests.support.failing_pods import CASES, RECORDED

SNAPSHOT = load_snapshot(ROOT / RECORDED)
TOLD = explained(SNAPSHOT)
ONLY_EVENTS_TELL = {"no-volume-source"}
MAY_BE_A_START = {"readiness", "wrong-port", "exec-probe", "init-stuck", "no-volume-source"}


def sentences(explanation: Explanation) -> tuple[str, ...]:
    return explanation.seen, explanation.why, explanation.next_step


def lists_without(snapshot: Snapshot, kind: str) -> dict[str, Any]:
    return {key: found for key, found in snapshot.lists.items() if not key.startswith(kind)}


def test_there_are_many_causes() -> None:
    assert len(CASES) >= 30
    assert len({case.cause for case in CASES.values()}) >= 25


@pytest.mark.parametrize("name", CASES)
def test_cause_is_named_with_its_values(name: str) -> None:
    explanation = TOLD[name]
    assert explanation
    assert explanation.cause == CASES[name].cause
    assert CASES[name].is_told_by(f"{explanation.seen} {explanation.why}")
    assert all(sentences(explanation))
    assert all(len(sentence) <= 200 for sentence in sentences(explanation))
    assert "?" not in explanation.seen


def test_causes_that_waiting_may_mend_are_marked() -> None:
    assert {name for name, told in TOLD.items() if told and told.passing} == MAY_BE_A_START


def test_conditions_alone_tell_the_same_cause() -> None:
    told = explained(replace(SNAPSHOT, lists=lists_without(SNAPSHOT, "Event")))
    differing = {name for name, one in told.items() if not one or one.cause != CASES[name].cause}
    assert differing == ONLY_EVENTS_TELL


def test_events_of_another_pod_of_the_same_name_are_not_believed() -> None:
    strange = json.loads(json.dumps(normalised(SNAPSHOT)).replace('"uid-', '"other-'))
    lists = {**SNAPSHOT.lists, **snapshot_from_json(strange).lists}
    events = {key: found for key, found in lists.items() if key.startswith("Event")}
    told = explained(replace(SNAPSHOT, lists={**SNAPSHOT.lists, **events}))
    assert told["no-volume-source"] is None


def test_long_names_and_messages_leave_room_for_our_words() -> None:
    text = json.dumps(normalised(SNAPSHOT))
    for word in ("regcred", "nowhere.example", "colours", "robot", "small", "/nosuch"):
        text = text.replace(word, word + "x" * 250)
    told = explained(snapshot_from_json(json.loads(text)))
    long = [s for one in told.values() if one for s in sentences(one) if len(s) > 200]
    assert long == []


def test_long_names_of_pods_and_containers_leave_room_for_our_words() -> None:
    text = json.dumps(normalised(SNAPSHOT))
    text = text.replace('"name": "web"', f'"name": "{"w" * 63}"')
    told = explained(snapshot_from_json(json.loads(text)))
    assert {type(one) for one in told.values()} == {Explanation}
    assert [s for one in told.values() if one for s in sentences(one) if len(s) > 200] == []


@pytest.mark.parametrize("part", ["status", "spec"])
def test_pod_that_lacks_a_part_is_no_traceback(part: str) -> None:
    data = normalised(SNAPSHOT)
    for found in data["lists"].values():
        for item in found:
            item[part] = {} if part == "spec" else None
    for one in explained(snapshot_from_json(data)).values():
        assert one is None or all(astuple(one)[:4])
