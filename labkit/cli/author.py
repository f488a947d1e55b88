"""What authors run: prove that exercises hold, and begin a new one."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from labkit.cli.exercise import exercise_ids
from labkit.cli.options import AsJson
from labkit.cli.output import print_json
from labkit.foundation.errors import SettingInvalid
from labkit.foundation.text import say

if TYPE_CHECKING:
    from pathlib import Path

    from labkit.authoring.prove import Plan
    from labkit.cli.proof_report import Shown
    from labkit.workshop.lab import Lab

COMMANDS = ("prove", "new")
MISSED = 1
HIGHEST_SEED = 1_000_000
JOBS = 8  # one attempt waits for the cluster most of the time, even on two cores


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
    minutes: Annotated[
        float | None,
        typer.Option(
            min=0,
            help="Each solution, and after it right and wrong answers drawn for so long.",
        ),
    ] = None,
    seed: Annotated[
        int | None, typer.Option(help="Repeats the order and the draw of the run that printed it.")
    ] = None,
    json: AsJson = False,
) -> None:
    """Show on the lab's cluster that exercises are graded as their authors say.

    Untouched gives 0 points, each wrong answer its own message, each right one all points, and a
    reset leaves nothing behind. Ends with 1 if any state gave something else. Nothing is retried.
    """
    from labkit.authoring.prove import prove as run_proof
    from labkit.authoring.recorded import judged_recordings
    from labkit.foundation.settings import read_settings
    from labkit.workshop.lab import open_lab

    if record and minutes is not None:
        raise SettingInvalid("--minutes", str(minutes), say("not together with --record"))
    lab = open_lab(read_settings())
    folders = _chosen(lab, exercises or [])
    plan = _plan(jobs, minutes, seed)
    with _shown([folder.name for folder in folders], plan, quiet=json) as shown:
        run_proof(lab, folders, plan, shown)
        recorded = judged_recordings(lab, folders, shown.results, renew=record, watch=shown)
    if json:
        print_json(shown.as_json(plan.seed, recorded))
    else:
        shown.tell_end(recorded)
    if shown.missed:
        raise typer.Exit(MISSED)


def new(
    what: Annotated[str, typer.Argument(help="What to begin: exercise.")],
    name: Annotated[str, typer.Argument(help="Its id, such as leave-a-card.")],
    lesson: Annotated[str, typer.Option(help="Its lesson's folder, such as 00-setup.")],
    json: AsJson = False,
) -> None:
    """Begin an exercise: the folders and files that `labkit prove` wants, each saying what for."""
    from labkit.authoring.skeleton import write_exercise
    from labkit.workshop.lab import CONTENT

    if what != "exercise":
        raise SettingInvalid("new", what, say("exercise"))
    written = [path.relative_to(CONTENT) for path in write_exercise(CONTENT, lesson, name)]
    if json:
        print_json({"written": written})
        return
    for path in written:
        typer.echo(say("Wrote {path}.", path=path))


def _chosen(lab: "Lab", named: Sequence[str]) -> "list[Path]":
    """Folders of exercises by id, or all of a lesson named by its number or folder."""
    from labkit.grading.errors import ExerciseUnknown
    from labkit.grading.exercise import closest_ids, exercise_folders

    folders = exercise_folders(lab.exercises)
    chosen: dict[str, Path] = {}
    for name in named:
        lesson = {i: f for i, f in folders.items() if name in (f.parent.name, f.parent.name[:2])}
        if not lesson and name not in folders:
            raise ExerciseUnknown(name, closest_ids(name, list(folders)))
        chosen |= lesson or {name: folders[name]}
    return list((chosen or folders).values())


def _plan(jobs: int, minutes: float | None, seed: int | None) -> "Plan":
    import secrets

    from labkit.authoring.prove import Plan

    if minutes is None:
        return Plan(jobs, seed)
    return Plan(jobs, secrets.randbelow(HIGHEST_SEED) if seed is None else seed, minutes * 60)


@contextmanager
def _shown(exercises: Sequence[str], plan: "Plan", *, quiet: bool) -> "Iterator[Shown]":
    import sys

    from labkit.cli.proof_report import Lines, Shown
    from labkit.cli.proof_table import live_table

    if quiet:
        yield Shown()
        return
    if plan.seed is not None:
        typer.echo(say("Seed {seed}: `--seed {seed}` draws the same again.", seed=plan.seed))
    if sys.stdout.isatty():
        with live_table(exercises) as table:
            yield table
    else:
        yield Lines()
