"""The buttons do what the functions do, and show the same cards."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from labkit.widgets.panel import Panel
from labkit.workshop.lab import Lab
from labkit.workshop.progress_log import Happening, read_events
from labkit.workshop.starting import start
from labkit.workshop.working import solve
from tests.support.cluster import FakeCluster
from tests.support.notebook_shell import HTML, Displayed, notebook_shell
from tests.support.workshop import EXERCISE, lab_on
from tests.unit.widgets.test_verdict_card import words_of

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])


@dataclass(slots=True)
class Shown:
    panel: Panel
    lab: Lab
    displayed: Displayed
    cluster: FakeCluster

    def press(self, *buttons: str) -> str:
        """The words that the saved file has afterwards."""
        for button in buttons:
            self.panel.buttons[button].click()
        return words_of(self.displayed.kept[-1][HTML])

    def happenings(self) -> list[Happening]:
        return [event.happening for event in read_events(self.lab.settings)]


@pytest.fixture
def shown(tmp_path: Path) -> Iterator[Shown]:
    with FakeCluster() as cluster, notebook_shell() as displayed:
        lab = lab_on(cluster, tmp_path)
        panel = Panel(start(lab, EXERCISE), lambda progress: replace(lab, progress=progress))
        panel.display()
        yield Shown(panel, lab, displayed, cluster)


def test_panel_begins_with_the_task_and_the_whole_ladder(shown: Shown) -> None:
    words = words_of(shown.displayed.kept[-1][HTML])
    assert "Hang a sign with number" in words
    assert words.count("not taken yet") == 3


def test_every_button_has_a_name_and_an_explanation(shown: Shown) -> None:
    buttons = shown.panel.buttons.values()
    assert [button.description for button in buttons] == ["Check", "Hint", "Solution", "Reset"]
    assert all(button.tooltip for button in buttons)


def test_check_shows_the_card_and_is_noted(shown: Shown) -> None:
    assert "○ not started" in shown.press("check")
    solve(shown.lab, EXERCISE)
    words = shown.press("check")
    assert "passed, 10 of 10 points" in words
    assert "not started, 0 of" not in words
    assert shown.happenings().count(Happening.CHECKED) == 2


def test_each_hint_is_one_rung_more(shown: Shown) -> None:
    assert shown.press("hint").count("not taken yet") == 2
    assert "The third of hints." in shown.press("hint", "hint")


def test_card_stays_while_hints_are_taken(shown: Shown) -> None:
    words = shown.press("check", "hint")
    assert "No sign." in words
    assert "The first of hints." in words


def test_solution_asks_once_more(shown: Shown) -> None:
    assert "kind: ConfigMap" not in shown.press("solution")
    assert Happening.SOLUTION_SHOWN not in shown.happenings()
    assert "kind: ConfigMap" in shown.press("solution")


def test_another_button_in_between_takes_the_question_back(shown: Shown) -> None:
    assert "kind: ConfigMap" not in shown.press("solution", "hint", "solution")


def test_being_sure_of_one_thing_is_not_being_sure_of_another(shown: Shown) -> None:
    shown.press("solution", "reset")
    assert Happening.RESET not in shown.happenings()


def test_reset_goes_back_to_the_beginning_and_remembers_the_hints(shown: Shown) -> None:
    solve(shown.lab, EXERCISE)
    shown.press("check", "hint", "reset")
    assert "10 of 10" in shown.press("hint")
    words = shown.press("reset", "reset")
    assert "10 of 10" not in words
    assert "The first of hints." in words
    assert "○ not started" in shown.press("check")


def test_reset_keeps_what_was_edited_beside_the_fresh_files(shown: Shown) -> None:
    (edited,) = (shown.lab.settings.home / "work" / EXERCISE).glob("*.yaml")
    edited.write_text("mine")
    assert "kept in" in shown.press("reset", "reset")
    assert edited.read_text() != "mine"
    kept = edited.parent / "set-aside-1" / edited.name
    assert kept.read_text() == "mine"


def test_problem_is_told_in_the_panel_and_gone_with_the_next_success(shown: Shown) -> None:
    (shown.lab.solutions / "00-test" / EXERCISE / "solution" / "steps.toml").unlink()
    assert "carries no solution of" in shown.press("solution", "solution")
    assert "carries no solution of" not in shown.press("check")


def test_bug_behind_a_button_is_a_card_with_its_traceback(shown: Shown) -> None:
    (shown.lab.solutions / "00-test" / EXERCISE / "notes.md").write_bytes(b"\xff")
    words = shown.press("solution", "solution")
    assert "UnicodeDecodeError" in words
    assert "Traceback (most recent call last)" in words
    assert "… looking" not in words
    assert "UnicodeDecodeError" not in shown.press("check")
