"""The verbs of an exercise: start, check, hint, answer, shake, solution and so on."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from labkit.cli.env import how_to_know
from labkit.cli.options import AsJson
from labkit.cli.output import print_json, progress_shown
from labkit.foundation.errors import SettingInvalid
from labkit.foundation.text import say

if TYPE_CHECKING:
    from labkit.grading.verdict import State
    from labkit.workshop.lab import Lab
    from labkit.workshop.starting import Started
    from labkit.workshop.wording import Line

COMMANDS = (
    "start",
    "check",
    "hint",
    "answer",
    "shake",
    "solution",
    "solve",
    "reset",
    "progress",
    "next",
)
STYLES = {
    "PASSED": "green",
    "NOT_STARTED": "bright_black",
    "NOT_YET": "yellow",
    "CANNOT_CHECK": "magenta",
}
NOT_YET = 1
COULD_NOT_LOOK = 3


def exercise_ids(incomplete: str) -> list[str]:
    """For the shell's completion: the ids that begin so."""
    from labkit.grading.exercise import exercise_folders
    from labkit.workshop.lab import CONTENT

    known = exercise_folders(CONTENT / "exercises")
    return [name for name in known if name.startswith(incomplete)]


ExerciseId = Annotated[
    str,
    typer.Argument(
        metavar="EXERCISE",
        help="Its id, such as leave-a-card; `labkit progress` lists them all.",
        autocompletion=exercise_ids,
    ),
]


def start(exercise: ExerciseId, json: AsJson = False) -> None:
    """Set an exercise up and show its task.

    Makes its namespaces and objects, puts its files into your folder, and points kubectl there.
    Starting it again changes nothing that you did.
    """
    from labkit.workshop import starting

    with _lab(quiet=json) as lab:
        _tell_started(lab, starting.start(lab, exercise), json=json)


def check(exercise: ExerciseId, json: AsJson = False) -> None:
    """Look at the cluster and say where you stand; checking costs nothing.

    Ends with 0 when everything is passed, 1 when it is not yet, 3 when it could not look.
    """
    from labkit.grading.verdict import verdict_to_json
    from labkit.workshop import checking, wording

    with _lab(quiet=json) as lab:
        checked = checking.check(lab, exercise)
    if json:
        print_json(verdict_to_json(checked.verdict))
    else:
        _tell(wording.verdict_lines(checked.exercise, checked.verdict))
    raise typer.Exit(_exit_code(checked.verdict.state))


def hint(exercise: ExerciseId, json: AsJson = False) -> None:
    """Give one more hint. There are three; taking them is noted, never forbidden."""
    from labkit.workshop import wording, working

    with _lab(quiet=json) as lab:
        hints = working.hint(lab, exercise)
    if json:
        print_json({"exercise": hints.exercise.id, "taken": hints.taken, "left": hints.left})
    else:
        _tell(wording.hint_lines(hints))


def answer(
    exercise: ExerciseId,
    values: Annotated[
        list[str], typer.Argument(metavar="NAME=VALUE…", help="What you found, as name=value.")
    ],
    json: AsJson = False,
) -> None:
    """Note what you found: `labkit answer read-the-dials usable_nodes=3`.

    A name noted again replaces the earlier value.
    """
    from labkit.workshop import wording, working

    given = dict(_name_and_value(value) for value in values)
    with _lab(quiet=json) as lab:
        answered = working.answer(lab, exercise, given)
    if json:
        print_json({"exercise": answered.exercise.id, "answers": answered.answers})
    else:
        _tell(wording.answered_lines(answered))


def shake(exercise: ExerciseId, json: AsJson = False) -> None:
    """Start the exercise's disturbance, where it has one, and see how your work stands it."""
    from labkit.workshop import wording, working

    with _lab(quiet=json) as lab:
        shaken = working.shake(lab, exercise)
    if json:
        print_json({"exercise": shaken.id, "shaken": True})
    else:
        _tell(wording.shaken_lines(shaken))


def solution(exercise: ExerciseId, json: AsJson = False) -> None:
    """Show one right way and why it is one. Nothing in the cluster changes."""
    from labkit.workshop import wording, working

    with _lab(quiet=json) as lab:
        shown = working.solution(lab, exercise)
    if json:
        files = dict(shown.files)
        print_json({"exercise": shown.exercise.id, "files": files, "why": shown.why})
    else:
        _tell(wording.solution_lines(shown))


def solve(exercise: ExerciseId, json: AsJson = False) -> None:
    """Do what the solution says, as you would; then check it and look at what is there."""
    from labkit.workshop import wording, working

    with _lab(quiet=json) as lab:
        solved = working.solve(lab, exercise)
    if json:
        print_json({"exercise": solved.id, "solved": True})
    else:
        _tell(wording.solved_lines(solved))


def reset(
    exercise: ExerciseId,
    set_aside: Annotated[
        bool,
        typer.Option("--set-aside", help="Keep files that you edited beside the fresh ones."),
    ] = False,
    json: AsJson = False,
) -> None:
    """Take an exercise back to the untouched state, whatever was done to it.

    Files that you edited are never lost: without --set-aside it stops before touching anything.
    """
    from labkit.workshop import starting

    with _lab(quiet=json) as lab:
        started = starting.reset(lab, exercise, set_edits_aside=set_aside)
        _tell_started(lab, started, json=json)


def progress(json: AsJson = False) -> None:
    """List every exercise and how far you are."""
    from labkit.foundation.settings import read_settings
    from labkit.workshop import wording
    from labkit.workshop.overview import overview, standing_to_json

    seen = overview(read_settings())
    if json:
        print_json({"exercises": [standing_to_json(one) for one in seen.standings]})
    else:
        _tell(wording.overview_lines(seen))


def next(json: AsJson = False) -> None:  # noqa: A001  the word that a reader types
    """Say which exercise to go on with, and the command for it."""
    from labkit.foundation.settings import read_settings
    from labkit.workshop import wording
    from labkit.workshop.overview import overview, standing_to_json

    standing = overview(read_settings()).next
    if json:
        print_json({"next": standing_to_json(standing) if standing else None})
    else:
        _tell(wording.next_lines(standing))


@contextmanager
def _lab(*, quiet: bool) -> "Iterator[Lab]":
    from labkit.foundation.settings import read_settings
    from labkit.workshop.lab import open_lab

    with progress_shown(quiet=quiet) as progress_seen:
        yield open_lab(read_settings(), progress=progress_seen)


def _tell_started(lab: "Lab", started: "Started", *, json: bool) -> None:
    from labkit.workshop import wording

    if not json:
        _tell(wording.started_lines(started))
        _tell_kubeconfig(lab)
        return
    told = asdict(started) | {"exercise": started.exercise.id}
    print_json(told)


def _tell_kubeconfig(lab: "Lab") -> None:
    """A notebook's kernel knows it; a terminal has to be told, until it was."""
    from labkit.foundation.process import merged_environment
    from labkit.workshop.names import learner_kubeconfig

    path = str(learner_kubeconfig(lab.settings).absolute())
    if merged_environment({}).get("KUBECONFIG") != path:
        print(say("For kubectl in this terminal: {command}", command=how_to_know()))


def _tell(lines: "Iterable[Line]") -> None:
    """Coloured by state on a terminal; the words and symbols say the same without colour."""
    from rich.console import Console
    from rich.text import Text

    console = Console(highlight=False, soft_wrap=True)
    for line in lines:
        console.print(Text(line.text, style=STYLES[line.state] if line.state else ""))


def _exit_code(state: "State") -> int:
    return {"PASSED": 0, "CANNOT_CHECK": COULD_NOT_LOOK}.get(state, NOT_YET)


def _name_and_value(given: str) -> tuple[str, str]:
    name, equals, value = given.partition("=")
    if not (name and equals):
        raise SettingInvalid("answer", given, say("name=value, such as usable_nodes=3"))
    return name, value
