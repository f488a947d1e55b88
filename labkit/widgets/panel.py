"""An exercise with buttons: its task, check, hints, solution and reset in one place."""

from collections.abc import Callable
from html import escape
from typing import Any

from labkit.foundation.errors import LabError
from labkit.foundation.settings import read_settings
from labkit.foundation.text import say
from labkit.widgets.exercise_views import (
    bug_view,
    hint_view,
    problem_view,
    solution_view,
    started_view,
)
from labkit.widgets.twin import Twin, framed, page
from labkit.widgets.verdict_card import verdict_view
from labkit.widgets.view import View, card, paragraph
from labkit.workshop import checking, starting, working
from labkit.workshop.lab import Lab, open_lab
from labkit.workshop.starting import Started

ORDER = ("problem", "verdict", "hints", "solution")
OpenLab = Callable[["Panel"], Lab]


def open_for(panel: "Panel") -> Lab:
    """The lab as the settings of this moment say; the panel tells what goes on."""
    return open_lab(read_settings(), progress=panel)


class Panel:
    """Also the Progress of whatever a button starts."""

    def __init__(self, started: Started, lab_of: OpenLab = open_for) -> None:
        self._id = started.exercise.id
        self._lab_of = lab_of
        self._status = page()
        self._sure_of = ""
        self._task = started_view(started)
        self._shown: dict[str, View] = {"hints": hint_view(working.hints(self._lab(), self._id))}
        self._results = page(self._results_html())
        self.buttons = self._buttons()

    def display(self) -> None:
        from ipywidgets import HBox

        self._task_page = page(self._task.html)
        controls = [self._task_page, HBox(list(self.buttons.values())), self._status, self._results]
        self._twin = Twin(self._id, controls, self._everything())

    def check(self) -> None:
        checked = checking.check(self._lab(), self._id)
        self._shown["verdict"] = verdict_view(checked.exercise, checked.verdict)

    def hint(self) -> None:
        self._shown["hints"] = hint_view(working.hint(self._lab(), self._id))

    def solution(self) -> None:
        if self._is_sure("solution", say("Press again to see the solution; a hint is less.")):
            self._shown["solution"] = solution_view(working.solution(self._lab(), self._id))

    def reset(self) -> None:
        told = say(
            "Press again to go back to the beginning: what you made in the cluster goes, files "
            "that you changed are kept beside the fresh ones."
        )
        if self._is_sure("reset", told):
            again = starting.reset(self._lab(), self._id, set_edits_aside=True)
            self._task = started_view(again)
            self._task_page.value = framed(self._task.html)
            self._shown = {"hints": self._shown["hints"]}

    # The Progress of what runs.
    def started(self, step: str) -> None:
        self.said(f"… {step}")

    def advanced(self, step: str, done: float, total: float) -> None: ...

    def ended(self, step: str, *, well: bool) -> None: ...

    def said(self, sentence: str) -> None:
        told = f'<span role="status">{escape(sentence)}</span>' if sentence else ""
        self._status.value = framed(told)

    def _buttons(self) -> dict[str, Any]:
        return {
            "check": self._button(say("Check"), say("Look at the cluster"), self.check),
            "hint": self._button(say("Hint"), say("One more hint"), self.hint),
            "solution": self._button(say("Solution"), say("Show one right way"), self.solution),
            "reset": self._button(say("Reset"), say("Back to the beginning"), self.reset),
        }

    def _button(self, label: str, explained: str, work: Callable[[], None]) -> Any:
        from ipywidgets import Button

        button = Button(description=label, tooltip=explained)
        button.on_click(lambda _: self._do(work))
        return button

    def _do(self, work: Callable[[], None]) -> None:
        sure_of, self._shown["problem"] = self._sure_of, View("", "")
        self.said(say("… looking"))
        try:
            work()
        except LabError as problem:
            self._shown["problem"] = problem_view(problem)
        except Exception as bug:  # noqa: BLE001  behind a button, what is raised is never seen
            self._shown["problem"] = bug_view(bug)
        finally:
            if self._sure_of == sure_of:
                self._sure_of = ""
            self.said("")
        self._results.value = framed(self._results_html())
        self._twin.keep(self._everything())

    def _is_sure(self, what: str, told: str) -> bool:
        if self._sure_of == what:
            return True
        self._sure_of = what
        self._shown["problem"] = View(told, card(told, paragraph(told)))
        return False

    def _lab(self) -> Lab:
        return self._lab_of(self)

    def _views(self) -> list[View]:
        return [self._shown[name] for name in ORDER if name in self._shown]

    def _results_html(self) -> str:
        return "".join(view.html for view in self._views())

    def _everything(self) -> View:
        views = [self._task, *self._views()]
        text = "\n\n".join(view.text for view in views if view.text)
        return View(text, "".join(view.html for view in views))
