"""What a cell shows for the task, hints, answers, solutions and progress."""

import traceback
from collections.abc import Iterable
from html import escape

from labkit.foundation.errors import LabError
from labkit.foundation.text import say
from labkit.grading.exercise import Exercise
from labkit.grading.verdict import State
from labkit.widgets.verdict_card import COLOURS, badge
from labkit.widgets.view import View, card, code, folded, mark, paragraph, prose, text_of, title
from labkit.workshop.overview import Overview
from labkit.workshop.starting import Started
from labkit.workshop.wording import (
    SYMBOLS,
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
    """The ladder: rungs taken with their text, and those left."""
    label = say("Hints: {title}", title=say(hints.exercise.title))
    taken = [_rung(n, State.PASSED, text) for n, text in enumerate(hints.taken, 1)]
    first_left = len(taken) + 1
    left = [
        _rung(n, State.NOT_STARTED, say("not taken yet"))
        for n in range(first_left, first_left + hints.left)
    ]
    lines = list(hint_lines(hints))
    last = [] if hints.left else [paragraph(lines[-1].text)]
    rungs = f'<ol style="list-style:none;margin:0;padding:0">{"".join((*taken, *left))}</ol>'
    return View(text_of(lines), card(label, title(say("Hints")), rungs, *last), hints)


def _rung(number: int, state: State, text: str) -> str:
    badge = mark(SYMBOLS[state], say("hint {n}", n=number), COLOURS[state])
    return f'<li style="margin:0.3em 0">{badge}{prose(text)}</li>'


def problem_view(problem: LabError) -> View:
    """Where an exception would end nowhere, such as behind a button."""
    lines = [problem.what_happened, f"→ {problem.next_step}"]
    evidence = folded(say("its own words"), code(problem.evidence)) if problem.evidence else ""
    html = card(say("Something is in the way"), *map(paragraph, lines), evidence, colour="#cf222e")
    return View("\n".join(lines), html, problem)


def bug_view(bug: Exception) -> View:
    """The last resort behind a button: what a cell would have shown as a traceback."""
    seen = say("labkit stopped: {problem!r}.", problem=bug)
    next_step = say("This is a bug and costs you nothing. Please report it, with its own words.")
    return problem_view(LabError(seen, next_step, "".join(traceback.format_exception(bug))))


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
            rows += [title(lesson), _bar(lesson, overview)]
        mark = badge(standing_state(standing))
        points = say("{points} of {total}", points=standing.points, total=standing.total)
        rows.append(
            f"<div>{mark}{escape(say(exercise.title))} <small>{escape(points)}</small></div>"
        )
    lessons = {one.exercise.lesson for one in overview.standings}
    *_, last = overview_lines(overview)
    together = [paragraph(last.text)] if len(lessons) != 1 else []
    html = card(say("Progress"), *rows, *together)
    return View(text_of(overview_lines(overview)), html, overview)


def _bar(lesson: str, overview: Overview) -> str:
    """How much of a lesson is passed, for eyes and for screen readers."""
    here = [one for one in overview.standings if one.exercise.lesson == lesson]
    passed, total = sum(one.passed for one in here), len(here)
    told = say("{n} of {total} exercises passed", n=passed, total=total)
    frame = "max-width:20em;height:0.6em;border:1px solid #8c959f;border-radius:0.3em"
    filled = f"width:{100 * passed // total}%;height:100%;background:{COLOURS[State.PASSED]}"
    return (
        f'<div role="progressbar" aria-label="{escape(lesson)}" aria-valuemin="0" '
        f'aria-valuemax="{total}" aria-valuenow="{passed}" aria-valuetext="{escape(told)}" '
        f'style="{frame}"><div style="{filled}"></div></div>'
        f'<p style="margin:0.1em 0 0.4em"><small>{escape(told)}</small></p>'
    )


def _simple(label: str, lines: Iterable[Line], value: object, *, headed: bool = False) -> View:
    """One paragraph a line; the first as the heading, and the states as colours."""
    drawn = [line for line in lines if line.text or headed]
    colour = next((COLOURS[line.state] for line in drawn if line.state), "#0969da")
    texts = [line.text for line in drawn if line.text]
    first = title(texts[0]) if headed and texts else ""
    rest = texts[1:] if headed else texts
    html = card(label, first, *map(paragraph, rest), colour=colour)
    return View(text_of(drawn), html, value)
