import json

import pytest

from labkit.grading.verdict import (
    MOST_DIFFERENCES,
    Evidence,
    Finding,
    Result,
    State,
    Verdict,
    cannot_check,
    not_started,
    not_yet,
    passed,
    verdict_from_json,
    verdict_to_json,
)

GOOD = passed("Three Pods are there.", evidence=[Evidence("Pod", "a", "ns")])
BEGUN = not_yet("pod.few", seen="One Pod.", expected="Three.", why="Two left.", next_step="Scale.")
UNTOUCHED = not_started("pod.none", seen="No Pod.", next_step="Create one.")
BLIND = cannot_check("check.unreadable", seen="The API server is away.", next_step="Call somebody.")


def verdict_of(*findings: Finding) -> Verdict:
    weights = (3, 3, 4)
    results = [Result(f"c{n}", "text", weights[n], found) for n, found in enumerate(findings)]
    return Verdict("door", "2026-01-01T00:00:00Z", tuple(results))


@pytest.mark.parametrize(
    ("findings", "state", "points", "total"),
    [
        ((GOOD, GOOD, GOOD), State.PASSED, 10, 10),
        ((UNTOUCHED, UNTOUCHED, UNTOUCHED), State.NOT_STARTED, 0, 10),
        ((GOOD, UNTOUCHED, UNTOUCHED), State.NOT_YET, 3, 10),
        ((GOOD, BEGUN, GOOD), State.NOT_YET, 7, 10),
        ((GOOD, GOOD, BLIND), State.CANNOT_CHECK, 6, 6),
        ((BEGUN, GOOD, BLIND), State.CANNOT_CHECK, 3, 6),
    ],
    ids=["all", "untouched", "one", "begun", "blind in one eye", "blind and begun"],
)
def test_points_total_and_state(
    findings: tuple[Finding, ...], state: State, points: int, total: int
) -> None:
    verdict = verdict_of(*findings)
    assert (verdict.state, verdict.points, verdict.total) == (state, points, total)
    assert verdict.final is (total == 10)


def test_what_could_not_be_looked_at_costs_no_point() -> None:
    verdict = verdict_of(GOOD, GOOD, BLIND)
    assert verdict.points == verdict.total


def test_verdict_survives_json() -> None:
    settling = not_yet(
        "a.b", seen="1", expected="2", next_step="3", settling=True, differences=["x", "y"]
    )
    verdict = verdict_of(GOOD, settling, BLIND)
    text = json.dumps(verdict_to_json(verdict))
    assert verdict_from_json(json.loads(text)) == verdict
    assert json.loads(text)["points"] == 3
    assert json.loads(text)["state"] == "CANNOT_CHECK"


def test_sentence_longer_than_a_screen_line_is_cut() -> None:
    finding = not_yet("a.b", seen="x" * 500, expected="2", next_step="3")
    assert len(finding.seen) == 200
    assert finding.seen.endswith("…")


def test_no_sentence_moves_a_cursor_or_stops_printing() -> None:
    found = passed("a\x1b[2Jb\u202ec\ud800d\r\ne" + "x" * 500)
    assert found.seen.isprintable()
    assert found.seen.startswith("a [2Jb c d  ex")
    assert len(found.seen) == 200


def test_no_more_differences_are_told_than_somebody_reads() -> None:
    found = not_yet("a.b", seen="1", expected="2", next_step="3", differences=["d"] * 1000)
    assert found.differences == ("d",) * MOST_DIFFERENCES
