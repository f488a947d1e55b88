"""When an observer's lines count, and what they then say."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from labkit.grading.criteria.observers import (
    Visits,
    last_version,
    nobody_lost,
    said_of,
    unfresh,
    visits_since,
)
from labkit.grading.snapshot import Line, Snapshot
from labkit.grading.verdict import LONGEST_SENTENCE, Finding, State

NOON = datetime(2026, 1, 1, 12, 0, tzinfo=UTC)


def at(seconds: float) -> str:
    return (NOON + timedelta(seconds=seconds)).isoformat().replace("+00:00", "Z")


def ok(begin: float, end: float, version: str = "1") -> Line:
    return Line(at(begin), at(end), {"ok": True, "version": version}, int(2 * (end - begin)) + 1)


def lost(begin: float, end: float, problem: str = "connection refused") -> Line:
    times = int(2 * (end - begin)) + 1
    return Line(at(begin), at(end), {"ok": False, "problem": problem}, times)


def changed(seconds: float) -> dict[str, Any]:
    conditions = [{"type": "Ready", "lastTransitionTime": at(seconds)}]
    metadata = {"name": "desk", "creationTimestamp": at(-600)}
    return {"kind": "Pod", "metadata": metadata, "status": {"conditions": conditions}}


def freshness(lines: Sequence[Line], *, last_change: float = -60) -> Finding | None:
    snapshot = Snapshot("door", at(0), {"": "me-door"})
    return unfresh(snapshot, lines, [changed(last_change)])


def judged(*lines: Line, since: float = -100) -> Finding:
    visits = visits_since(lines, NOON + timedelta(seconds=since))
    return said_of(visits, [changed(-60)], ("1", "2"))


GOOD = (ok(-200, -50), ok(-49, -40, "2"), ok(-39, -30), ok(-29, 0, "2"))


def test_line_of_the_last_seconds_that_is_newer_than_the_last_change_is_fresh() -> None:
    assert freshness([ok(-100, -1)]) is None


@pytest.mark.parametrize("lines", [(), (ok(-100, -16),)], ids=["never", "long-ago"])
def test_observer_that_is_silent_costs_no_point(lines: Sequence[Line]) -> None:
    found = freshness(lines)
    assert found is not None
    assert (found.state, found.message) == (State.CANNOT_CHECK, "observer.silent")
    assert found.settling


@pytest.mark.parametrize("last_change", [0, -1, -1.4])
def test_observer_that_has_not_seen_the_last_change_is_waited_for(last_change: float) -> None:
    found = freshness([ok(-100, -1)], last_change=last_change)
    assert found is not None
    assert (found.state, found.message, found.settling) == (
        State.NOT_YET,
        "observer.settling",
        True,
    )


def test_all_answered_first_by_the_old_then_by_the_new_is_right() -> None:
    found = judged(*GOOD)
    assert found.state is State.PASSED
    assert "visits since 11:58:20" in found.seen


def test_one_lost_visit_in_the_window_is_told_with_time_and_reason() -> None:
    found = judged(*GOOD[:2], lost(-39.5, -39.5), *GOOD[2:])
    assert (found.state, found.message) == (State.NOT_YET, "observer.lost")
    assert "1 of" in found.seen
    assert "11:59:20: connection refused" in found.seen
    assert not found.settling


def test_lost_visits_before_the_window_do_not_count() -> None:
    assert judged(ok(-300, -250), lost(-249, -101), ok(-100, -50), *GOOD[1:]).state is State.PASSED


def test_of_equal_lines_across_the_windows_edge_those_within_count() -> None:
    found = judged(ok(-300, -250), lost(-140, -80), ok(-79, -50), *GOOD[1:])
    assert found.message == "observer.lost"
    assert "40 of" in found.seen
    assert "at 11:58:20" in found.seen


def test_observer_that_has_not_reached_the_desk_yet_says_nothing_of_it() -> None:
    assert judged(lost(-95, -90), ok(-89, -50), *GOOD[1:]).state is State.PASSED


def test_name_that_dns_did_not_answer_in_time_is_nobodys_loss() -> None:
    slow = lost(-39.5, -39.5, "dial tcp: lookup shift.me.svc on 10.96.0.10:53: i/o timeout")
    assert judged(*GOOD[:2], slow, *GOOD[2:]).state is State.PASSED


def test_name_that_is_not_there_is_a_loss() -> None:
    gone = lost(-39.5, -39.5, "dial tcp: lookup shift.me.svc on 10.96.0.10:53: no such host")
    assert judged(*GOOD[:2], gone, *GOOD[2:]).message == "observer.lost"


def test_status_of_a_visit_that_was_answered_badly_is_told() -> None:
    bad = Line(at(-39), at(-39), {"ok": False, "status": 503})
    assert "status 503" in judged(*GOOD[:2], bad, *GOOD[2:]).seen


def test_window_without_the_old_version_asks_for_another_try() -> None:
    assert judged(ok(-90, 0, "2")).message == "observer.no_before"


def test_second_try_may_begin_while_the_first_ones_copies_still_say_goodbye() -> None:
    assert judged(ok(-99, -98, "2"), *GOOD).state is State.PASSED


def test_few_visits_are_waited_for() -> None:
    found = judged(ok(-5, 0))
    assert (found.message, found.settling) == ("observer.settling", True)


def test_visitor_who_still_meets_the_old_version_is_waited_for() -> None:
    found = judged(ok(-90, -10), ok(-9, -5, "2"), ok(-4, 0))
    assert (found.message, found.settling) == ("observer.settling", True)
    assert "version 1" in found.seen


def test_no_visits_at_all_are_waited_for() -> None:
    assert said_of(Visits([], NOON), [changed(-60)], ("1", "2")).settling


def test_lost_visits_are_told_also_by_an_observer_that_fell_silent() -> None:
    def asked(*lines: Line) -> str:
        logs = {"app=observer in ${ns_obs}": lines}
        snapshot = Snapshot("door", at(0), {"": "me-door", "obs": "me-door-obs"}, logs=logs)
        since = NOON - timedelta(seconds=100)
        found = nobody_lost(
            snapshot, "app=observer", since, judged=[changed(-60)], versions=("1", "2")
        )
        return found.message

    assert asked(*GOOD) == "passed"
    assert asked(ok(-90, -40)) == "observer.silent"
    assert asked(ok(-90, -40), lost(-39, -30)) == "observer.lost"


def test_last_version_is_that_of_the_last_visitor_who_was_answered() -> None:
    assert last_version([ok(-9, -5), ok(-4, -2, "2"), lost(-1, 0)]) == "2"
    assert last_version([lost(-1, 0)]) == ""


def test_sentences_fit_beside_the_work_whatever_the_observer_said() -> None:
    found = judged(*GOOD[:2], lost(-39.5, -39.5, "x" * 500), *GOOD[2:])
    parts = (found.seen, found.expected, found.why, found.next_step)
    assert all(parts)
    assert not any(len(part) >= LONGEST_SENTENCE for part in parts)
