"""Answers, hints, solutions and checks, from the learner's side."""

from dataclasses import replace
from pathlib import Path

import pytest

from labkit.grading.verdict import State
from labkit.workshop.checking import check
from labkit.workshop.errors import (
    AnswerUnfilled,
    AnswerUnknown,
    ExerciseNotStarted,
    SolutionNotHere,
    StepStopped,
)
from labkit.workshop.progress_log import Happening, read_events
from labkit.workshop.starting import start
from labkit.workshop.wording import hint_lines, solution_lines, verdict_lines
from labkit.workshop.working import FOR_INSTRUCTORS, answer, hint, hints, solution, solve
from tests.support.cluster import FakeCluster
from tests.support.workshop import EXERCISE, lab_on

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])
OWN = f"ada-{EXERCISE}"


def test_untouched_exercise_is_not_started_and_gives_no_points(tmp_path: Path) -> None:
    with FakeCluster() as cluster:
        lab = lab_on(cluster, tmp_path)
        start(lab, EXERCISE)
        verdict = check(lab, EXERCISE).verdict
    assert (verdict.state, verdict.points, verdict.advice) == (State.NOT_STARTED, 0, True)


def test_solve_does_it_as_the_learner(tmp_path: Path) -> None:
    with FakeCluster() as cluster:
        lab = lab_on(cluster, tmp_path)
        start(lab, EXERCISE)
        cluster.writes.clear()
        solve(lab, EXERCISE)
        assert check(lab, EXERCISE).verdict.state is State.PASSED
    path = f"/api/v1/namespaces/{OWN}/configmaps/sign"
    assert cluster.writes == [f"PATCH {path} token-of-ada-learner"]


def test_check_writes_nothing(tmp_path: Path) -> None:
    with FakeCluster() as cluster:
        lab = lab_on(cluster, tmp_path)
        start(lab, EXERCISE)
        cluster.writes.clear()
        check(lab, EXERCISE)
    assert cluster.writes == []


def test_check_before_start_says_so(tmp_path: Path) -> None:
    with FakeCluster() as cluster, pytest.raises(ExerciseNotStarted):
        check(lab_on(cluster, tmp_path), EXERCISE)


def test_check_of_an_interrupted_start_says_so(tmp_path: Path) -> None:
    with FakeCluster() as cluster:
        lab = lab_on(cluster, tmp_path)
        start(lab, EXERCISE)
        record = cluster.find("ConfigMap", f"{OWN}-seed", "labkit-system")
        record["data"]["stage"] = "starting"
        with pytest.raises(ExerciseNotStarted):
            check(lab, EXERCISE)


def test_cluster_that_is_away_costs_no_point(tmp_path: Path) -> None:
    with FakeCluster() as cluster:
        lab = lab_on(cluster, tmp_path)
        start(lab, EXERCISE)
        check(lab, EXERCISE)
        cluster.is_down = True
        verdict = check(lab, EXERCISE).verdict
    assert verdict.state is State.CANNOT_CHECK
    assert (verdict.total, verdict.final) == (0, False)


def test_missing_capability_is_named_and_costs_no_point(tmp_path: Path) -> None:
    with FakeCluster() as cluster:
        lab = lab_on(cluster, tmp_path)
        file = lab.exercises / "00-test" / EXERCISE / "exercise.toml"
        file.write_text('capabilities = ["storage"]\n' + file.read_text())
        verdict = check(lab, EXERCISE).verdict
    assert verdict.state is State.CANNOT_CHECK
    assert "storage" in verdict.results[0].finding.seen


def test_answers_are_noted_as_the_learner_and_add_up(tmp_path: Path) -> None:
    with FakeCluster() as cluster:
        lab = lab_on(cluster, tmp_path)
        start(lab, EXERCISE)
        answer(lab, EXERCISE, {"colour": " red "})
        answer(lab, EXERCISE, {"colour": 3})
        noted = cluster.find("ConfigMap", "lab-answers", OWN)
    assert noted["data"] == {"colour": "3"}
    assert "lab/answers" in noted["metadata"]["labels"]


def test_answer_under_an_unknown_name_notes_nothing(tmp_path: Path) -> None:
    with FakeCluster() as cluster:
        lab = lab_on(cluster, tmp_path)
        start(lab, EXERCISE)
        with pytest.raises(AnswerUnknown, match="colour"):
            answer(lab, EXERCISE, {"color": "red"})
        assert "configmaps/lab-answers" not in cluster.names(OWN)


@pytest.mark.parametrize("dots", ["...", "…", " … ", ".", "....", "....…", ...])
def test_dots_of_the_given_cell_are_no_answer_and_note_nothing(
    dots: object, tmp_path: Path
) -> None:
    with FakeCluster() as cluster:
        lab = lab_on(cluster, tmp_path)
        start(lab, EXERCISE)
        with pytest.raises(AnswerUnfilled, match="colour") as refused:
            answer(lab, EXERCISE, {"colour": dots})
        assert "configmaps/lab-answers" not in cluster.names(OWN)
    assert "in the place of the dots" in refused.value.next_step
    assert Happening.ANSWERED not in [event.happening for event in read_events(lab.settings)]


@pytest.mark.parametrize("given", ["1.5", "10.0.0.0/24", "no idea...", "…later", ""])
def test_answer_with_dots_in_it_is_noted(given: str, tmp_path: Path) -> None:
    with FakeCluster() as cluster:
        lab = lab_on(cluster, tmp_path)
        start(lab, EXERCISE)
        answer(lab, EXERCISE, {"colour": given})
        assert cluster.find("ConfigMap", "lab-answers", OWN)["data"] == {"colour": given}


def test_hints_come_one_by_one_and_are_remembered(tmp_path: Path) -> None:
    with FakeCluster() as cluster:
        lab = lab_on(cluster, tmp_path)
    assert [len(hint(lab, EXERCISE).taken) for _ in range(5)] == [1, 2, 3, 3, 3]
    rungs = [e.details["rung"] for e in read_events(lab.settings)]
    assert rungs == [1, 2, 3]
    *_, last, note = (line.text for line in hint_lines(hint(lab, EXERCISE)))
    assert last == "Hint 3 of 3: The third of hints."
    assert "solution" in note


def test_solution_shows_filled_files_and_why(tmp_path: Path) -> None:
    with FakeCluster() as cluster:
        lab = lab_on(cluster, tmp_path)
        start(lab, EXERCISE)
        text = "\n".join(line.text for line in solution_lines(solution(lab, EXERCISE)))
    assert "── sign.yaml" in text
    assert "${" not in text
    assert text.endswith("A sign is a ConfigMap.")
    assert read_events(lab.settings)[-1].happening is Happening.SOLUTION_SHOWN


def test_what_an_author_noted_for_instructors_is_not_shown_to_learners(tmp_path: Path) -> None:
    with FakeCluster() as cluster:
        lab = lab_on(cluster, tmp_path)
        start(lab, EXERCISE)
        notes = lab.solutions / "00-test" / EXERCISE / "notes.md"
        notes.write_text(f"{notes.read_text()}\n\n{FOR_INSTRUCTORS}\n\nMany sleep here.\n")
        why = solution(lab, EXERCISE).why
    assert why.endswith("A sign is a ConfigMap.")


def test_copy_without_solutions_says_so(tmp_path: Path) -> None:
    with FakeCluster() as cluster:
        lab = lab_on(cluster, tmp_path)
        start(lab, EXERCISE)
        (lab.solutions / "00-test" / EXERCISE / "solution" / "steps.toml").unlink()
        with pytest.raises(SolutionNotHere):
            solution(lab, EXERCISE)


def test_step_that_fails_names_itself_and_its_cause(tmp_path: Path) -> None:
    with FakeCluster() as cluster:
        lab = lab_on(cluster, tmp_path)
        start(lab, EXERCISE)
        sign = lab.solutions / "00-test" / EXERCISE / "solution" / "sign.yaml"
        sign.write_text("apiVersion: v1\nkind: ConfigMap\n")
        with pytest.raises(StepStopped, match=r"apply sign\.yaml"):
            solve(lab, EXERCISE)


def test_looking_at_the_ladder_takes_no_rung(tmp_path: Path) -> None:
    with FakeCluster() as cluster:
        lab = lab_on(cluster, tmp_path)
        hint(lab, EXERCISE)
        assert [hints(lab, EXERCISE).left for _ in range(3)] == [2, 2, 2]


def test_verdict_reads_the_same_each_time(tmp_path: Path) -> None:
    with FakeCluster() as cluster:
        lab = lab_on(cluster, tmp_path)
        start(lab, EXERCISE)
        checked = check(lab, EXERCISE)
    late = replace(checked.verdict, taken_at="2030-01-01T00:00:00Z")
    assert list(verdict_lines(checked.exercise, late)) == list(
        verdict_lines(checked.exercise, checked.verdict)
    )
