"""How tests wait for what a process or a cluster does in its own time."""

from collections.abc import Callable

from labkit.foundation.waiting import SystemClock, wait_until


def eventually(
    look: Callable[[], object],
    awaited: str = "it",
    *,
    limit_seconds: float = 60,
    seen: Callable[[], str] = str,
) -> None:
    """The limit is for a busy machine: on a quiet one most of it takes less than a second."""
    wait_until(
        lambda: bool(look()),
        awaited,
        limit_seconds=limit_seconds,
        clock=SystemClock(),
        pause_seconds=0.05,
        last_seen=seen,
    )
