"""How progress looks: a spinner on a terminal, one line a step elsewhere; and JSON."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from labkit.foundation.durations import remember, remembered
from labkit.foundation.progress import Progress, Quiet
from labkit.foundation.settings import read_settings
from labkit.foundation.text import say
from labkit.foundation.waiting import Clock, SystemClock

if TYPE_CHECKING:
    from pathlib import Path

    from rich.progress import Progress as Bars
    from rich.progress import TaskID

WORTH_REMEMBERING_SECONDS = 2.0


@contextmanager
def progress_shown(*, quiet: bool = False) -> Iterator[Progress]:
    """On standard error, so that what a program reads stays clean."""
    if quiet:
        yield Quiet()
        return
    durations = read_settings().cache / "durations.json"
    if not sys.stderr.isatty():
        yield Lines(SystemClock(), durations)
        return
    with _bars() as bars:
        yield Spinner(bars, SystemClock(), durations)


def print_json(content: object) -> None:
    print(json.dumps(content, indent=2, default=str))


class _Timed(Progress):
    """Knows how long each step took, now and last time."""

    def __init__(self, clock: Clock, durations: "Path") -> None:
        self._clock = clock
        self._durations = durations
        self._began: dict[str, float] = {}

    def _begin(self, step: str) -> str:
        """The step with what is known of its last time."""
        self._began[step] = self._clock.monotonic()
        last = remembered(self._durations, step)
        if last is None or last < WORTH_REMEMBERING_SECONDS:
            return step
        return say("{step} (last time {s:.0f} s)", step=step, s=last)

    def _end(self, step: str, *, well: bool) -> float:
        seconds = self._clock.monotonic() - self._began.pop(step, self._clock.monotonic())
        if well and seconds >= WORTH_REMEMBERING_SECONDS:
            remember(self._durations, step, seconds)
        return seconds


class Lines(_Timed):
    """One line when a step that took a while begins, one when it has ended."""

    def started(self, step: str) -> None:
        shown = self._begin(step)
        if shown != step:
            self.said(f"· {shown}")

    def advanced(self, step: str, done: float, total: float) -> None: ...

    def ended(self, step: str, *, well: bool) -> None:
        seconds = self._end(step, well=well)
        self.said(f"{'✓' if well else '✗'} {step} ({seconds:.1f} s)")

    def said(self, sentence: str) -> None:
        print(sentence, file=sys.stderr, flush=True)


class Spinner(_Timed):
    """Bars that turn while steps run, and stay as lines when they have ended."""

    def __init__(self, bars: "Bars", clock: Clock, durations: "Path") -> None:
        super().__init__(clock, durations)
        self._bars = bars
        self._tasks: dict[str, TaskID] = {}

    def started(self, step: str) -> None:
        self._tasks[step] = self._bars.add_task(self._begin(step), total=None)

    def advanced(self, step: str, done: float, total: float) -> None:
        if step in self._tasks:
            self._bars.update(self._tasks[step], completed=done, total=total or None)

    def ended(self, step: str, *, well: bool) -> None:
        seconds = self._end(step, well=well)
        if step in self._tasks:
            self._bars.remove_task(self._tasks.pop(step))
        self._bars.console.print(
            f"{'✓' if well else '✗'} {step} ({seconds:.1f} s)", highlight=False
        )

    def said(self, sentence: str) -> None:
        self._bars.console.print(sentence, highlight=False)


def _bars() -> "Bars":
    from rich.console import Console
    from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(20),
        TimeElapsedColumn(),
    )
    return Progress(*columns, console=Console(stderr=True), transient=True, refresh_per_second=4)
