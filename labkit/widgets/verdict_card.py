"""A verdict as a card: each criterion's state as a word, a symbol and a colour."""

from collections.abc import Sequence
from html import escape

from labkit.foundation.text import say
from labkit.grading.exercise import Exercise
from labkit.grading.verdict import Result, State, Verdict
from labkit.widgets.view import View, card, folded, mark, paragraph, table, text_of, title
from labkit.workshop.wording import (
    SYMBOLS,
    details,
    evidence_text,
    footnotes,
    headline,
    state_word,
    verdict_lines,
)

# White on each of them has a contrast of at least 4.5, and each shows on light and dark pages.
COLOURS = {
    State.PASSED: "#1a7f37",
    State.NOT_STARTED: "#57606a",
    State.NOT_YET: "#9a6700",
    State.CANNOT_CHECK: "#8250df",
}


def verdict_view(exercise: Exercise, verdict: Verdict) -> View:
    line = headline(exercise, verdict)
    parts = [title(line), *(_criterion(result) for result in verdict.results)]
    notes = [paragraph(note, style="font-size:0.9em") for note in footnotes(verdict)]
    html = card(line, *parts, *notes, colour=COLOURS[verdict.state])
    return View(text_of(verdict_lines(exercise, verdict)), html, verdict)


def badge(state: State) -> str:
    return mark(SYMBOLS[state], state_word(state), COLOURS[state])


def _criterion(result: Result) -> str:
    finding = result.finding
    weight = say("({n} points)", n=result.weight)
    head = f"{badge(finding.state)}{escape(result.text)} <small>{escape(weight)}</small>"
    differing = _folded(say("differences"), finding.differences)
    looked_at = _folded(say("looked at"), [evidence_text(one) for one in finding.evidence])
    content = f"{head}{table(details(result))}{differing}{looked_at}"
    return f'<div style="margin:0.35em 0">{content}</div>'


def _folded(summary: str, sentences: Sequence[str]) -> str:
    return folded(summary, *map(paragraph, sentences)) if sentences else ""
