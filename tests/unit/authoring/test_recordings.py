"""Snapshots that a proof recorded: when they are written, when they are stale, how they replay."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from labkit.authoring.errors import ContentError
from labkit.authoring.judging import Judgement, Outcome
from labkit.authoring.proof_results import CaseResult
from labkit.authoring.recorded import judged_recordings
from labkit.authoring.snapshots import (
    Recording,
    code_of,
    file_name,
    record,
    replay_failures,
    staleness,
)
from labkit.grading.exercise import find_exercise
from labkit.workshop.lab import Lab
from tests.support.cluster import FakeCluster
from tests.support.proof import Kept, Proven, exercise_folder, solution_folder
from tests.support.workshop import EXERCISE, lab_on

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])


@pytest.fixture
def recording(proof: Proven, tmp_path: Path) -> Recording:
    """In a copy of the content that a test may change."""
    content = shutil.copytree(proof.lab.content, tmp_path / "content")
    recording = recording_of(replace(proof.lab, content=content))
    record(recording, {file_name(r.case): r.snapshot for r in proof.kept.results if r.snapshot})
    return recording


def recording_of(lab: Lab) -> Recording:
    return Recording(find_exercise(lab.exercises, EXERCISE), solution_folder(lab))


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
