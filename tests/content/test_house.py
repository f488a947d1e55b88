"""The house rules that no linter knows."""

import ast
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from labkit.authoring.rules import BELITTLING
from tests.content.repository import name, tracked

PYTHON = tuple(path for path in tracked("*.py") if not name(path).startswith("notebooks/"))
"""Code; a lesson's source is prose, with rules of its own."""

LONGEST_FILE = 300
LONGEST_FUNCTION = 30
MOST_POSITIONAL = 4

GENERATED = ("requirements/", "tests/notebooks/expected/", "LICENSE")
PRIVATE_PATH = re.compile(r"(?<![\w.~}])/(?:root|work|home)/(?!ada\b|\.\.\.)[\w.-]+")
"""A folder of somebody's machine; `/home/ada` is the example person of tests and texts."""

FORBIDDEN_WORDS = re.compile(r"\b(?:claude|anthropic|chatgpt|copilot|llm)\b", re.IGNORECASE)

TOLD = ("notebooks/quiz/*.toml", "exercises/*/*/exercise.toml")


@dataclass(frozen=True, slots=True)
class Function:
    name: str
    lines: int
    """From `def` to the end, the docstring left out: saying why must not cost lines."""
    positional: int
    """Values that it takes by their place; 0 where it is asked for by name."""


@dataclass(frozen=True, slots=True)
class Module:
    """What the rules ask of one file. Trees of all files, kept, would cost four times the time."""

    has_docstring: bool
    statements: int
    functions: tuple[Function, ...]


@cache
def module(path: Path) -> Module:
    tree = ast.parse(path.read_text())
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    functions = [_function(path, each) for each in ast.walk(tree) if isinstance(each, kinds)]
    return Module(ast.get_docstring(tree) is not None, len(tree.body), tuple(functions))


def _function(path: Path, node: ast.FunctionDef | ast.AsyncFunctionDef) -> Function:
    """Of what is asked for by name, the body only counts: its parameters are flags or fixtures."""
    said = ast.get_docstring(node, clean=False) is not None
    body = node.body[1:] if said and len(node.body) > 1 else node.body
    lines = (node.end_lineno or 0) - body[0].lineno + 1
    if _is_asked_for_by_name(path, node.name):
        return Function(node.name, lines, 0)
    taken = [*node.args.posonlyargs, *node.args.args]
    positional = sum(argument.arg not in {"self", "cls"} for argument in taken)
    return Function(node.name, lines + node.body[0].lineno - node.lineno, positional)


def _is_asked_for_by_name(path: Path, function: str) -> bool:
    """Typer turns a command's parameters into flags; pytest gives a test its fixtures."""
    is_command = path.parent.name == "cli" and not function.startswith("_")
    return is_command or function.startswith("test_")


def texts() -> list[Path]:
    suffixes = {".py", ".md", ".toml", ".yaml", ".yml", ".ipynb", ".cfg", ".go", ".mod", ""}
    return [
        path
        for path in tracked()
        if path.suffix in suffixes and not name(path).startswith(GENERATED)
    ]


def listed(breaches: Iterable[object]) -> str:
    return "\n".join(map(str, breaches))


def test_there_is_something_to_look_at() -> None:
    assert len(PYTHON) > 20
    assert len(texts()) > len(PYTHON)


def test_no_python_file_has_more_than_300_lines() -> None:
    lengths = [(name(path), len(path.read_text().splitlines())) for path in PYTHON]
    assert listed((file, n) for file, n in lengths if n > LONGEST_FILE) == ""


def test_no_function_has_more_than_30_lines() -> None:
    lengths = [
        (name(path), each.name, each.lines) for path in PYTHON for each in module(path).functions
    ]
    assert listed(entry for entry in lengths if entry[2] > LONGEST_FUNCTION) == ""


def test_no_function_takes_more_than_four_positional_values() -> None:
    taken = [
        (name(path), each.name, each.positional)
        for path in PYTHON
        for each in module(path).functions
    ]
    assert listed(entry for entry in taken if entry[2] > MOST_POSITIONAL) == ""


def needs_docstring(path: Path) -> bool:
    is_special = path.name in {"__init__.py", "conftest.py"}
    return is_special or name(path).startswith(("labkit/", "tools/", "exercises/"))


def test_every_module_says_what_it_is_for() -> None:
    asked = filter(needs_docstring, PYTHON)
    assert listed(name(path) for path in asked if not module(path).has_docstring) == ""


def test_package_files_hold_nothing_but_their_docstring() -> None:
    packages = [path for path in PYTHON if path.name == "__init__.py"]
    assert listed(name(path) for path in packages if module(path).statements != 1) == ""


def test_no_path_of_somebodys_machine_is_in_a_file() -> None:
    found = {
        name(path): [*PRIVATE_PATH.findall(text), *FORBIDDEN_WORDS.findall(text)]
        for path in texts()
        if path != Path(__file__) and (text := path.read_text())
    }
    assert listed(entry for entry in found.items() if entry[1]) == ""


def test_texts_for_readers_belittle_no_step() -> None:
    found = {
        name(path): BELITTLING.findall(path.read_text())
        for path in tracked("*.md", "notebooks/source/*.py", *TOLD)
    }
    assert listed(entry for entry in found.items() if entry[1]) == ""
