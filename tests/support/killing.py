"""Commands as people type them, ended at a moment that somebody beside them can see."""

import os
import signal
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from labkit.foundation.process import start_detached
from labkit.foundation.waiting import SystemClock, wait_until
from tests.support.own_cluster import ROOT


def ended_at(
    look: Callable[[], bool],
    command: Sequence[str],
    log: Path,
    *,
    awaited: str,
    environment: Mapping[str, str],
    sent: signal.Signals = signal.SIGKILL,
) -> int | None:
    """Its exit code when it gets the signal as soon as `look` says so; None: that ended it."""
    pid = start_detached(command, log, environment=environment, folder=ROOT)
    wait_until(
        look,
        awaited,
        limit_seconds=60,
        clock=SystemClock(),
        pause_seconds=0.002,
        last_seen=log.read_text,
    )
    os.kill(pid, sent)  # nobody has waited for it, so its number is still its own
    _, status = os.waitpid(pid, 0)
    return os.WEXITSTATUS(status) if os.WIFEXITED(status) else None
