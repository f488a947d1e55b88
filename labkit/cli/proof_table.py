"""How a running proof looks: a table that grows on a terminal, one line a state elsewhere."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

import typer

from labkit.foundation.text import say

if TYPE_CHECKING:
    from rich.table import Table

    from labkit.authoring.prove import CaseResult, Report

SYMBOLS = {"held": "✔", "missed": "✘", "skipped": "-"}


def plain_lines(result: "CaseResult") -> None:
    typer.echo(
        say(
            "{symbol} {exercise}: {case} ({seconds:.1f} s)",
            symbol=SYMBOLS[result.outcome],
            exercise=result.exercise,
            case=result.case,
            seconds=result.seconds,
        )
    )
    for line in _reasons(result):
        typer.echo(f"    {line}")


@contextmanager
def live_table(exercises: Sequence[str]) -> "Iterator[Report]":
    """One row an exercise; what missed is told above the table, at once and in full."""
    from rich.live import Live

    results: list[CaseResult] = []
    with Live(_table(exercises, results), refresh_per_second=4) as live:

        def show(result: "CaseResult") -> None:
            results.append(result)
            live.update(_table(exercises, results))
            if result.outcome != "held":
                live.console.print(f"{result.exercise}: {result.case}", markup=False)
                for line in _reasons(result):
                    live.console.print(f"    {line}", markup=False)

        yield show


def _reasons(result: "CaseResult") -> Iterator[str]:
    if result.outcome == "held":
        return
    if result.judgement.expected:
        yield say("expected: {what}", what=result.judgement.expected)
    yield say("seen: {what}", what=result.judgement.seen)


def _table(exercises: Sequence[str], results: "Sequence[CaseResult]") -> "Table":
    from rich.table import Table

    heads = (say("exercise"), say("held"), say("missed"), say("skipped"), say("seconds"))
    table = Table(*heads, box=None)
    for name in (*exercises, "all"):
        own = [result for result in results if result.exercise == name]
        counts = [str(sum(r.outcome == word for r in own)) for word in SYMBOLS]
        if own or name != "all":
            table.add_row(name, *counts, f"{sum(r.seconds for r in own):.1f}")
    return table
