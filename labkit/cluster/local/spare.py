"""Whether this machine has a core to spare: what can wait does not slow down what is waited for."""

import contextlib
from pathlib import Path

from labkit.foundation.errors import TimedOut
from labkit.foundation.text import say
from labkit.foundation.waiting import Clock, wait_until

STAT = Path("/proc/stat")
LOOK_SECONDS = 0.2
BUSY_SHARE = 0.6  # of all cores; above it, more work would take turns with what runs
IDLE, WAITING = 3, 4  # fields of the line `cpu`, see proc(5)


def wait_for_spare_core(clock: Clock, *, limit_seconds: float, stat: Path = STAT) -> None:
    """Returns at the limit too: on a machine that is always busy, work must still be done."""
    seen = [_times(stat)]

    def has_spare() -> bool:
        seen.append(_times(stat))
        return busy_share(*seen[-2:]) < BUSY_SHARE

    with contextlib.suppress(TimedOut):
        wait_until(
            has_spare,
            say("a core to spare"),
            limit_seconds=limit_seconds,
            clock=clock,
            pause_seconds=LOOK_SECONDS,
        )


def busy_share(before: list[int], after: list[int]) -> float:
    """Of the time between two readings; 1 where they are the same, which says nothing."""
    spent = [late - early for early, late in zip(before, after, strict=True)]
    idle = spent[IDLE] + spent[WAITING]
    return 1 - idle / sum(spent) if sum(spent) else 1.0


def _times(stat: Path) -> list[int]:
    """Ticks of all cores together, by what they were spent on."""
    return [int(word) for word in stat.read_text().partition("\n")[0].split()[1:]]
