"""Run lessons for real: record what the solved notebooks print, and compare a later run with it.

papermill fills in the parameters and runs; nbval runs once more and compares. Both in a process
of their own with a hard limit, so that a kernel that hangs or dies takes nothing else with it.
"""

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from labkit.authoring.content import Content
from labkit.authoring.errors import ContentError
from labkit.authoring.notebooks import as_text, read_source
from labkit.authoring.rules import Breach
from labkit.authoring.solved import solved
from labkit.foundation.files import write_atomically
from labkit.foundation.process import Completed, Runner
from labkit.foundation.text import say

ATTENDEE = "anna"  # recorded outputs have this name in them
IGNORED = "nbval-ignore-output"
WIDGET = "application/vnd.jupyter.widget-view+json"  # only ids, which are random
FAILURE = re.compile(
    r"Traceback|^error: |^Error from server|^error when|command not found|: not found$",
    re.MULTILINE,
)


@dataclass(frozen=True, slots=True)
class Recorded:
    """How a notebook is run so that two runs can be compared."""

    home: Path
    """The lab's folder of the run; nothing of another run is in it."""
    engine: str = "local"
    attendee: str = ATTENDEE
    seed: int = 7
    """What the drawn values of the exercises follow from."""
    cell_limit_seconds: int = 120
    """The slowest cell waits for three Pods on a cold machine, about 20 s."""
    notebook_limit_seconds: int = 600
    """After it the whole run is killed, kernel and all."""

    def parameters(self, lesson: str) -> dict[str, str]:
        number = lesson.partition("-")[0]
        return {
            "engine": self.engine,
            "attendee": self.attendee,
            "namespace": f"{self.attendee}-{number}",
        }

    def environment(self) -> dict[str, str]:
        return {
            "LABKIT_HOME": str(self.home),
            "LABKIT_SEED": str(self.seed),
            "LABKIT_PROGRESS": "no",
            "PYDEVD_DISABLE_FILE_VALIDATION": "1",
        }


def record(content: Content, source: Path, folder: Path, *, how: Recorded, run: Runner) -> Path:
    """Run a solved lesson and write its outputs to `content.expected`; `folder` is for scraps.

    Raises ContentError if a cell printed a failure, with the cell.
    """
    given, ran = folder / f"{source.stem}.solved.ipynb", folder / f"{source.stem}.ran.ipynb"
    write_atomically(given, as_text(solved(read_source(source))))
    options = ["--execution-timeout", str(how.cell_limit_seconds), "--no-progress-bar"]
    with _without_cloud(how, run):
        _papermill(given, ran, source.stem, options, how=how, run=run)
    notebook = _cleaned(_read(ran), sanitising_rules(content.sanitising))
    for breach in failures(notebook):
        raise ContentError(
            say(
                "{lesson}, cell {n}: {why}.", lesson=source.stem, n=breach.cell, why=breach.sentence
            ),
            say("Mend the lesson or the lab; nothing was recorded."),
        )
    target = content.expected / f"{source.stem}.ipynb"
    write_atomically(target, as_text(notebook))
    return target


def compare(
    content: Content, recorded: Path, folder: Path, *, how: Recorded, run: Runner
) -> Completed:
    """Run a recorded lesson again with nbval; a status other than 0 means it differs."""
    copy = folder / recorded.name
    _papermill(recorded, copy, recorded.stem, ["--prepare-only"], how=how, run=run)
    command = [
        *(sys.executable, "-m", "pytest", "-q", "--color=no"),
        *("-c", str(content.sanitising.with_name("nbval.ini")), "--rootdir", str(folder)),
        *("-p", "no:randomly", "-p", "no:cacheprovider", "--nbval"),
        *("--nbval-sanitize-with", str(content.sanitising)),
        *("--nbval-cell-timeout", str(how.cell_limit_seconds), str(copy)),
    ]
    with _without_cloud(how, run):
        return run(
            command,
            timeout_seconds=how.notebook_limit_seconds,
            environment=how.environment(),
            may_fail=True,
        )


@contextmanager
def _without_cloud(how: Recorded, run: Runner) -> Iterator[None]:
    """A lesson leaves its cloud to the learner; here nobody comes back to it."""
    try:
        yield
    finally:
        command = [sys.executable, "-m", "labkit.cli.main", "cloud", "down"]
        if (how.home / "cloud").is_dir():
            run(command, environment=how.environment(), may_fail=True)


def failures(notebook: Any) -> Iterator[Breach]:
    """Cells whose output says that something went wrong: `!` commands fail without a traceback."""
    for number, cell in enumerate(notebook.cells, start=1):
        for output in cell.get("outputs", ()):
            text = output.get("text", "") + str(output.get("data", {}).get("text/plain", ""))
            if output.output_type == "error":
                yield Breach(number, str(output.evalue))
            elif seen := FAILURE.search(text):
                yield Breach(number, text[seen.start() :].splitlines()[0])


def sanitising_rules(path: Path) -> tuple[tuple[str, str], ...]:
    """Pairs of a regular expression and its replacement, read as nbval reads them."""
    pairs = re.findall(r"^regex: (.*)\nreplace: (.*)$", path.read_text(), re.MULTILINE)
    return tuple((str(regex), str(replacement)) for regex, replacement in pairs)


def _papermill(
    given: Path, ran: Path, lesson: str, options: list[str], *, how: Recorded, run: Runner
) -> None:
    named = [
        part
        for name, value in how.parameters(lesson).items()
        for part in ("--parameters_raw", name, value)
    ]
    run(
        [sys.executable, "-m", "papermill", str(given), str(ran), *options, *named],
        timeout_seconds=how.notebook_limit_seconds,
        environment=how.environment(),
        folder=given.parent,
        next_step=say("Read which cell stopped, below; run the notebook by hand up to it."),
    )


def _read(path: Path) -> Any:
    import nbformat  # noqa: PLC0415

    return nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]


def _cleaned(notebook: Any, rules: tuple[tuple[str, str], ...]) -> Any:
    """Without what differs each time: times, ids, parameters, what sanitize.cfg replaces.

    Nobody compares the outputs of ignored cells, so they are not kept either.
    """
    notebook.cells = [
        cell
        for cell in notebook.cells
        if "injected-parameters" not in cell.metadata.get("tags", ())
    ]
    for name in ("papermill", "widgets"):
        notebook.metadata.pop(name, None)
    notebook.metadata.language_info = {"name": "python"}
    for number, cell in enumerate(notebook.cells, start=1):
        cell.metadata.pop("papermill", None)
        cell.metadata.pop("execution", None)
        if cell.cell_type == "code":
            cell.execution_count = number
            cell.outputs = _joined(cell.outputs)
        for output in cell.get("outputs", ()):
            _clean_output(output, rules)
        if IGNORED in cell.metadata.get("tags", ()):
            cell.outputs = []
    return notebook


def _joined(outputs: list[Any]) -> list[Any]:
    """One stream a name: where a stream is cut is chance, and rules look at whole lines."""
    streams: dict[str, Any] = {}
    kept = []
    for output in outputs:
        if output.output_type == "stream" and output.name in streams:
            streams[output.name].text += output.text
            continue
        if output.output_type == "stream":
            streams[output.name] = output
        kept.append(output)
    return kept


def _clean_output(output: Any, rules: tuple[tuple[str, str], ...]) -> None:
    if "execution_count" in output:
        output.execution_count = None
    if "text" in output:
        output.text = _sanitised(output.text, rules)
    data = output.get("data", {})
    data.pop(WIDGET, None)
    for kind, value in data.items():
        if isinstance(value, str):
            data[kind] = _sanitised(value, rules)


def _sanitised(text: str, rules: tuple[tuple[str, str], ...]) -> str:
    for regex, replacement in rules:
        text = re.sub(regex, replacement, text)
    return text
