"""Where an exercise is about a cluster of the cloud, no step sends anybody to the lab's own."""

import pytest

from labkit.grading.exercise import exercise_folders, load_exercise
from labkit.grading.grader import grade
from labkit.grading.snapshot_file import load_snapshot
from tests.support.graded import ROOT

FOLDERS = exercise_folders(ROOT / "exercises")
ORDERED = [
    "a-cluster-by-call",
    "a-pool-for-the-night",
    "busy-but-never-growing",
    "let-it-grow",
    "let-it-shrink",
    "retire-this-node",
    "who-may-knock",
]


@pytest.mark.parametrize("exercise_id", ORDERED)
def test_a_step_with_kubectl_says_with_whose_kubeconfig(exercise_id: str) -> None:
    exercise = load_exercise(FOLDERS[exercise_id])
    folder = ROOT / "solutions" / exercise.lesson / exercise.id / "snapshots"
    steps = [
        result.finding.next_step
        for path in folder.glob("*.json")
        if path.stem != "recorded"
        for result in grade(exercise, load_snapshot(path)).results
    ]
    assert [one for one in steps if "kubectl" in one and "kubeconfig of" not in one] == []
