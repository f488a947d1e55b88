"""What a cell shows for the task, hints, answers, solutions and progress."""

from collections.abc import Iterable
from html import escape

from labkit.foundation.text import say
from labkit.grading.exercise import Exercise
from labkit.widgets.verdict_card import COLOURS, badge
from labkit.widgets.view import View, card, code, folded, paragraph, text_of, title
from labkit.workshop.overview import Overview
from labkit.workshop.starting import Started
from labkit.workshop.wording import (
    Line,
    answered_lines,
    hint_lines,
    overview_lines,
    shaken_lines,
    solution_lines,
    solved_lines,
    standing_state,
    started_lines,
)
from labkit.workshop.working import Answered, Hints, Solution


def started_view(started: Started) -> View:
    return _simple(say(started.exercise.title), started_lines(started), started, headed=True)


def hint_view(hints: Hints) -> View:
    label = say("Hints: {title}", title=say(hints.exercise.title))
    return _simple(label, hint_lines(hints), hints)


def answered_view(answered: Answered) -> View:
    return _simple(say("Noted"), answered_lines(answered), answered)


def shaken_view(exercise: Exercise) -> View:
    return _simple(say("Shaken"), shaken_lines(exercise), exercise)


def solved_view(exercise: Exercise) -> View:
    return _simple(say("Solved"), solved_lines(exercise), exercise)


def solution_view(solution: Solution) -> View:
    """The files to read, the reasons folded below them."""
    head, *_ = solution_lines(solution)
    files = [part for name, text in solution.files for part in (paragraph(name), code(text))]
    why = folded(say("why"), code(solution.why)) if solution.why else ""
    html = card(head.text, title(head.text), *files, why)
    return View(text_of(solution_lines(solution)), html, solution)


def overview_view(overview: Overview) -> View:
    rows = []
    lesson = ""
    for standing in overview.standings:
        exercise = standing.exercise
        if exercise.lesson != lesson:
            lesson = exercise.lesson
            rows.append(title(lesson))
        mark = badge(standing_state(standing))
        points = say("{points} of {total}", points=standing.points, total=standing.total)
        rows.append(
            f"<div>{mark}{escape(say(exercise.title))} <small>{escape(points)}</small></div>"
        )
    *_, last = overview_lines(overview)
    html = card(say("Progress"), *rows, paragraph(last.text))
    return View(text_of(overview_lines(overview)), html, overview)


def _simple(label: str, lines: Iterable[Line], value: object, *, headed: bool = False) -> View:
    """One paragraph a line; the first as the heading, and the states as colours."""
    drawn = [line for line in lines if line.text or headed]
    colour = next((COLOURS[line.state] for line in drawn if line.state), "#0969da")
    texts = [line.text for line in drawn if line.text]
    first = title(texts[0]) if headed and texts else ""
    rest = texts[1:] if headed else texts
    html = card(label, first, *map(paragraph, rest), colour=colour)
    return View(text_of(drawn), html, value)
