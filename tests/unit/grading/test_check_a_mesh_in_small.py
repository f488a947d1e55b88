"""What is said of the proxy beside the program; both may be called anything."""

from labkit.grading.exercise import find_exercise
from labkit.grading.grader import grade
from labkit.grading.snapshot_file import load_snapshot
from tests.support.graded import ROOT

EXERCISE = find_exercise(ROOT / "exercises", "a-mesh-in-small")
FOLDER = ROOT / "solutions" / EXERCISE.lesson / EXERCISE.id / "snapshots"


def test_a_container_called_proxy_is_not_called_the_proxy_proxy() -> None:
    first = grade(EXERCISE, load_snapshot(FOLDER / "solution.json")).results[0]
    assert first.finding.seen == (
        "In every Pod of Deployment ledger, container proxy is a proxy beside ledger."
    )
