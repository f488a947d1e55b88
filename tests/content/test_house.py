"""The house rules that no linter knows."""

import ast
import re
from pathlib import Path

import pytest

from tests.content.repository import name, tracked

PYTHON = tracked("*.py")
LONGEST_FILE = 300
LONGEST_FUNCTION = 30
MOST_POSITIONAL = 4

GENERATED = ("requirements/", "tests/notebooks/expected/", "LICENSE")
PRIVATE_PATH = re.compile(r"/(?:root|work|home)/(?!ada\b|\.\.\.)[\w.-]+")
"""A folder of somebody's machine; `/home/ada` is the example person of tests and texts."""

FORBIDDEN_WORDS = re.compile(r"\b(?:claude|anthropic|chatgpt|copilot|llm)\b", re.IGNORECASE)
DISMISSIVE = re.compile(r"\b(?:simply|just|obviously|easily)\b", re.IGNORECASE)
"""Words that make whoever finds it hard feel alone."""


def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text())


def functions(path: Path) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    return [node for node in ast.walk(parsed(path)) if isinstance(node, kinds)]


def body_lines(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """From `def` to the end, the docstring left out: saying why must not cost lines."""
    total = (function.end_lineno or function.lineno) - function.lineno + 1
    first = function.body[0]
    if ast.get_docstring(function, clean=False) is None:
        return total
    return total - ((first.end_lineno or first.lineno) - first.lineno + 1)


def texts() -> list[Path]:
    suffixes = {".py", ".md", ".toml", ".yaml", ".yml", ".ipynb", ".cfg", ".go", ".mod", ""}
    return [
        path
        for path in tracked()
        if path.suffix in suffixes and not name(path).startswith(GENERATED)
    ]


def test_there_is_something_to_look_at() -> None:
    assert len(PYTHON) > 20
    assert len(texts()) > len(PYTHON)


@pytest.mark.parametrize("path", PYTHON, ids=name)
def test_python_file_has_at_most_300_lines(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= LONGEST_FILE


@pytest.mark.parametrize("path", PYTHON, ids=name)
def test_function_has_at_most_30_lines(path: Path) -> None:
    long = [
        f"{f.name}: {lines}" for f in functions(path) if (lines := body_lines(f)) > LONGEST_FUNCTION
    ]
    assert long == []


@pytest.mark.parametrize("path", PYTHON, ids=name)
def test_function_takes_at_most_four_positional_values(path: Path) -> None:
    crowded = []
    for function in functions(path):
        taken = [*function.args.posonlyargs, *function.args.args]
        own = [a for a in taken if a.arg not in {"self", "cls"}]
        if len(own) > MOST_POSITIONAL and not is_command(function):
            crowded.append(function.name)
    assert crowded == []


def is_command(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Typer turns a command's parameters into flags; pytest's fixtures are asked for by name."""
    called = [d.func if isinstance(d, ast.Call) else d for d in function.decorator_list]
    return any("command" in ast.unparse(d) for d in called) or function.name.startswith("test_")


def needs_docstring(path: Path) -> bool:
    return name(path).startswith(("labkit/", "tools/", "exercises/")) or path.name in {
        "__init__.py",
        "conftest.py",
    }


@pytest.mark.parametrize("path", [p for p in PYTHON if needs_docstring(p)], ids=name)
def test_module_says_what_it_is_for(path: Path) -> None:
    assert ast.get_docstring(parsed(path))


@pytest.mark.parametrize("path", [p for p in PYTHON if p.name == "__init__.py"], ids=name)
def test_package_file_holds_nothing_but_its_docstring(path: Path) -> None:
    assert len(parsed(path).body) == 1


@pytest.mark.parametrize("path", texts(), ids=name)
def test_no_path_of_somebodys_machine_is_in_a_file(path: Path) -> None:
    if path.resolve() == Path(__file__).resolve():
        pytest.skip("the pattern itself is here")
    assert PRIVATE_PATH.findall(path.read_text()) == []
    assert FORBIDDEN_WORDS.findall(path.read_text()) == []


@pytest.mark.parametrize("path", tracked("*.md", "notebooks/source/*.py"), ids=name)
def test_text_for_readers_belittles_no_step(path: Path) -> None:
    assert DISMISSIVE.findall(path.read_text()) == []


def test_test_files_have_names_of_their_own() -> None:
    names = [p.name for p in tracked("tests/*.py") if p.name not in {"__init__.py", "conftest.py"}]
    assert sorted({n for n in names if names.count(n) > 1}) == []
