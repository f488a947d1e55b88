"""Recorded snapshots of an exercise: written by a proof that held, replayed without a cluster.

`recorded.json` beside them says from what they were made, by file; when one of those changes, they
are stale. The code of criteria is not among them, because the replay proves it.
"""

import ast
import hashlib
import io
import json
import re
import tokenize
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from labkit.authoring.errors import ContentError
from labkit.authoring.judging import Judgement, Outcome, judge, judge_attempt, judge_untouched
from labkit.foundation.files import write_atomically
from labkit.foundation.text import say
from labkit.grading.attempts import Attempt, load_attempts
from labkit.grading.exercise import Exercise
from labkit.grading.grader import grade
from labkit.grading.snapshot import Snapshot
from labkit.grading.snapshot_file import load_snapshot, save_snapshot
from labkit.toolchain.programs import TOOLS
from labkit.toolchain.recipes import RECIPES, REGISTRY, read_recipe

PACKAGE = Path(__file__).parents[1]
NOTE = "recorded.json"
UNTOUCHED = "untouched"
LARGEST_BYTES = 150_000
MOST_NAMED = 5
READS_AND_STEPS = (
    "grading/hiding.py",
    "grading/logs.py",
    "grading/reading.py",
    "grading/reduction.py",
    "grading/snapshot_file.py",
    "grading/visiting.py",
    "workshop/acting.py",
    "workshop/answers.py",
    "workshop/awaiting.py",
    "workshop/steps.py",
)
"""The snapshot reader and the step runner: what they do differently shows in a snapshot."""

Sources = dict[str, str]
"""A short hash by file, of what a snapshot follows from; and the minor of Kubernetes."""


@dataclass(frozen=True, slots=True)
class Replayed:
    """One saved snapshot, judged again."""

    name: str
    judgement: Judgement


@dataclass(frozen=True, slots=True)
class Recording:
    """One exercise's snapshots on disk."""

    exercise: Exercise
    folder: Path
    """The exercise's folder in solutions/."""

    @property
    def snapshots(self) -> Path:
        return self.folder / "snapshots"

    def attempts(self) -> tuple[Attempt, ...]:
        return load_attempts(self.exercise, self.folder)

    def names(self) -> list[str]:
        return [UNTOUCHED, *(file_name(case_name(attempt)) for attempt in self.attempts())]


def case_name(attempt: Attempt) -> str:
    """As the proof calls it: "solution", "mutant another-city"."""
    return attempt.kind if attempt.kind == attempt.name else f"{attempt.kind} {attempt.name}"


def file_name(case: str) -> str:
    return case.replace(" ", "-")


def record(recording: Recording, snapshots: dict[str, Snapshot]) -> None:
    """Replace all by these, by name. Raises ContentError for one missing or too large."""
    missing = sorted(set(recording.names()) - set(snapshots))
    if missing:
        raise ContentError(
            say(
                "Exercise {id} has no snapshot of: {names}.",
                id=recording.exercise.id,
                names=", ".join(missing),
            ),
            say("Prove it on a cluster that offers all it needs; nothing was recorded."),
        )
    _note(recording).unlink(missing_ok=True)  # until all are written, none of them counts
    for old in recording.snapshots.glob("*.json"):
        old.unlink()
    for name in recording.names():
        path = recording.snapshots / f"{name}.json"
        save_snapshot(path, snapshots[name])
        _require_small(path)
    note = json.dumps(sources(recording), indent=1, sort_keys=True)
    write_atomically(_note(recording), note + "\n")


def staleness(recording: Recording) -> str:
    """Why the snapshots no longer count, and what to do; empty when they do."""
    why = _changes(recording) or _missing_or_left_over(recording)
    how = say("run `labkit prove --record {id}`", id=recording.exercise.id)
    return f"{why}: {how}" if why else ""


def _changes(recording: Recording) -> str:
    try:
        noted: Sources = dict(json.loads(_note(recording).read_text()))
    except (OSError, ValueError, TypeError):
        return say("nothing was recorded")
    now = sources(recording)
    if not noted.keys() & now.keys():
        return say("nothing was recorded")
    changed = sorted(name for name in {*noted, *now} if noted.get(name) != now.get(name))
    more = ["…"] if len(changed) > MOST_NAMED else []
    names = ", ".join([*changed[:MOST_NAMED], *more])
    return say("changed since they were recorded: {names}", names=names) if changed else ""


def _missing_or_left_over(recording: Recording) -> str:
    there = {path.stem for path in recording.snapshots.glob("*.json")} - {Path(NOTE).stem}
    differing = sorted(there ^ set(recording.names()))
    return say("missing or left over: {names}", names=", ".join(differing)) if differing else ""


def replay(recording: Recording) -> Iterator[Replayed]:
    """Judge each saved snapshot anew, with the criteria as they are now."""
    for attempt in (None, *recording.attempts()):
        name = file_name(case_name(attempt)) if attempt else UNTOUCHED
        path = recording.snapshots / f"{name}.json"
        if not path.is_file():
            yield Replayed(name, judge(say("a snapshot"), say("none is there"), held=False))
            continue
        verdict = grade(recording.exercise, load_snapshot(path))
        judged = judge_attempt(verdict, attempt) if attempt else judge_untouched(verdict)
        yield Replayed(name, judged)


def replay_failures(recording: Recording) -> list[Replayed]:
    return [one for one in replay(recording) if one.judgement.outcome is not Outcome.HELD]


def sources(recording: Recording) -> Sources:
    """The exercise, its answers, its images, what reads and runs them, and the minor."""
    content = recording.exercise.folder.parents[2]
    ours = [path for path in _own_files(recording) if not _is_beside(recording, path)]
    found = {str(path.relative_to(content)): path.read_bytes() for path in ours}
    found |= {str(path.relative_to(PACKAGE.parent)): path.read_bytes() for path in _images(ours)}
    hashes = {name: _short_hash(data) for name, data in found.items()}
    return {**hashes, **_reader_and_runner(), "Kubernetes": kubernetes_minor()}


@cache
def _reader_and_runner() -> Sources:
    """The same for every exercise."""
    code = {name: code_of(PACKAGE / name).encode() for name in READS_AND_STEPS}
    return {f"labkit/{name}": _short_hash(data) for name, data in code.items()}


def _short_hash(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:12]


def kubernetes_minor() -> str:
    version = next(tool for tool in TOOLS if tool.name == "kubernetes").version()
    return ".".join(version.split(".")[:2])


def code_of(path: Path) -> str:
    """Python without what changes nothing: layout, comments, docstrings. The same on any Python."""
    text = path.read_text(encoding="utf-8")
    lines = text.splitlines()
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT:
            row, column = token.start
            lines[row - 1] = lines[row - 1][:column]
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            for row in range(node.lineno, (node.end_lineno or node.lineno) + 1):
                lines[row - 1] = ""
    return "".join("".join(lines).split())


def _own_files(recording: Recording) -> list[Path]:
    return [*_files(recording.exercise.folder), *_files(recording.folder)]


def _is_beside(recording: Recording, path: Path) -> bool:
    """Criteria, notes for instructors, and the snapshots themselves do not make them stale."""
    return (
        path == recording.exercise.check_file
        or path.name == "notes.md"
        or path.parent == recording.snapshots
    )


def _images(files: Iterable[Path]) -> Iterator[Path]:
    named = re.compile(rf"{re.escape(REGISTRY)}/([a-z0-9-]+):")
    images = {name for path in files for name in named.findall(path.read_text("utf-8", "replace"))}
    for image in sorted(images):
        for folder in read_recipe(image, RECIPES).sources():
            yield from _files(folder)


def _files(folder: Path) -> list[Path]:
    return [
        path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts
    ]


def _note(recording: Recording) -> Path:
    return recording.snapshots / NOTE


def _require_small(path: Path) -> None:
    size = path.stat().st_size
    if size > LARGEST_BYTES:
        raise ContentError(
            say(
                "{path} has {size} bytes, more than {most}.",
                path=path,
                size=size,
                most=LARGEST_BYTES,
            ),
            say("Read less: name labels or fewer kinds under [[read]]."),
        )
