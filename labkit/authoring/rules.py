"""What every lesson keeps to, so that somebody new can follow it. One function a rule."""

import ast
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from labkit.authoring.content import Content
from labkit.authoring.notebooks import read_source

LONGEST_CELL_LINES = 12
FIRST_CELL = "from labkit.notebook import ("
"""As long as the lesson has names."""
LEARNED = frozenset({"hashlib", "json", "ovh", "time", "urllib.parse"})
"""What a lesson may import besides, whole: its readers will write programs with it."""
PARAMETERS = {"engine", "attendee", "namespace"}
BELITTLING = re.compile(r"\b(simply|just|obviously|of course|easy|easily)\b", re.IGNORECASE)
EXERCISE_CALL = re.compile(r"^(?:# )?(start|check|hint|solution)\(\"([a-z0-9-]+)\"\)")


@dataclass(frozen=True, slots=True)
class Breach:
    """A cell that breaks a rule; cells are counted from 1, 0 is the whole notebook."""

    cell: int
    sentence: str


def breaches(source: Path, content: Content) -> tuple[Breach, ...]:
    cells = read_source(source).cells
    found = [breach for rule in RULES for breach in rule(cells)]
    found += _exercise_breaches(cells, content.exercises / source.stem)
    found += _quiz_breaches(cells, content.quizzes / f"{source.stem}.toml")
    return tuple(sorted(found, key=lambda breach: breach.cell))


def _length(cells: list[Any]) -> Iterator[Breach]:
    for number, cell in enumerate(cells, start=1):
        lines = len(cell.source.splitlines())
        if lines > LONGEST_CELL_LINES and not cell.source.startswith(FIRST_CELL):
            yield Breach(number, f"has {lines} lines; {LONGEST_CELL_LINES} are allowed")


def _frame(cells: list[Any]) -> Iterator[Breach]:
    """Goal and minutes first; a recap and a quiz at the end."""
    first = cells[0].source
    if not first.startswith("# ") or not re.search(r"\d+ minutes", first):
        yield Breach(1, "must be a title and the minutes the lesson takes")
    titles = [title for cell in cells for title in re.findall(r"^##? (.+)$", cell.source, re.M)]
    for wanted in ("What you will be able to do", "Recap", "Quiz"):
        if wanted not in titles:
            yield Breach(0, f"has no section “{wanted}”")


def _imports(cells: list[Any]) -> Iterator[Breach]:
    """The first code cell imports, by name from labkit.notebook, whole what is learned here."""
    code = [
        (number, cell) for number, cell in enumerate(cells, start=1) if cell.cell_type == "code"
    ]
    for place, (number, cell) in enumerate(code):
        nodes = list(ast.walk(_parsed(cell.source)))
        named = [node for node in nodes if isinstance(node, ast.ImportFrom)]
        whole = [one for node in nodes if isinstance(node, ast.Import) for one in node.names]
        right = [node for node in named if node.module == "labkit.notebook"]
        star = any(alias.name == "*" for node in named for alias in node.names)
        if star or len(named) != len(right) or any(one.name not in LEARNED for one in whole):
            learned = ", ".join(sorted(LEARNED))
            yield Breach(
                number, f"may import names from labkit.notebook and whole {learned}, nothing else"
            )
        if bool(right) != (place == 0) or (whole and place > 0):
            yield Breach(number, "imports must be in the first code cell, and only there")


def _reset_at_hand(cells: list[Any]) -> Iterator[Breach]:
    """Lesson 00 teaches it; without the name, IPython takes it for a command of its own."""
    names = {
        alias.name
        for cell in cells
        if cell.cell_type == "code"
        for node in ast.walk(_parsed(cell.source))
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    if _calls(cells) and "reset" not in names:
        yield Breach(0, "has exercises and does not import reset from labkit.notebook")


def _parameters(cells: list[Any]) -> Iterator[Breach]:
    tagged = [cell for cell in cells if "parameters" in cell.metadata.get("tags", ())]
    names = {
        target.id
        for cell in tagged
        for node in _parsed(cell.source).body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    if len(tagged) != 1 or names != PARAMETERS:
        yield Breach(0, f"one cell tagged `parameters` must set {', '.join(sorted(PARAMETERS))}")


def _prose_first(cells: list[Any]) -> Iterator[Breach]:
    for number, (before, cell) in enumerate(pairwise(cells), start=2):
        if cell.cell_type == "code" and before.cell_type == "code":
            yield Breach(number, "needs a sentence before it that says what to expect")


def _kind_words(cells: list[Any]) -> Iterator[Breach]:
    for number, cell in enumerate(cells, start=1):
        for word in BELITTLING.findall(cell.source):
            yield Breach(number, f"says “{word}”, which hurts whoever is stuck")


def _excuses(cells: list[Any]) -> Iterator[Breach]:
    """Output that no test compares needs its reason in the cell's metadata."""
    for number, cell in enumerate(cells, start=1):
        ignored = "nbval-ignore-output" in cell.metadata.get("tags", ())
        if ignored and len(cell.metadata.get("why", "")) < 20:
            yield Breach(number, 'is tagged nbval-ignore-output without why="…"')


def _exercise_breaches(cells: list[Any], folder: Path) -> Iterator[Breach]:
    """Each exercise is started, worked on, checked, and offers its hints and its solution."""
    calls = _calls(cells)
    written = {file.parent.name for file in folder.glob("*/exercise.toml")}
    for exercise in sorted(written - calls.keys()):
        yield Breach(0, f"never starts exercise “{exercise}”, which is in {folder.name}")
    for exercise, made in calls.items():
        if not (folder / exercise / "exercise.toml").is_file():
            yield Breach(0, f"uses exercise “{exercise}”, which is not in {folder.name}")
        missing = {"start", "work", "check", "hint", "solution"} - set(made)
        if missing:
            yield Breach(0, f"exercise “{exercise}” lacks: {', '.join(sorted(missing))}")
        elif "check" not in made[made.index("work") :]:
            yield Breach(0, f"exercise “{exercise}” is not checked after the work")


def _quiz_breaches(cells: list[Any], file: Path) -> Iterator[Breach]:
    """Its questions are in a file of its own, or on the page with folded answers."""
    if any(f'quiz("{file.stem}")' in cell.source for cell in cells):
        if not file.is_file():
            yield Breach(0, f"calls its quiz, and notebooks/quiz/{file.name} is not there")
        return
    quiz = "\n".join(cell.source for cell in cells if "<details>" in cell.source)
    if quiz.count("<details>") < 2 or quiz.count("<details>") != quiz.count("</details>"):
        yield Breach(0, "needs at least two questions with folded answers")


def _calls(cells: list[Any]) -> dict[str, list[str]]:
    """What the notebook does with each exercise, in order."""
    calls: dict[str, list[str]] = {}
    for cell in cells:
        for line in cell.source.splitlines():
            if called := EXERCISE_CALL.match(line):
                calls.setdefault(called[2], []).append(called[1])
        if "attendee" in cell.metadata.get("tags", ()):
            calls.setdefault(cell.metadata.get("exercise", ""), []).append("work")
    return calls


def _parsed(source: str) -> ast.Module:
    """Python without the lines that belong to IPython (`!kubectl …`, `%…`)."""
    lines = source.splitlines()
    return ast.parse("\n".join("" if line.lstrip()[:1] in {"!", "%"} else line for line in lines))


RULES: tuple[Callable[[list[Any]], Iterator[Breach]], ...] = (
    _length,
    _frame,
    _imports,
    _reset_at_hand,
    _parameters,
    _prose_first,
    _kind_words,
    _excuses,
)
