"""`labkit build`: sources to notebooks, sentences to a catalogue, and recorded runs."""

from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated

import typer

from labkit.cli.options import AsJson
from labkit.cli.output import print_json
from labkit.foundation.text import say

if TYPE_CHECKING:
    from labkit.authoring.content import Content


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
    json: AsJson = False,
) -> None:
    """Build the notebooks and the catalogue of sentences from their sources."""
    from labkit.authoring.content import find_content
    from labkit.authoring.notebooks import write_notebooks
    from labkit.authoring.sentences import write_template

    content, names = find_content(Path.cwd()), tuple(lessons or ())
    if check:
        _compare(content, names, json=json)
        return
    written = []
    built = (*write_notebooks(content, names), *write_template(content))
    for path in chain(built, _record(content, names, quiet=json) if record else ()):
        written.append(path.relative_to(content.root))
        if not json:
            typer.echo(say("Wrote {path}.", path=written[-1]))
    if json:
        print_json({"written": written})


def _compare(content: "Content", names: tuple[str, ...], *, json: bool) -> None:
    from labkit.authoring.notebooks import notebook_differences
    from labkit.authoring.sentences import template_differences

    stale = (*notebook_differences(content, names), *template_differences(content))
    if json:
        print_json({"stale": [one.path.relative_to(content.root) for one in stale]})
    else:
        for difference in stale:
            typer.echo(difference.sentence)
        if stale:
            typer.echo(say("Run `labkit build` and commit what it writes."))
    if stale:
        raise typer.Exit(1)


def _record(content: "Content", names: tuple[str, ...], *, quiet: bool) -> Iterator[Path]:
    """Each file, as soon as its lesson has run."""
    from labkit.authoring.content import chosen_sources
    from labkit.authoring.fresh import fresh_home
    from labkit.authoring.recording import ATTENDEE, Recorded
    from labkit.authoring.recording import record as record_run
    from labkit.foundation.settings import read_settings
    from labkit.workshop.lab import open_lab

    lab = open_lab(read_settings())
    for source in chosen_sources(content, names):
        if not quiet:
            typer.echo(say("Running {lesson} …", lesson=source.stem))
        with (
            TemporaryDirectory(prefix="labkit-record-") as folder,
            fresh_home(lab, source.stem, ATTENDEE, Path(folder)) as home,
        ):
            how = Recorded(home, lab.record.engine)
            path = record_run(content, source, Path(folder), how=how, run=lab.run)
        yield path
