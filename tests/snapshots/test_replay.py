"""Every recorded snapshot gives, with the criteria as they are, what its state must give."""

from pathlib import Path

import pytest

from labkit.authoring.snapshots import Recording, replay_failures, staleness
from labkit.grading.exercise import exercise_folders, load_exercise
from labkit.grading.grader import grade
from labkit.grading.snapshot_file import load_snapshot, save_snapshot
from tests.content.repository import ROOT

FOLDERS = exercise_folders(ROOT / "exercises")


def recording(exercise_id: str) -> Recording:
    exercise = load_exercise(FOLDERS[exercise_id])
    return Recording(exercise, ROOT / "solutions" / exercise.lesson / exercise.id)


@pytest.mark.parametrize("exercise_id", FOLDERS)
def test_snapshots_are_of_the_exercise_as_it_is(exercise_id: str) -> None:
    assert staleness(recording(exercise_id)) == ""


@pytest.mark.parametrize("exercise_id", FOLDERS)
def test_replayed_snapshots_give_what_their_states_must(exercise_id: str) -> None:
    failures = replay_failures(recording(exercise_id))
    assert [(f.name, f.judgement.expected, f.judgement.seen) for f in failures] == []


@pytest.mark.parametrize("exercise_id", FOLDERS)
def test_snapshot_saved_again_gives_the_same_verdict(exercise_id: str, tmp_path: Path) -> None:
    recorded = recording(exercise_id)
    for name in recorded.names():
        path = recorded.snapshots / f"{name}.json"
        once = load_snapshot(path)
        save_snapshot(tmp_path / "again.json", once)
        again = load_snapshot(tmp_path / "again.json")
        assert grade(recorded.exercise, again) == grade(recorded.exercise, once), name
        assert (tmp_path / "again.json").read_text() == path.read_text(), name
