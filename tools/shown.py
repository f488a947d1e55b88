"""Progress with the standard library: one line that moves on a terminal, plain lines elsewhere."""

from pathlib import Path
from typing import TextIO

from labkit.foundation.durations import remember, remembered
from labkit.foundation.waiting import Clock

QUIET_SECONDS = 10  # between two plain lines of one step: a log stays readable
REDRAW_SECONDS = 0.2
CLEAR_LINE = "\r\033[K"


class Lines:
    """Says what is done, how far it is, and how long it took last time."""

    def __init__(self, out: TextIO, durations: Path, clock: Clock) -> None:
        self.out = out
        self.durations = durations
        self.clock = clock
        self.is_terminal = out.isatty()
        self.began: dict[str, float] = {}
        self.drawn = 0.0

    def started(self, step: str) -> None:
        self.began[step] = self.drawn = self.clock.monotonic()
        last = remembered(self.durations, step)
        hint = f" (last time {last:.0f} s)" if last and last >= 1 else ""
        self._write(f"· {step}{hint}", passing=True)

    def advanced(self, step: str, done: float, total: float) -> None:
        now = self.clock.monotonic()
        if now - self.drawn < (REDRAW_SECONDS if self.is_terminal else QUIET_SECONDS):
            return
        self.drawn = now
        last = remembered(self.durations, step)
        far = f"{done:g} of {total:g}" if total else f"{done:g}"
        hint = f", last time {last:.0f} s" if last and last >= 1 else ""
        seconds = now - self.began.get(step, now)
        self._write(f"· {step}: {far} ({seconds:.0f} s{hint})", passing=True)

    def ended(self, step: str, *, well: bool) -> None:
        seconds = self.clock.monotonic() - self.began.pop(step, self.clock.monotonic())
        if well:
            remember(self.durations, step, seconds)
        self._write(f"{'✓' if well else '✗'} {step} ({seconds:.1f} s)", passing=False)

    def said(self, sentence: str) -> None:
        self._write(sentence, passing=False)

    def _write(self, line: str, *, passing: bool) -> None:
        if self.is_terminal:
            self.out.write(CLEAR_LINE + line + ("" if passing else "\n"))
        else:
            self.out.write(line + "\n")
        self.out.flush()
