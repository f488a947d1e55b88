"""A verdict as a card says everything without colour, script, or kernel."""

from html.parser import HTMLParser
from pathlib import Path

import pytest

from labkit.grading.exercise import Exercise
from labkit.grading.verdict import (
    Evidence,
    Finding,
    Result,
    State,
    Verdict,
    cannot_check,
    not_started,
    not_yet,
    passed,
)
from labkit.widgets.verdict_card import COLOURS, verdict_view
from labkit.workshop.wording import SYMBOLS, state_word

EXERCISE = Exercise(
    id="sign",
    folder=Path("/nowhere"),
    lesson="00-test",
    title="Hang a sign",
    minutes=1,
    task="Hang a sign.",
    hints=(),
    criteria=(),
    reads=(),
)
FINDINGS = {
    State.PASSED: passed("A sign hangs."),
    State.NOT_STARTED: not_started("sign.none", seen="No sign.", next_step="Hang one."),
    State.NOT_YET: not_yet(
        "sign.colour",
        seen="It is <b>red</b>.",
        expected="A green one.",
        why="Red means closed.",
        next_step="Paint it.",
        evidence=[Evidence("ConfigMap", "sign", "me-sign")],
    ),
    State.CANNOT_CHECK: cannot_check("check.forbidden", seen="Not allowed.", next_step="Ask."),
}


def verdict(*findings: Finding) -> Verdict:
    results = [Result(f"c-{n}", f"Claim {n}", 2, found) for n, found in enumerate(findings)]
    return Verdict("sign", "2026-01-01T09:00:00Z", tuple(results))


class Listener(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.heard: list[str] = []

    def handle_data(self, data: str) -> None:
        self.heard.append(data)


def words_of(html: str) -> str:
    """What is left of a page when nothing is drawn."""
    listener = Listener()
    listener.feed(html)
    return " ".join(listener.heard)


@pytest.mark.parametrize("state", State, ids=str)
def test_state_is_a_word_a_symbol_and_a_colour(state: State) -> None:
    view = verdict_view(EXERCISE, verdict(FINDINGS[state]))
    assert f"{SYMBOLS[state]} {state_word(state)}" in words_of(view.html)
    assert f"background:{COLOURS[state]}" in view.html
    assert f"{SYMBOLS[state]} {state_word(state)} · Claim 0" in view.text


def test_states_differ_in_word_symbol_and_colour() -> None:
    for told in (SYMBOLS, COLOURS, {state: state_word(state) for state in State}):
        assert len(set(told.values())) == len(State)


def contrast_with_white(colour: str) -> float:
    """As WCAG counts it; AA asks for 4.5 of text."""

    def light(channel: int) -> float:
        part = channel / 255
        return part / 12.92 if part <= 0.03928 else float(((part + 0.055) / 1.055) ** 2.4)

    red, green, blue = (light(int(colour[at : at + 2], 16)) for at in (1, 3, 5))
    return 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05)


@pytest.mark.parametrize("state", State, ids=str)
def test_white_on_the_badge_can_be_read(state: State) -> None:
    assert contrast_with_white(COLOURS[state]) >= 4.5


def test_card_and_text_say_seen_expected_why_and_next() -> None:
    view = verdict_view(EXERCISE, verdict(FINDINGS[State.NOT_YET]))
    for told in (words_of(view.html), view.text):
        for word in ("Red means closed.", "A green one.", "Paint it.", "seen", "expected", "next"):
            assert word in told


def test_evidence_is_folded() -> None:
    html = verdict_view(EXERCISE, verdict(FINDINGS[State.NOT_YET])).html
    assert "<details>" in html
    assert "ConfigMap/sign in me-sign" in words_of(html)


def test_every_field_that_differs_is_folded_and_in_the_text() -> None:
    differing = not_yet(
        "sign.differs",
        seen="colour: red instead of green.",
        expected="As the file says.",
        next_step="Compare.",
        differences=["colour: red instead of green.", "size: 2 instead of 3."],
    )
    view = verdict_view(EXERCISE, verdict(differing))
    assert "<summary>differences</summary>" in view.html
    for told in (words_of(view.html), view.text):
        assert "size: 2 instead of 3." in told


def test_what_a_learner_wrote_is_shown_and_never_run() -> None:
    view = verdict_view(EXERCISE, verdict(FINDINGS[State.NOT_YET]))
    assert "<b>" not in view.html
    assert "It is <b>red</b>." in view.text


def test_card_needs_neither_script_nor_style_sheet_nor_network() -> None:
    html = verdict_view(EXERCISE, verdict(*FINDINGS.values())).html
    assert [word for word in ("<script", "<style", "http", "src=", "onclick") if word in html] == []


def test_headline_gives_points_and_what_they_are_of() -> None:
    view = verdict_view(EXERCISE, verdict(*FINDINGS.values()))
    assert view.text.splitlines()[0] == "Hang a sign: could not look, 2 of 6 points"
    assert "Provisional" in view.text


def test_final_verdict_is_not_called_provisional() -> None:
    assert "Provisional" not in verdict_view(EXERCISE, verdict(FINDINGS[State.PASSED])).text


def test_notebook_keeps_both_forms() -> None:
    view = verdict_view(EXERCISE, verdict(FINDINGS[State.PASSED]))
    assert view._repr_mimebundle_() == {"text/plain": view.text, "text/html": view.html}
    assert repr(view) == view.text
