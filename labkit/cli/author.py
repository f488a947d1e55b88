"""What authors run: prove that exercises hold, and begin a new one."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from labkit.cli.exercise import exercise_ids
from labkit.cli.options import AsJson
from labkit.cli.output import print_json
from labkit.foundation.text import say

if TYPE_CHECKING:
    from labkit.authoring.prove import CaseResult, Report
    from labkit.grading.exercise import Exercise
    from labkit.workshop.lab import Lab

COMMANDS = ("prove", "new")
MISSED = 1
JOBS = 4  # one attempt waits for the cluster most of the time, even on two cores


def prove(
    exercises: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[EXERCISE]…",
            help="Ids of exercises, or lessons such as 04; all if none.",
            autocompletion=exercise_ids,
        ),
    ] = None,
    record: Annotated[
        bool, typer.Option("--record", help="Where all states held, renew stale snapshots.")
    ] = False,
    jobs: Annotated[int, typer.Option(min=1, max=32, help="How many attempts at once.")] = JOBS,
    json: AsJson = False,
) -> None:
    """Show on the lab's cluster that exercises are graded as their authors say.

    Untouched gives 0 points, each wrong answer its own message, each right one all points, and a
    reset leaves nothing behind. Ends with 1 if any state gave something else. Nothing is retried.
    """
    from labkit.foundation.settings import read_settings
    from labkit.workshop.lab import open_lab

    lab = open_lab(read_settings())
    chosen = _chosen(lab, exercises or [])
    results = _proven(lab, chosen, jobs=jobs, quiet=json)
    missed = any(one.outcome == "missed" for one in results)
    recorded = _record(lab, chosen, results) if record else ()
    if json:
        print_json({"held": not missed, "recorded": recorded, "cases": _cases(results)})
    else:
        _tell_end(results, recorded)
    if missed:
        raise typer.Exit(MISSED)


def new(
    what: Annotated[str, typer.Argument(help="What to begin: exercise.")],
    name: Annotated[str, typer.Argument(help="Its id, such as leave-a-card.")],
    lesson: Annotated[str, typer.Option(help="Its lesson's folder, such as 00-setup.")],
) -> None:
    """Begin an exercise: the folders and files that `labkit prove` wants, each saying what for."""
    from labkit.authoring.skeleton import write_exercise
    from labkit.foundation.errors import SettingInvalid
    from labkit.workshop.lab import CONTENT

    if what != "exercise":
        raise SettingInvalid("new", what, say("exercise"))
    for path in write_exercise(CONTENT, lesson, name):
        typer.echo(say("Wrote {path}.", path=path.relative_to(CONTENT)))


def _chosen(lab: "Lab", named: Sequence[str]) -> "list[Exercise]":
    """Exercises by id, or all of a lesson named by its number or folder."""
    from labkit.grading.exercise import exercise_folders, find_exercise, load_exercise

    folders = exercise_folders(lab.exercises)
    if not named:
        return [load_exercise(folder) for folder in folders.values()]
    chosen: dict[str, Exercise] = {}
    for name in named:
        lesson = [f for f in folders.values() if name in (f.parent.name, f.parent.name[:2])]
        found = map(load_exercise, lesson) if lesson else [find_exercise(lab.exercises, name)]
        chosen |= {exercise.id: exercise for exercise in found}
    return list(chosen.values())


def _proven(
    lab: "Lab", exercises: "Sequence[Exercise]", *, jobs: int, quiet: bool
) -> "list[CaseResult]":
    from labkit.authoring.prove import prove as run_proof

    results: list[CaseResult] = []
    with _shown(exercises, quiet=quiet) as show:

        def report(result: "CaseResult") -> None:
            results.append(result)
            show(result)

        run_proof(lab, exercises, jobs=jobs, report=report)
    return results


def _record(
    lab: "Lab", exercises: "Sequence[Exercise]", results: "Sequence[CaseResult]"
) -> tuple[str, ...]:
    """Ids of those written: every state held, and the snapshots there were stale.

    Fresh ones stay, because times and names of another run would only blur the next review.
    """
    from labkit.authoring.snapshots import Recording, file_name, staleness
    from labkit.authoring.snapshots import record as write_snapshots

    recorded = []
    for exercise in exercises:
        own = [result for result in results if result.exercise == exercise.id]
        recording = Recording(exercise, lab.solutions / exercise.lesson / exercise.id)
        if all(result.outcome == "held" for result in own) and staleness(recording):
            kept = {file_name(r.case): r.snapshot for r in own if r.snapshot}
            write_snapshots(recording, kept)
            recorded.append(exercise.id)
    return tuple(recorded)


@contextmanager
def _shown(exercises: "Sequence[Exercise]", *, quiet: bool) -> "Iterator[Report]":
    import sys

    from labkit.cli.proof_table import live_table, plain_lines

    if quiet:
        yield lambda _: None
    elif sys.stdout.isatty():
        with live_table([exercise.id for exercise in exercises]) as show:
            yield show
    else:
        yield plain_lines


def _cases(results: "Sequence[CaseResult]") -> list[dict[str, object]]:
    return [
        {
            "exercise": one.exercise,
            "case": one.case,
            "seconds": round(one.seconds, 2),
            **asdict(one.judgement),
        }
        for one in results
    ]


def _tell_end(results: "Sequence[CaseResult]", recorded: Sequence[str]) -> None:
    count = {
        word: sum(r.outcome == word for r in results) for word in ("held", "missed", "skipped")
    }
    typer.echo(
        say(
            "{held} states held, {missed} missed, {skipped} skipped.",
            held=count["held"],
            missed=count["missed"],
            skipped=count["skipped"],
        )
    )
    if recorded:
        typer.echo(say("Recorded: {ids}.", ids=", ".join(recorded)))
