"""How a running proof looks on a terminal: a table of exercises and their states."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from labkit.cli.proof_report import SYMBOLS, Shown, reasons
from labkit.foundation.text import say

if TYPE_CHECKING:
    from rich.live import Live
    from rich.table import Table

    from labkit.authoring.proof_results import CaseResult

COLUMNS = ("untouched", "solution", "reset", "again", "variants", "mutants", "else")
RUNNING = "…"


@contextmanager
def live_table(exercises: Sequence[str]) -> "Iterator[LiveTable]":
    from rich.live import Live

    with Live(refresh_per_second=4) as live:
        table = LiveTable(exercises, live)
        live.update(table.drawn())
        yield table


class LiveTable(Shown):
    """One row an exercise; what missed is told above the table, at once and in full."""

    def __init__(self, exercises: Sequence[str], live: "Live") -> None:
        super().__init__()
        self._exercises = exercises
        self._live = live
        self._running: set[tuple[str, str]] = set()

    def began(self, exercise: str, case: str) -> None:
        self._running.add((exercise, case))
        self._live.update(self.drawn())

    def ended(self, result: "CaseResult") -> None:
        super().ended(result)
        self._running.discard((result.exercise, result.case))
        self._live.update(self.drawn())
        if lines := list(reasons(result)):
            self.said(f"{SYMBOLS[result.outcome]} {result.exercise}: {result.case}")
            for line in lines:
                self.said(f"    {line}")

    def said(self, sentence: str) -> None:
        self._live.console.print(sentence, markup=False, highlight=False)

    def drawn(self) -> "Table":
        from rich.table import Table

        heads = {
            "untouched": say("untouched"),
            "solution": say("solution"),
            "reset": say("reset"),
            "again": say("solved again"),
            "variants": say("variants"),
            "mutants": say("mutants"),
            "else": say("everything else"),
        }
        table = Table(say("exercise"), *heads.values(), say("seconds"), box=None)
        for name in self._exercises:
            own = [result for result in list(self.results) if result.exercise == name]
            running = [
                column_of(case) for exercise, case in list(self._running) if exercise == name
            ]
            cells = [_cell(column, own, running) for column in COLUMNS]
            table.add_row(name, *cells, f"{sum(result.seconds for result in own):.1f}")
        return table


def column_of(case: str) -> str:
    """Of the table, for a state as the proof calls it."""
    if case.endswith("changes something"):
        return "else"
    first = case.partition(" ")[0]
    known = {"variant": "variants", "mutant": "mutants", "after": "reset", "solved": "again"}
    return known.get(first, first if first in COLUMNS else "else")


def _cell(column: str, results: "Sequence[CaseResult]", running: Sequence[str]) -> str:
    """Such as "5 ✔ 1 ✘ 2 …": how many held, missed, and are at work."""
    own = [result for result in results if column_of(result.case) == column]
    counts = {
        symbol: sum(result.outcome == word for result in own) for word, symbol in SYMBOLS.items()
    }
    counts[RUNNING] = running.count(column)
    return " ".join(f"{n} {symbol}" for symbol, n in counts.items() if n)
