"""The house rules that no linter knows."""

import ast
import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path

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
DISMISSIVE = re.compile(r"\b(?:simply|just|obviously|easily)\b", re.IGNORECASE)
"""Words that make whoever finds it hard feel alone."""


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text())


@cache
def functions(path: Path) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    return [node for node in ast.walk(parsed(path)) if isinstance(node, kinds)]


def lines_of(path: Path, function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """From `def` to the end, the docstring left out: saying why must not cost lines.

    Of a command the body only: its parameters are flags, each with its help.
    """
    said = ast.get_docstring(function, clean=False) is not None
    body = function.body[1:] if said and len(function.body) > 1 else function.body
    begin = body[0].lineno
    signature = function.body[0].lineno - function.lineno
    end = function.end_lineno or begin
    return end - begin + 1 + (0 if is_asked_for_by_name(path, function) else signature)


def positional(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    taken = [*function.args.posonlyargs, *function.args.args]
    return sum(argument.arg not in {"self", "cls"} for argument in taken)


def is_asked_for_by_name(path: Path, function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Typer turns a command's parameters into flags; pytest gives a test its fixtures."""
    is_command = path.parent.name == "cli" and not function.name.startswith("_")
    return is_command or function.name.startswith("test_")


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
    lengths = [(name(path), f.name, lines_of(path, f)) for path in PYTHON for f in functions(path)]
    assert listed(entry for entry in lengths if entry[2] > LONGEST_FUNCTION) == ""


def test_no_function_takes_more_than_four_positional_values() -> None:
    crowded = [
        (name(path), function.name, positional(function))
        for path in PYTHON
        for function in functions(path)
        if positional(function) > MOST_POSITIONAL and not is_asked_for_by_name(path, function)
    ]
    assert listed(crowded) == ""


def needs_docstring(path: Path) -> bool:
    is_special = path.name in {"__init__.py", "conftest.py"}
    return is_special or name(path).startswith(("labkit/", "tools/", "exercises/"))


def test_every_module_says_what_it_is_for() -> None:
    asked = filter(needs_docstring, PYTHON)
    assert listed(name(path) for path in asked if not ast.get_docstring(parsed(path))) == ""


def test_package_files_hold_nothing_but_their_docstring() -> None:
    packages = [path for path in PYTHON if path.name == "__init__.py"]
    assert listed(name(path) for path in packages if len(parsed(path).body) != 1) == ""


def test_no_path_of_somebodys_machine_is_in_a_file() -> None:
    found = {
        name(path): [*PRIVATE_PATH.findall(text), *FORBIDDEN_WORDS.findall(text)]
        for path in texts()
        if path != Path(__file__) and (text := path.read_text())
    }
    assert listed(entry for entry in found.items() if entry[1]) == ""


def test_texts_for_readers_belittle_no_step() -> None:
    found = {
        name(path): DISMISSIVE.findall(path.read_text())
        for path in tracked("*.md", "notebooks/source/*.py")
    }
    assert listed(entry for entry in found.items() if entry[1]) == ""
