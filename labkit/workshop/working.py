"""What a learner does between `start` and the last `check`: answers, hints, shakes, solutions."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from labkit.foundation.text import say
from labkit.grading.attempts import Attempt, Kind
from labkit.grading.exercise import Exercise, find_exercise
from labkit.kube.manifests import fill
from labkit.kube.reader import Reader
from labkit.workshop.acting import acting
from labkit.workshop.answers import note_answers, require_known
from labkit.workshop.errors import AnswerUnfilled, ExerciseNotStarted, SolutionNotHere
from labkit.workshop.lab import Lab
from labkit.workshop.progress_log import Event, Happening, append, read_events
from labkit.workshop.records import Stage, read_record
from labkit.workshop.rights import Role
from labkit.workshop.starting import all_values
from labkit.workshop.steps import disturb, run_steps

STEPS_FILE = "steps.toml"
UNTOLD = {"shelf_password": "…"}  # it is in the attendee's envelope; an output may be saved
DOTS = ".… "
"""What a given cell holds in the place of an answer."""
FOR_INSTRUCTORS = "**What you will see in the room**"
"""From here on an author's notes are for whoever teaches."""


@dataclass(frozen=True, slots=True)
class Hints:
    exercise: Exercise
    taken: tuple[str, ...]
    """Those seen so far, the newest last."""

    @property
    def left(self) -> int:
        return len(self.exercise.hints) - len(self.taken)


@dataclass(frozen=True, slots=True)
class Answered:
    exercise: Exercise
    answers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Solution:
    exercise: Exercise
    files: tuple[tuple[str, str], ...]
    """Name and filled text. The steps that `solve` takes only where there is nothing else."""
    why: str
    """What the author noted for learners, in Markdown."""


def hints(lab: Lab, exercise_id: str) -> Hints:
    """Those seen so far."""
    exercise = find_exercise(lab.exercises, exercise_id)
    return _hints(exercise, _hints_taken(lab, exercise))


def hint(lab: Lab, exercise_id: str) -> Hints:
    """One rung more than last time; after the third, all of them again."""
    exercise = find_exercise(lab.exercises, exercise_id)
    before = _hints_taken(lab, exercise)
    rung = min(before + 1, len(exercise.hints))
    if rung > before:
        _log(lab, exercise, Happening.HINTED, {"rung": rung})
    return _hints(exercise, rung)


def _hints(exercise: Exercise, rung: int) -> Hints:
    return Hints(exercise, tuple(say(text) for text in exercise.hints[:rung]))


def answer(lab: Lab, exercise_id: str, answers: Mapping[str, object]) -> Answered:
    """Note values as the learner. Raises AnswerUnknown, AnswerUnfilled before any is noted."""
    exercise = find_exercise(lab.exercises, exercise_id)
    texts = {name: _text(value) for name, value in answers.items()}
    require_known(exercise, texts)
    if unfilled := [name for name, text in texts.items() if text and not text.strip(DOTS)]:
        raise AnswerUnfilled(unfilled)
    with acting(lab, exercise, Role.LEARNER, exercise_values(lab, exercise)) as actor:
        note_answers(actor.writer, actor.namespace(), texts)
    _log(lab, exercise, Happening.ANSWERED, {"names": sorted(texts)})
    return Answered(exercise, texts)


def shake(lab: Lab, exercise_id: str) -> Exercise:
    """Start the exercise's disturbance. Raises NothingToShake where it has none."""
    exercise = find_exercise(lab.exercises, exercise_id)
    disturb(lab, exercise, exercise_values(lab, exercise))
    _log(lab, exercise, Happening.SHAKEN, {})
    return exercise


def solution(lab: Lab, exercise_id: str) -> Solution:
    """One right way and why. Raises SolutionNotHere where attendees get no solutions."""
    exercise = find_exercise(lab.exercises, exercise_id)
    attempt = solution_of(lab, exercise)
    values = {**exercise_values(lab, exercise), **UNTOLD}
    names = [path for path in sorted(attempt.folder.iterdir()) if path.name != STEPS_FILE]
    files = [path for path in names if path.is_file()] or [attempt.folder / STEPS_FILE]
    shown = tuple((path.name, _filled(path, values)) for path in files)
    notes = attempt.folder.parent / "notes.md"
    written = notes.read_text(encoding="utf-8") if notes.is_file() else ""
    why = written.partition(FOR_INSTRUCTORS)[0].rstrip()
    _log(lab, exercise, Happening.SOLUTION_SHOWN, {})
    return Solution(exercise, shown, why)


def solve(lab: Lab, exercise_id: str) -> Exercise:
    """Do what the solution says, as the learner and on the learner's way."""
    exercise = find_exercise(lab.exercises, exercise_id)
    attempt = solution_of(lab, exercise)
    do_attempt(lab, exercise, attempt)
    _log(lab, exercise, Happening.SOLVED, {})
    return exercise


def do_attempt(lab: Lab, exercise: Exercise, attempt: Attempt) -> None:
    """Run a solution, variant or mutant in the attendee's started exercise."""
    values = exercise_values(lab, exercise)
    with acting(lab, exercise, Role.LEARNER, values) as actor:
        run_steps(actor, attempt.folder)


def solution_of(lab: Lab, exercise: Exercise) -> Attempt:
    folder = lab.solutions / exercise.lesson / exercise.id
    if not (folder / "solution" / STEPS_FILE).is_file():
        raise SolutionNotHere(exercise.id)
    return Attempt(Kind.SOLUTION, "solution", folder / "solution")


def exercise_values(lab: Lab, exercise: Exercise) -> dict[str, str]:
    """The exercise's drawn values and places. Raises ExerciseNotStarted."""
    with Reader(lab.administrator(), run=lab.run, clock=lab.clock) as reader:
        record = read_record(reader, lab, exercise)
    if record is None or record.stage is not Stage.READY:
        raise ExerciseNotStarted(exercise.id)
    return all_values(lab, exercise, record)


def _text(value: object) -> str:
    """Dots without quotes are Python's Ellipsis, which would read as a word."""
    return "..." if value is ... else str(value).strip()


def _hints_taken(lab: Lab, exercise: Exercise) -> int:
    events = read_events(lab.settings)
    ours = [e for e in events if e.exercise == exercise.id and e.happening is Happening.HINTED]
    return max((int(event.details.get("rung", 0)) for event in ours), default=0)


def _filled(path: Path, values: Mapping[str, str]) -> str:
    return fill(path.read_text(encoding="utf-8"), values, source=str(path))


def _log(lab: Lab, exercise: Exercise, happening: Happening, details: Mapping[str, object]) -> None:
    append(lab.settings, Event(lab.clock.now(), exercise.id, happening, details))
