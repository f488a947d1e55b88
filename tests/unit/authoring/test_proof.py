"""The proof on a cluster held in memory: what holds, what misses, and what is kept of it."""

from dataclasses import replace
from pathlib import Path
from random import Random
from threading import Event

import pytest

from labkit.authoring.grader_writes import events_of, judge_audit
from labkit.authoring.judging import Outcome
from labkit.authoring.prove import Plan, most_at_once
from labkit.authoring.visits import Visit, drawn
from labkit.grading.attempts import load_attempts
from labkit.grading.exercise import find_exercise
from labkit.workshop.starting import start
from tests.content.repository import ROOT
from tests.support.cluster import FakeCluster
from tests.support.proof import (
    Kept,
    Proven,
    audit_line,
    exercise_folder,
    grader_of,
    proven,
    solution_folder,
)
from tests.support.workshop import EXERCISE, lab_on

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])
STATES = [
    "graders wrote nothing",
    "complete",
    "mutant mistake-1",
    "mutant mistake-2",
    "mutant mistake-3",
    "mutant mistake-4",
    "mutant mistake-5",
    "untouched",
    "solution",
    "solution changes something",
    "criteria are quick",
    "grader may only read",
    "after reset",
    "nothing left after reset",
    "solved again",
    "variant way-1",
    "variant way-1 changes something",
    "variant way-2",
    "variant way-2 changes something",
]


def test_every_state_of_a_good_exercise_holds(proof: Proven) -> None:
    assert sorted(r.case for r in proof.kept.results) == sorted(STATES)
    assert proof.kept.missed() == {}


def test_every_state_is_said_to_begin_before_it_ends(proof: Proven) -> None:
    assert {*proof.kept.begun} == {*STATES} - {"complete", "graders wrote nothing"}


def test_proof_leaves_nothing_behind(proof: Proven) -> None:
    assert proof.left == {"default", "kube-system", "labkit-system", "labkit-learner"}
    assert not (proof.lab.settings.home / "proof").exists()


def test_faults_of_attempts_are_misses_with_their_reason_and_stop_no_other(tmp_path: Path) -> None:
    with FakeCluster() as cluster:
        lab = lab_on(cluster, tmp_path)
        right = (solution_folder(lab) / "solution" / "sign.yaml").read_text()
        (solution_folder(lab) / "mutants" / "mistake-3" / "sign.yaml").write_text(right)
        (solution_folder(lab) / "variants" / "way-1" / "sign.yaml").write_text("kind: [")
        (solution_folder(lab) / "variants" / "way-2" / "sign.yaml").write_text(
            right.replace("${number}", "0${number}")
        )
        kept = proven(lab)
        assert not [key for key in cluster.held.all if "p-" in key[2] + key[3]]
    seen = kept.missed()
    assert seen.keys() == {"mutant mistake-3", "variant way-1", "variant way-2"}
    assert "sign-hangs PASSED" in seen["mutant mistake-3"]
    assert "is not YAML" in seen["variant way-1"]
    assert "sign-hangs NOT_YET (sign.number: 0" in seen["variant way-2"]
    files = {r.case: r.file for r in kept.results}
    folder = f"solutions/00-test/{EXERCISE}"
    check = f"exercises/00-test/{EXERCISE}/check_hang_a_sign.py"
    assert files["mutant mistake-3"] == f"{folder}/mutants/mistake-3/expect.toml, {check}"
    assert files["variant way-2"] == f"{folder}/variants/way-2/steps.toml, {check}"
    assert len(kept.results) == len(STATES) - 2  # no audit log, and nothing said of way-1's change


@pytest.mark.parametrize(
    ("exercise", "most"),
    [
        ("open-the-desk", 4),
        ("let-it-grow", 2),
        ("pin-the-digest", 1),
        ("busy-but-never-growing", 1),
    ],
)
def test_as_many_attempts_go_on_at_once_as_do_not_disturb_each_other(
    exercise: str, most: int
) -> None:
    found = find_exercise(ROOT / "exercises", exercise)
    assert most_at_once(found, 4) == most
    assert most_at_once(found, 1) == 1


def test_missing_capability_is_counted_as_skipped(tmp_path: Path) -> None:
    with FakeCluster() as cluster:
        lab = lab_on(cluster, tmp_path)
        file = exercise_folder(lab) / "exercise.toml"
        file.write_text('capabilities = ["storage"]\n' + file.read_text())
        (result,) = proven(lab).results
    assert result.outcome is Outcome.SKIPPED
    assert "storage" in result.judgement.seen


@pytest.mark.parametrize(
    ("log", "seen"),
    [
        pytest.param("list patch", "solution: patch /x", id="a-write"),
        pytest.param("", "0 reads, no write", id="not-even-a-read"),
    ],
)
def test_audit_log_that_shows_a_write_or_nothing_at_all_is_a_miss(
    log: str, seen: str, proof: Proven
) -> None:
    lines = "\n".join(audit_line(proof.lab, verb) for verb in log.split())
    graders = {grader_of(proof.lab): "solution"}
    judgement = judge_audit(events_of(lines, graders, "2026"), graders)
    assert (judgement.outcome, judgement.seen) == (Outcome.MISSED, seen)


def test_what_an_earlier_proof_wrote_is_not_held_against_this_one(proof: Proven) -> None:
    lines = audit_line(proof.lab, "patch", received="2025-12-31T23:59:59.999999Z")
    assert events_of(lines, {grader_of(proof.lab)}, "2026-01-01T00:00:00.000000Z") == []


def test_short_proof_makes_each_solution_and_one_drawn_attempt_of_a_lesson(
    tmp_path: Path,
) -> None:
    with FakeCluster() as cluster:
        kept = proven(lab_on(cluster, tmp_path), Plan(seed=1, share_seconds=0))
    assert kept.missed() == {}
    assert "solved again" in kept.cases(Outcome.HELD)
    left_out = kept.cases(Outcome.NOT_DRAWN)
    assert len(left_out) == 6  # of five mutants and two variants
    assert not {*left_out} & {*kept.begun}


def test_seed_repeats_the_draw(proof: Proven) -> None:
    """And another seed gives another."""
    visits = [
        Visit(replace(proof.lab, settings=proof.lab.settings), exercise, attempt, Kept(), Event())
        for exercise in [find_exercise(proof.lab.exercises, EXERCISE)]
        for attempt in load_attempts(exercise, solution_folder(proof.lab))
    ]
    orders = [[v.case for part in drawn(visits, Random(seed)) for v in part] for seed in (1, 1, 2)]
    assert orders[0] == orders[1] != orders[2]
    assert sorted(orders[0]) == sorted(orders[2]) == sorted(visit.case for visit in visits)


def test_interrupted_proof_ends_at_once_and_takes_everything_with_it(tmp_path: Path) -> None:
    """As by Ctrl-C: the first attempt to begin a second state raises it in its own thread."""

    def interrupt(case: str) -> None:
        if case == "solution":
            raise KeyboardInterrupt

    kept = Kept(interrupt)
    with FakeCluster() as cluster:
        lab = lab_on(cluster, tmp_path)
        with pytest.raises(KeyboardInterrupt):
            proven(lab, Plan(jobs=2), kept)
        assert not [key for key in cluster.held.all if "p-" in key[2] + key[3]]
    assert len(kept.begun) < len(STATES) / 2
    assert not (lab.settings.home / "proof").exists()


def test_what_a_killed_proof_left_goes_before_the_next_begins(tmp_path: Path) -> None:
    """Also of attempts that are no longer there."""
    with FakeCluster() as cluster:
        lab = lab_on(cluster, tmp_path)
        for attendee in ("p-0123abcd", "ada"):
            start(lab.for_attendee(attendee, tmp_path / attendee, 7), EXERCISE)
        (lab.settings.home / "proof" / "p-0123abcd").mkdir(parents=True)
        kept = proven(lab, Plan(seed=1, share_seconds=0))
        names = {key[2] or key[3] for key in cluster.held.all}
    assert kept.missed() == {}
    assert [name for name in names if name.startswith("p-")] == []
    assert "ada-hang-a-sign" in names
