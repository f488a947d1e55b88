"""A check may look at its snapshot and at nothing else: what its code must not do, found in it."""

import ast
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from labkit.foundation.text import say
from labkit.foundation.waiting import Clock
from labkit.grading.exercise import Exercise
from labkit.grading.grader import Criterion, load_check
from labkit.grading.snapshot import Snapshot

ALLOWED = (
    "labkit.foundation.text",
    "labkit.grading.criteria",
    "labkit.grading.snapshot",
    "labkit.grading.verdict",
)
REACHING_OUT = frozenset(
    {"__import__", "breakpoint", "compile", "eval", "exec", "globals", "input", "open", "print"}
)
"""Builtins that lead out of a pure function without an import."""

SLOWEST_SECONDS = 0.25  # a criterion takes about 1 ms; a room of attendees waits for all of them
LOOKS = 3  # the quickest counts: a busy machine slows some, a sleep slows each


def impurities(check_file: Path) -> list[str]:
    """Imports and calls with which a check could write or wait, each with its line."""
    name = check_file.name
    try:
        tree = ast.parse(check_file.read_text(encoding="utf-8"))
    except (OSError, SyntaxError, UnicodeDecodeError):  # told when it does not load
        return []
    return [
        say("{file}:{line} uses {what}", file=name, line=getattr(node, "lineno", 0), what=what)
        for node in ast.walk(tree)
        for what in _reaching_out(node)
    ]


def _reaching_out(node: ast.AST) -> Iterator[str]:
    match node:
        case ast.Import(names=names):
            yield from (alias.name for alias in names)
        case ast.ImportFrom(module=module, names=names):
            if not _is_allowed(module or "", names):
                yield f"{module} ({', '.join(alias.name for alias in names)})"
        case ast.Name(id=name) if name in REACHING_OUT:
            yield name
        case ast.Attribute(attr=name) if name.startswith("__"):
            yield name


def _is_allowed(module: str, names: list[ast.alias]) -> bool:
    known = any(module == one or module.startswith(f"{one}.") for one in ALLOWED)
    return known and not any(alias.name == "*" for alias in names)


def slow_criteria(exercise: Exercise, snapshot: Snapshot, clock: Clock) -> list[str]:
    """Criteria that take longer than pure functions do, each with its time."""
    functions = load_check(exercise)
    times = {
        criterion.id: min(
            _seconds(functions[criterion.function], snapshot, clock) for _ in range(LOOKS)
        )
        for criterion in exercise.criteria
        if criterion.function in functions
    }
    return [
        say("{criterion} takes {s:.2f} s", criterion=name, s=seconds)
        for name, seconds in times.items()
        if seconds > SLOWEST_SECONDS
    ]


def _seconds(criterion: Criterion, snapshot: Snapshot, clock: Clock) -> float:
    began = clock.monotonic()
    with suppress(Exception):  # the verdict tells of it
        criterion(snapshot)
    return clock.monotonic() - began
