"""Where the learner stands in the whole workshop, and what comes next. From the log alone."""

import json
import math
from collections.abc import Iterable
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from labkit.foundation.settings import Settings
from labkit.grading.exercise import Exercise, exercise_folders, load_exercise
from labkit.grading.verdict import State
from labkit.workshop.lab import CONTENT
from labkit.workshop.progress_log import Event, Happening, read_events


@dataclass(frozen=True, slots=True)
class Standing:
    """One exercise as the log tells it."""

    exercise: Exercise
    started: bool = False
    checks: int = 0
    hints: int = 0
    points: int = 0
    """The best of all checks."""
    total: int = 10
    passed: bool = False
    solution_shown: bool = False


@dataclass(frozen=True, slots=True)
class Overview:
    standings: tuple[Standing, ...]

    @property
    def passed(self) -> int:
        return sum(standing.passed for standing in self.standings)

    @property
    def next(self) -> Standing | None:
        """The first begun and not passed, else the first not passed; None at the end."""
        open_ones = [one for one in self.standings if not one.passed]
        begun = [one for one in open_ones if one.started]
        return next(iter((*begun, *open_ones)), None)


def overview(settings: Settings, *, content: Path = CONTENT, lesson: str = "") -> Overview:
    events = read_events(settings)
    folders = exercise_folders(content / "exercises").values()
    wanted = [folder for folder in folders if lesson in ("", folder.parent.name)]
    wanted.sort(key=lambda folder: (folder.parent.name, _place(folder, content / "notebooks")))
    return Overview(tuple(standing(load_exercise(folder), events) for folder in wanted))


def _place(folder: Path, notebooks: Path) -> float:
    """Where its lesson's page starts it, for the page teaches in that order; else at the end."""
    page = notebooks / f"{folder.parent.name}.ipynb"
    text = page.read_text(encoding="utf-8") if page.is_file() else ""
    found = text.find(json.dumps(f'start("{folder.name}")')[1:-1])
    return found if found >= 0 else math.inf


def standing(exercise: Exercise, events: Iterable[Event]) -> Standing:
    ours = [event for event in events if event.exercise == exercise.id]
    checks = [event.details for event in ours if event.happening is Happening.CHECKED]
    happened = {event.happening for event in ours}
    return Standing(
        exercise,
        started=Happening.STARTED in happened or Happening.RESET in happened,
        checks=len(checks),
        hints=max((int(e.details.get("rung", 0)) for e in ours), default=0),
        points=max((int(check.get("points", 0)) for check in checks), default=0),
        passed=any(check.get("state") == State.PASSED for check in checks),
        solution_shown=Happening.SOLUTION_SHOWN in happened or Happening.SOLVED in happened,
    )


def standing_to_json(standing: Standing) -> dict[str, Any]:
    """For programs; the exercise by its id and lesson."""
    told = {field.name: getattr(standing, field.name) for field in fields(standing)}
    return told | {"exercise": standing.exercise.id, "lesson": standing.exercise.lesson}
