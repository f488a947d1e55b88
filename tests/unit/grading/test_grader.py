import os
from pathlib import Path

from labkit.grading.exercise import Criterion, Exercise, ObjectsRead
from labkit.grading.grader import cannot_grade, grade, grade_settled
from labkit.grading.snapshot import Failed, Snapshot
from labkit.grading.sources import Place
from labkit.grading.verdict import State
from labkit.kube.errors import ClusterUnreachable
from tests.support.graded import SEED_NAME, SYSTEM, HeldReader, sources_of
from tests.support.progress import RecordedProgress

CHECK = '''
"""A check."""

from labkit.grading.snapshot import Snapshot
from labkit.grading.verdict import Finding, not_yet, passed


def good(snapshot: Snapshot) -> Finding:
    return passed("Fine.")


def broken(snapshot: Snapshot) -> Finding:
    raise KeyError("colour")


def blind(snapshot: Snapshot) -> Finding:
    return passed(str(snapshot.objects("Pod")))


def lost(snapshot: Snapshot) -> Finding:
    return not_yet("door.gone", seen="0", expected="1", next_step="Run `labkit reset`, it helps.")


def silent(snapshot: Snapshot):
    return None


def moving(snapshot: Snapshot) -> Finding:
    if snapshot.objects("Pod"):
        return passed("There it is.")
    return not_yet("pod.none", seen="0", expected="1", next_step="Wait.", settling=True)
'''
PLACE = Place({"": "me-door"}, SYSTEM, SEED_NAME)
POD = {"kind": "Pod", "metadata": {"name": "a", "namespace": "me-door"}}
AWAY = Failed("Pods in me-door", "The API server is away.", "Run `labkit status`.")


def exercise_with(tmp_path: Path, *criteria: str, settle_seconds: float = 0) -> Exercise:
    folder = tmp_path / "door"
    folder.mkdir(exist_ok=True)
    (folder / "check_door.py").write_text(CHECK)
    weights = [10 - len(criteria) + 1, *[1] * (len(criteria) - 1)]
    listed = tuple(Criterion(c, w, f"It is {c}") for c, w in zip(criteria, weights, strict=True))
    reads = (ObjectsRead("Pod", ("",)),)
    return Exercise(
        "door", folder, "00", "Door", 5, "Open.", (), listed, reads, settle_seconds=settle_seconds
    )


def empty(pods: Failed | tuple[()] = ()) -> Snapshot:
    return Snapshot("door", "2026-01-01T00:00:00Z", {"": "me-door"}, {"Pod in ${ns}": pods})


def test_one_function_a_criterion(tmp_path: Path) -> None:
    verdict = grade(exercise_with(tmp_path, "good"), empty())
    assert (verdict.state, verdict.points, verdict.results[0].text) == (
        State.PASSED,
        10,
        "It is good",
    )
    assert verdict.advice


def test_exception_in_a_check_is_not_the_attendees_fault(tmp_path: Path) -> None:
    verdict = grade(exercise_with(tmp_path, "good", "broken"), empty())
    finding = verdict.results[1].finding
    assert (finding.state, finding.message) == (State.CANNOT_CHECK, "check.broken")
    assert "KeyError('colour')" in finding.seen
    assert "check_door.py:13" in finding.why
    assert (verdict.points, verdict.total, verdict.final) == (9, 9, False)


def test_read_that_failed_is_said_in_its_own_words(tmp_path: Path) -> None:
    finding = grade(exercise_with(tmp_path, "blind"), empty(AWAY)).results[0].finding
    assert (finding.state, finding.message) == (State.CANNOT_CHECK, "check.unreadable")
    assert finding.seen == "The API server is away."
    assert "Pods in me-door" in finding.why
    assert finding.next_step == "Run `labkit status`."


def test_who_is_sent_back_to_the_beginning_is_told_the_whole_command(tmp_path: Path) -> None:
    verdict = grade(exercise_with(tmp_path, "lost"), empty())
    assert verdict.results[0].finding.next_step == "Run `labkit reset door`, it helps."


def test_criterion_without_a_function_or_a_finding_cannot_be_checked(tmp_path: Path) -> None:
    verdict = grade(exercise_with(tmp_path, "absent", "silent"), empty())
    assert [r.finding.message for r in verdict.results] == ["check.broken", "check.broken"]


def test_check_that_is_no_python_cannot_be_checked(tmp_path: Path) -> None:
    exercise = exercise_with(tmp_path, "good")
    exercise.check_file.write_text("def good(:")
    assert grade(exercise, empty()).state is State.CANNOT_CHECK


def test_corrected_check_is_loaded_anew(tmp_path: Path) -> None:
    exercise = exercise_with(tmp_path, "broken")
    assert grade(exercise, empty()).state is State.CANNOT_CHECK
    exercise.check_file.write_text(CHECK.replace('raise KeyError("colour")', 'return passed("")'))
    os.utime(exercise.check_file, (1, 1))  # a clock that is coarse must not hide the change
    assert grade(exercise, empty()).state is State.PASSED


def test_missing_capability_makes_every_criterion_cannot_check(tmp_path: Path) -> None:
    exercise = exercise_with(tmp_path, "good", "broken")
    moment = "2026-01-01T00:00:00Z"
    verdict = cannot_grade(exercise, moment, seen="No metrics.", next_step="Use another engine.")
    assert (verdict.state, verdict.total) == (State.CANNOT_CHECK, 0)
    assert {r.finding.seen for r in verdict.results} == {"No metrics."}


def test_settled_cluster_is_looked_at_once(tmp_path: Path) -> None:
    reader = HeldReader([POD])
    exercise = exercise_with(tmp_path, "moving", settle_seconds=10)
    graded = grade_settled(exercise, PLACE, sources_of(reader))
    assert graded.verdict.state is State.PASSED
    assert reader.calls == ["list Pod me-door"]


def test_unsettled_cluster_is_looked_at_twice_and_no_more(tmp_path: Path) -> None:
    reader, progress = HeldReader(), RecordedProgress()
    exercise = exercise_with(tmp_path, "moving", settle_seconds=10)
    graded = grade_settled(exercise, PLACE, sources_of(reader), progress=progress, advice=False)
    assert graded.verdict.state is State.NOT_YET
    assert graded.verdict.settling
    assert not graded.verdict.advice
    assert reader.calls == ["list Pod me-door"] * 2
    assert progress.steps == [("wait until the cluster has settled", True)]


def test_exercise_without_settle_time_is_looked_at_once(tmp_path: Path) -> None:
    reader = HeldReader()
    grade_settled(exercise_with(tmp_path, "moving"), PLACE, sources_of(reader))
    assert reader.calls == ["list Pod me-door"]


def test_cluster_that_is_away_gives_a_verdict_and_no_exception(tmp_path: Path) -> None:
    reader = HeldReader()
    trouble = ClusterUnreachable("https://a", "connection refused")
    reader.refused = {"Pod": trouble, "ConfigMap": trouble}
    graded = grade_settled(exercise_with(tmp_path, "blind"), PLACE, sources_of(reader))
    assert graded.verdict.state is State.CANNOT_CHECK
    assert "connection refused" in graded.verdict.results[0].finding.seen
