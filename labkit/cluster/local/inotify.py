"""Whether the machine has room for another cluster's or node's watches on files.

Kernels allow one user as few as 128 inotify instances, and all programs of all clusters are
root's: beyond them a kubelet or an API server ends with "too many open files", again and again.
"""

import ctypes
import os
from collections.abc import Callable
from pathlib import Path

from labkit.cluster.errors import ClusterError
from labkit.foundation.text import say

LIMIT = Path("/proc/sys/fs/inotify/max_user_instances")
OF_A_CONTROL_PLANE = 12
OF_A_NODE = 8
ENOUGH = 512


def check_room(needed: int, probe: Callable[[int], int] | None = None, limit: Path = LIMIT) -> None:
    """Raises ClusterError before anything is started that could not run."""
    free = (probe or openable)(needed)
    if free < needed:
        raise ClusterError(
            say(
                "Of the {limit} inotify instances that this machine allows a user, "
                "{free} are left, and {needed} are needed.",
                limit=limit.read_text().strip(),
                free=free,
                needed=needed,
            ),
            say(
                "Run `sudo sysctl -w fs.inotify.max_user_instances={enough}`, or take a cluster or "
                "a node away first.",
                enough=ENOUGH,
            ),
        )


def openable(count: int) -> int:
    """How many of that many can be had now: opening them is cheaper than counting everybody's."""
    library = ctypes.CDLL(None, use_errno=True)
    opened: list[int] = []
    try:
        while len(opened) < count:
            handle = library.inotify_init1(os.O_CLOEXEC)
            if handle < 0:
                break
            opened.append(handle)
    finally:
        for handle in opened:
            os.close(handle)
    return len(opened)
