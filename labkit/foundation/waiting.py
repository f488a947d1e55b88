"""Time enters here, and only here: a clock, and waiting for a condition with a limit."""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Protocol, TypeVar

from labkit.foundation.errors import TimedOut
from labkit.foundation.text import say

T = TypeVar("T")


class Clock(Protocol):
    def monotonic(self) -> float:
        """Seconds on a clock that never goes back."""

    def now(self) -> datetime:
        """The time of day, in UTC."""

    def pause(self, seconds: float) -> None: ...


class SystemClock:
    def monotonic(self) -> float:
        return time.monotonic()

    def now(self) -> datetime:
        return datetime.now(UTC)

    def pause(self, seconds: float) -> None:
        time.sleep(seconds)


def wait_until(
    look: Callable[[], T | None],
    awaited: str,
    *,
    limit_seconds: float,
    clock: Clock,
    pause_seconds: float = 0.1,
    last_seen: Callable[[], str] = str,
    next_step: str = "",
) -> T:
    """Look until something other than None (or False) is there, and return it.

    Raises TimedOut with `last_seen()` after `limit_seconds`. Watches are preferred where an API
    offers them; this is for what can only be polled.
    """
    end = clock.monotonic() + limit_seconds
    while True:
        found = look()
        if found is not None and found is not False:
            return found
        if clock.monotonic() >= end:
            usual = say("Run `labkit doctor`; it looks at what usually stands in the way.")
            raise TimedOut(awaited, limit_seconds, last_seen(), next_step or usual)
        clock.pause(pause_seconds)
