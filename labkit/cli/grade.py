"""`labkit grade`: what instructors run for the verdicts that count."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from labkit.cli.exercise import COULD_NOT_LOOK, exercise_ids
from labkit.cli.options import AsJson
from labkit.cli.output import print_json
from labkit.foundation.text import say

if TYPE_CHECKING:
    from labkit.workshop.marking import Mark

JOBS = 4  # each waits for the API server half of the time, also on two cores


def grade(
    exercises: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[EXERCISE]…",
            help="Ids of exercises; all that were started if none.",
            autocompletion=exercise_ids,
        ),
    ] = None,
    attendee: Annotated[
        list[str] | None, typer.Option("--attendee", help="Whom to grade; all if not given.")
    ] = None,
    jobs: Annotated[int, typer.Option(min=1, max=64, help="How many at once.")] = JOBS,
    save: Annotated[
        Path | None, typer.Option(help="Keep each snapshot as FOLDER/<exercise>/<attendee>.json.")
    ] = None,
    json: AsJson = False,
) -> None:
    """Grade attendees, for instructors: the verdict that counts, from the cluster's state alone.

    Uses the administrator's access of this lab and nothing that attendees keep. Ends with 0 when
    everybody could be graded, whatever their points, and with 3 when something could not be seen.
    """
    from labkit.foundation.settings import read_settings
    from labkit.grading.exercise import find_exercise
    from labkit.workshop.lab import open_lab
    from labkit.workshop.marking import Marker

    lab = open_lab(read_settings())
    wanted = [find_exercise(lab.exercises, name).id for name in exercises or ()]
    marks = []
    with Marker(lab) as marker:
        for mark in marker.mark_all(marker.started(attendee or (), wanted), jobs=jobs):
            marks.append(mark)
            if not json:
                typer.echo(_line(mark))
            if save:
                _keep(mark, save)
    if json:
        print_json({"verdicts": [mark.to_json() for mark in marks]})
    elif not marks:
        typer.echo(say("Nobody has started an exercise on this cluster."))
    if not all(mark.verdict.final for mark in marks):
        raise typer.Exit(COULD_NOT_LOOK)


def _line(mark: "Mark") -> str:
    from labkit.workshop.wording import SYMBOLS, state_word

    line = say(
        "{symbol} {attendee} {exercise}: {points} of {total} points, {state}",
        symbol=SYMBOLS[mark.verdict.state],
        attendee=mark.attempt.attendee,
        exercise=mark.attempt.exercise,
        points=mark.verdict.points,
        total=mark.verdict.total,
        state=state_word(mark.verdict.state),
    )
    if not mark.counts:
        line = say("{line} (advice: this attendee administers the cluster)", line=line)
    return f"{line}. {mark.problem}" if mark.problem else line


def _keep(mark: "Mark", folder: Path) -> None:
    from labkit.foundation.files import write_atomically

    if mark.snapshot:
        name = f"{mark.attempt.attendee}.json"
        write_atomically(folder / mark.attempt.exercise / name, mark.snapshot)
