"""The proof on a cluster held in memory: what holds, what misses, and what is kept of it."""

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random
from threading import Event

import pytest
from pytest_socket import enable_socket

from labkit.authoring.errors import ContentError
from labkit.authoring.grader_writes import events_of, judge_audit
from labkit.authoring.judging import Judgement, Outcome
from labkit.authoring.proof_results import CaseResult
from labkit.authoring.prove import Plan
from labkit.authoring.recorded import judged_recordings
from labkit.authoring.snapshots import (
    Recording,
    code_of,
    file_name,
    record,
    replay_failures,
    staleness,
)
from labkit.authoring.visits import Visit, attendee_of, drawn
from labkit.grading.attempts import load_attempts
from labkit.grading.exercise import find_exercise
from labkit.workshop.lab import Lab
from labkit.workshop.starting import start
from tests.support.cluster import FakeCluster
from tests.support.engine import FakeEngine
from tests.support.proof import Kept, exercise_folder, proven, solution_folder
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


@dataclass(frozen=True, slots=True)
class Proven:
    """A finished proof of the good exercise, with an audit log; its cluster is gone."""

    lab: Lab
    kept: Kept
    left: set[str]
    """Namespaces, and names of cluster-wide objects, that remained."""


@pytest.fixture(scope="module")
def proof(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proven]:
    enable_socket()  # before any test of this module does it for itself
    with FakeCluster() as cluster:
        engine = FakeEngine(cluster)
        lab = lab_on(cluster, tmp_path_factory.mktemp("proof"))
        engine.audit = audit_line(lab, "list")
        capable = replace(lab.record, capabilities=frozenset({"audit-log"}))
        lab = replace(lab, record=capable, open_engine=lambda: engine)
        kept = proven(lab)
        yield Proven(lab, kept, {key[2] or key[3] for key in cluster.held.all})


@pytest.fixture
def recording(proof: Proven, tmp_path: Path) -> Recording:
    """In a copy of the content that a test may change."""
    content = shutil.copytree(proof.lab.content, tmp_path / "content")
    recording = recording_of(replace(proof.lab, content=content))
    record(recording, {file_name(r.case): r.snapshot for r in proof.kept.results if r.snapshot})
    return recording


def grader_of(lab: Lab) -> str:
    """The one who looks at the solution."""
    exercise = find_exercise(lab.exercises, EXERCISE)
    return f"{attendee_of(exercise, load_attempts(exercise, solution_folder(lab))[0])}-grader"


def audit_line(lab: Lab, verb: str, received: str = "2999-01-01") -> str:
    user = {"username": f"system:serviceaccount:labkit-system:{grader_of(lab)}"}
    event = {"verb": verb, "requestURI": "/x", "user": user, "requestReceivedTimestamp": received}
    return json.dumps(event)


def recording_of(lab: Lab) -> Recording:
    return Recording(find_exercise(lab.exercises, EXERCISE), solution_folder(lab))


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


def recorded(proof: Proven, content: Path, *, renew: bool) -> tuple[Kept, bool]:
    """What is said of the snapshots after the proof, and whether they were written."""
    lab = replace(proof.lab, content=content)
    kept = Kept()
    written = judged_recordings(
        lab, [exercise_folder(lab)], proof.kept.results, renew=renew, watch=kept
    )
    return kept, written == (EXERCISE,)


def test_snapshots_are_written_when_asked_for_and_every_state_held(
    proof: Proven, tmp_path: Path
) -> None:
    content = shutil.copytree(proof.lab.content, tmp_path / "content")
    kept, written = recorded(proof, content, renew=False)
    assert (list(kept.missed()), written) == (["snapshots"], False)
    assert f"run `labkit prove --record {EXERCISE}`" in kept.missed()["snapshots"]
    kept, written = recorded(proof, content, renew=True)
    assert (kept.missed(), written) == ({}, True)
    kept, written = recorded(proof, content, renew=True)
    assert (kept.missed(), written) == ({}, False)  # fresh ones stay as they are


def test_nothing_is_recorded_of_a_proof_with_a_miss_or_a_skipped_state(
    proof: Proven, tmp_path: Path
) -> None:
    content = shutil.copytree(proof.lab.content, tmp_path / "content")
    missed = Kept()
    lab = replace(proof.lab, content=content)
    results = [
        *proof.kept.results,
        CaseResult(EXERCISE, "after reset", Judgement(Outcome.MISSED)),
    ]
    assert not judged_recordings(lab, [exercise_folder(lab)], results, renew=True, watch=missed)
    skipped = Kept()
    results = [CaseResult(EXERCISE, "all", Judgement(Outcome.SKIPPED))]
    assert not judged_recordings(lab, [exercise_folder(lab)], results, renew=True, watch=skipped)
    assert "has no snapshot of: " in skipped.missed()["snapshots"]
    assert not (solution_folder(lab) / "snapshots").exists()


def test_recorded_snapshots_are_fresh_and_replay(recording: Recording) -> None:
    assert staleness(recording) == ""
    assert replay_failures(recording) == []


def test_change_of_a_file_makes_snapshots_stale_and_of_criteria_does_not(
    recording: Recording,
) -> None:
    check = recording.exercise.check_file
    check.write_text(check.read_text() + "\n")
    assert staleness(recording) == ""
    (recording.exercise.starter / "sign.yaml").write_text("other\n")
    assert staleness(recording) == (
        "changed since they were recorded: exercises/00-test/hang-a-sign/starter/sign.yaml:"
        " run `labkit prove --record hang-a-sign`"
    )


def test_layout_and_comments_of_code_make_nothing_stale_and_what_it_does_does(
    tmp_path: Path,
) -> None:
    (tmp_path / "plain.py").write_text("def f(a):\n    return a + 1\n")
    (tmp_path / "wordy.py").write_text(
        '"""Says why."""\n\ndef f(\n    a\n):  # why\n    """Adds."""\n    return a + 1\n'
    )
    (tmp_path / "other.py").write_text("def f(a):\n    return a + 2\n")
    plain, wordy, other = (code_of(tmp_path / f"{n}.py") for n in ("plain", "wordy", "other"))
    assert plain == wordy != other


def test_criterion_that_judges_otherwise_fails_the_replay(recording: Recording) -> None:
    check = recording.exercise.check_file
    check.write_text(check.read_text().replace("sign.number", "sign.digit"))
    assert {one.name for one in replay_failures(recording)} == {
        f"mutant-mistake-{number}" for number in range(1, 6)
    }


def test_snapshot_missing_or_left_over_is_stale(recording: Recording) -> None:
    (recording.snapshots / "untouched.json").rename(recording.snapshots / "other.json")
    assert "other, untouched" in staleness(recording)


def test_nothing_is_recorded_when_a_state_is_missing(tmp_path: Path) -> None:
    with FakeCluster() as cluster:
        lab = lab_on(cluster, tmp_path)
    with pytest.raises(ContentError, match="untouched"):
        record(recording_of(lab), {})
    assert "nothing was recorded" in staleness(recording_of(lab))
