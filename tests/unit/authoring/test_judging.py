"""What each state must give, and how a miss is told."""

import json
from dataclasses import replace

import pytest

from labkit.authoring.grader_writes import events_of, judge_audit
from labkit.authoring.judging import (
    Outcome,
    judge_change,
    judge_mutant,
    judge_passed,
    judge_traces,
    judge_untouched,
)
from labkit.grading.attempts import Expect
from labkit.grading.snapshot import Object, Snapshot
from labkit.grading.verdict import Finding, Result, State, Verdict, not_yet

GRADER = "system:serviceaccount:labkit-system:p-1-grader"
EXPECT = Expect("one", "x.wrong", also=("two",))


def verdict(**states: str) -> Verdict:
    """Criterion to state; a message may follow: one="NOT_YET x.wrong"."""
    results = []
    for name, told in states.items():
        state, _, message = told.partition(" ")
        finding = Finding(
            State(state), message or "x.y", seen="This.", expected="That.", next_step="Do it."
        )
        results.append(Result(name, "A claim", 5, finding))
    return Verdict("sign", "2026-01-01T00:00:00Z", tuple(results))


@pytest.mark.parametrize(
    ("states", "outcome"),
    [
        ({"one": "NOT_STARTED", "two": "NOT_YET"}, Outcome.HELD),
        ({"one": "NOT_STARTED", "two": "PASSED"}, Outcome.MISSED),
        ({"one": "NOT_STARTED", "two": "CANNOT_CHECK"}, Outcome.MISSED),
    ],
    ids=["begun-or-not", "passed-for-nothing", "not-looked"],
)
def test_untouched_holds_only_without_a_point(states: dict[str, str], outcome: Outcome) -> None:
    assert judge_untouched(verdict(**states)).outcome is outcome


@pytest.mark.parametrize(
    ("states", "outcome"),
    [
        ({"one": "PASSED", "two": "PASSED"}, Outcome.HELD),
        ({"one": "PASSED", "two": "NOT_YET"}, Outcome.MISSED),
        ({"one": "PASSED", "two": "CANNOT_CHECK"}, Outcome.MISSED),
    ],
    ids=["all", "one-not-yet", "one-not-looked"],
)
def test_solved_holds_only_when_all_passed(states: dict[str, str], outcome: Outcome) -> None:
    assert judge_passed(verdict(**states)).outcome is outcome


@pytest.mark.parametrize(
    ("states", "outcome"),
    [
        ({"one": "NOT_YET x.wrong", "two": "NOT_STARTED", "three": "PASSED"}, Outcome.HELD),
        ({"one": "NOT_YET x.other", "two": "NOT_STARTED", "three": "PASSED"}, Outcome.MISSED),
        ({"one": "PASSED", "two": "NOT_YET x.wrong", "three": "PASSED"}, Outcome.MISSED),
        ({"one": "NOT_YET x.wrong", "two": "PASSED", "three": "PASSED"}, Outcome.MISSED),
        ({"one": "NOT_YET x.wrong", "two": "NOT_YET", "three": "NOT_YET"}, Outcome.MISSED),
        ({"one": "NOT_YET x.wrong", "two": "NOT_YET", "three": "CANNOT_CHECK"}, Outcome.MISSED),
    ],
    ids=["exactly", "other-message", "other-criterion", "fewer", "more", "not-looked"],
)
def test_mutant_must_fail_exactly_as_expected(states: dict[str, str], outcome: Outcome) -> None:
    assert judge_mutant(verdict(**states), EXPECT).outcome is outcome


def test_miss_tells_expected_and_seen() -> None:
    judged = judge_mutant(verdict(one="PASSED", two="PASSED"), EXPECT)
    assert judged.expected == "one fails with x.wrong; also failing: two"
    assert judged.seen == "one PASSED (x.y: This.); two PASSED (x.y: This.)"


def test_miss_tells_of_the_criteria_that_went_wrong_and_of_no_other() -> None:
    judged = judge_passed(verdict(one="PASSED", two="NOT_YET x.wrong", three="PASSED"))
    assert judged.seen == "two NOT_YET (x.wrong: This.)"


@pytest.mark.parametrize("part", ["message", "seen", "expected", "next_step"])
def test_finding_that_leaves_the_learner_without_a_word_is_a_miss(part: str) -> None:
    good = verdict(one="NOT_YET x.wrong")
    assert judge_untouched(good).outcome is Outcome.HELD
    words = {
        "message": "x.y",
        "seen": "This.",
        "expected": "That.",
        "next_step": "Do it.",
        part: " ",
    }
    silent = not_yet(
        words["message"],
        seen=words["seen"],
        expected=words["expected"],
        next_step=words["next_step"],
    )
    judged = judge_untouched(replace(good, results=(replace(good.results[0], finding=silent),)))
    assert (judged.outcome, judged.seen) == (Outcome.MISSED, f"one says nothing as: {part}")


def snapshot(*objects: Object, answers: dict[str, str] | None = None) -> Snapshot:
    lists = {"ConfigMap in ${ns}": objects}
    return Snapshot("sign", "2026-01-01T00:00:00Z", {}, lists, answers=answers or {})


def config_map(version: str, data: str, status: str = "") -> Object:
    metadata = {"name": "sign", "uid": "1", "resourceVersion": version}
    return {"kind": "ConfigMap", "metadata": metadata, "data": data, "status": status}


def test_solving_must_change_what_somebody_writes() -> None:
    before = snapshot(config_map("1", "red"))
    assert judge_change(before, snapshot(config_map("2", "green"))).outcome is Outcome.HELD
    assert judge_change(before, snapshot(config_map("1", "red"), answers={"a": "1"})).outcome is (
        Outcome.HELD
    )


def test_what_the_cluster_notes_by_itself_is_no_change() -> None:
    before = snapshot(config_map("1", "red"))
    after = snapshot(config_map("2", "red", status="fine"))
    assert judge_change(before, after).outcome is Outcome.MISSED


def test_nothing_looked_at_is_no_change() -> None:
    assert judge_change(None, snapshot()).outcome is Outcome.MISSED


def test_trace_of_the_attempt_is_named() -> None:
    judged = judge_traces(
        ["ConfigMap/a in x", "ConfigMap/c in x"], ["ConfigMap/a in x", "Secret/b"]
    )
    assert judged.outcome is Outcome.MISSED
    assert judged.seen == "left: Secret/b, gone: ConfigMap/c in x"


@pytest.mark.parametrize(
    ("verb", "user", "group", "found"),
    [
        ("create", GRADER, "", 1),
        ("list", GRADER, "", 0),
        ("create", "somebody", "", 0),
        ("create", GRADER, "authorization.k8s.io", 0),
    ],
    ids=["write", "read", "somebody-else", "about-oneself"],
)
def test_audit_log_shows_what_a_grader_wrote(verb: str, user: str, group: str, found: int) -> None:
    event = {
        "verb": verb,
        "requestURI": "/api/v1/x",
        "user": {"username": user},
        "objectRef": {"apiGroup": group},
        "requestReceivedTimestamp": "2026-01-01T00:00:00.000000Z",
    }
    log = f'"user": cut\n[]\n{json.dumps(event)}\n'
    graders = {GRADER.rpartition(":")[2]: "solution"}
    seen = judge_audit(events_of(log, graders, "2026-01-01"), graders).seen
    assert seen.count("solution: create /api/v1/x") == found


def test_verdict_of_a_mutant_that_could_not_be_looked_at_is_no_proof() -> None:
    mutant = replace(EXPECT, also=("two", "three"))
    states = verdict(one="NOT_YET x.wrong", two="NOT_YET", three="CANNOT_CHECK")
    assert judge_mutant(states, mutant).outcome is Outcome.MISSED
