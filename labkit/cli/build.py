"""`labkit build`: sources to notebooks, sentences to a catalogue, and recorded runs."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer

from labkit.foundation.text import say


def build(
    lessons: Annotated[
        list[str] | None, typer.Argument(help="04 or 04-hello-kubernetes; every lesson if none.")
    ] = None,
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing; end with 1 if something is stale.")
    ] = False,
    record: Annotated[
        bool, typer.Option("--record", help="Run the solved lessons and keep their outputs.")
    ] = False,
) -> None:
    """Build the notebooks and the catalogue of sentences from their sources."""
    from labkit.authoring.content import find_content
    from labkit.authoring.notebooks import notebook_differences, write_notebooks
    from labkit.authoring.sentences import template_differences, write_template

    content = find_content(Path.cwd())
    names = tuple(lessons or ())
    if check:
        stale = (*notebook_differences(content, names), *template_differences(content))
        for difference in stale:
            typer.echo(difference.sentence)
        if stale:
            typer.echo(say("Run `labkit build` and commit what it writes."))
            raise typer.Exit(1)
        return
    for path in (*write_notebooks(content, names), *write_template(content)):
        typer.echo(say("Wrote {path}.", path=path.relative_to(content.root)))
    if record:
        _record(names)


def _record(names: tuple[str, ...]) -> None:
    from labkit.authoring.content import chosen_sources, find_content
    from labkit.authoring.fresh import fresh_home
    from labkit.authoring.recording import ATTENDEE, Recorded
    from labkit.authoring.recording import record as record_run
    from labkit.foundation.settings import read_settings
    from labkit.workshop.lab import open_lab

    content, lab = find_content(Path.cwd()), open_lab(read_settings())
    for source in chosen_sources(content, names):
        typer.echo(say("Running {lesson} …", lesson=source.stem))
        with (
            TemporaryDirectory(prefix="labkit-record-") as folder,
            fresh_home(lab, source.stem, ATTENDEE, Path(folder)) as home,
        ):
            how = Recorded(home, lab.record.engine)
            path = record_run(content, source, Path(folder), how=how, run=lab.run)
        typer.echo(say("Wrote {path}.", path=path.relative_to(content.root)))
