"""Task, hints, answers, solution, progress and the doctor as cells show them."""

from dataclasses import replace
from pathlib import Path

from labkit.foundation.errors import LabError
from labkit.grading.exercise import Exercise
from labkit.preflight.finding import Report, blocking, fine
from labkit.widgets.doctor_view import doctor_view
from labkit.widgets.exercise_views import (
    answered_view,
    hint_view,
    overview_view,
    problem_view,
    shaken_view,
    solution_view,
    solved_view,
    started_view,
)
from labkit.workshop.overview import Overview, Standing
from labkit.workshop.starting import Started
from labkit.workshop.working import Answered, Hints, Solution

EXERCISE = Exercise(
    id="sign",
    folder=Path("/nowhere"),
    lesson="00-test",
    title="Hang a sign",
    minutes=6,
    task="Hang it.",
    hints=("First <hint>.", "Second.", "Third."),
    criteria=(),
    reads=(),
)
FOLDER = Path("/home/ada/labkit/work/sign")


def started(**more: Path) -> Started:
    files = (FOLDER / "sign.yaml",)
    return Started(EXERCISE, "Hang it\nat home.", {"": "ada-sign"}, FOLDER, files, **more)


def test_task_comes_with_its_namespace_and_files_and_no_folder_of_the_machine() -> None:
    view = started_view(started())
    assert view.text.splitlines() == [
        "Hang a sign (about 6 minutes)",
        "",
        "Hang it",
        "at home.",
        "",
        "Namespace: ada-sign",
        "Your file: sign/sign.yaml",
    ]
    assert "/home" not in view.html


def test_reset_says_where_edits_are_kept() -> None:
    view = started_view(started(set_aside=FOLDER / "set-aside-1"))
    assert view.text.endswith("What you had edited is kept in sign/set-aside-1.")


def test_hints_say_which_they_are() -> None:
    view = hint_view(Hints(EXERCISE, EXERCISE.hints[:2]))
    assert view.text.splitlines() == [
        "Hint 1 of 3: First <hint>.",
        "Hint 2 of 3: Second.",
        "Hints not taken yet: 1",
    ]
    assert "First &lt;hint&gt;." in view.html


def test_answers_are_read_back() -> None:
    assert (
        answered_view(Answered(EXERCISE, {"a": "1", "b": "2"})).text == "Noted: a = 1\nNoted: b = 2"
    )


def test_solution_shows_files_and_folds_the_reasons() -> None:
    view = solution_view(Solution(EXERCISE, (("a.yaml", "kind: <X>\n"),), "Because."))
    assert "── a.yaml\nkind: <X>" in view.text
    assert "kind: &lt;X&gt;" in view.html
    assert "<details>" in view.html


def test_solved_is_said() -> None:
    assert "Hang a sign" in solved_view(EXERCISE).text


def test_progress_lists_lessons_and_counts() -> None:
    standings = (
        Standing(EXERCISE, started=True, points=10, passed=True),
        Standing(EXERCISE, started=True, points=4, hints=2),
    )
    view = overview_view(Overview(standings))
    assert view.text.splitlines() == [
        "00-test",
        "    ✔ passed · Hang a sign (sign): 10 of 10 points, 0 hints",
        "    ◐ not yet · Hang a sign (sign): 4 of 10 points, 2 hints",
        "1 of 2 exercises passed",
    ]
    assert "1 of 2 exercises passed" in view.html


def test_ladder_shows_each_rung_taken_or_not() -> None:
    html = hint_view(Hints(EXERCISE, EXERCISE.hints[:2])).html
    assert html.count("<li") == 3
    assert html.count("not taken yet") == 1
    assert "First &lt;hint&gt;." in html


def test_bar_says_to_eyes_and_ears_how_far_a_lesson_is() -> None:
    other = replace(EXERCISE, id="second")
    standings = (Standing(EXERCISE, passed=True), Standing(other, started=True))
    html = overview_view(Overview(standings)).html
    assert html.count('role="progressbar"') == 1
    assert 'aria-valuenow="1"' in html
    assert 'aria-valuemax="2"' in html
    assert "width:50%" in html
    assert 'aria-valuetext="1 of 2 exercises passed"' in html


def test_problem_behind_a_button_is_two_sentences_and_its_own_words_folded() -> None:
    view = problem_view(LabError("It is <away>.", "Start it.", "own words"))
    assert view.text == "It is <away>.\n→ Start it."
    assert "<away>" not in view.html
    assert "<details><summary>its own words" in view.html


def test_doctor_gives_each_problem_with_its_fix() -> None:
    report = Report(
        (fine("disk", "12 GB are free."), blocking("port", "6443 is taken.", "Free it."))
    )
    view = doctor_view(report)
    assert view.text.splitlines() == [
        "Something has to be fixed first.",
        "✔ fine: 12 GB are free.",
        "✘ to fix first: 6443 is taken. → Free it.",
    ]
    assert "Free it." in view.html


def test_shake_says_what_was_shaken_and_what_to_do_next() -> None:
    view = shaken_view(EXERCISE)
    assert "Shaken: Hang a sign. Look at what it did." in str(view)
