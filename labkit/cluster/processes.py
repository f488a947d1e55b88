"""Processes that carry our mark: found in /proc after any crash, adopted or ended.

Nothing is remembered for this: supervision puts the mark into the environment of all it starts.
"""

import contextlib
import os
import signal
from collections.abc import Iterable
from pathlib import Path

from labkit.cluster.plan import ProcessGroup
from labkit.cluster.supervision import MARK
from labkit.foundation.text import say
from labkit.foundation.waiting import Clock, wait_until

PROC = Path("/proc")


def marked_processes(prefix: str, proc: Path = PROC) -> dict[int, str]:
    """Living processes whose mark begins with `prefix`, and the mark: `lab.node1/kubelet`."""
    found = {}
    for folder in proc.iterdir():
        if folder.name.isdecimal() and int(folder.name) != os.getpid():
            mark = _mark(folder)
            if mark.startswith(prefix) and is_living(int(folder.name), proc):
                found[int(folder.name)] = mark
    return found


def _mark(folder: Path) -> str:
    try:
        entries = (folder / "environ").read_bytes().split(b"\0")
    except OSError:  # ended while we looked
        return ""
    key = f"{MARK}=".encode()
    return next((each[len(key) :].decode() for each in entries if each.startswith(key)), "")


def survivors(group: ProcessGroup, proc: Path = PROC) -> dict[str, int]:
    """Which processes of a group outlived their supervisor: plan name to pid.

    A process's children inherit its mark, so the program's own path decides.
    """
    found: dict[str, int] = {}
    marked = marked_processes(f"{group.name}/", proc)
    for plan in group.plans:
        for pid in sorted(pid for pid, mark in marked.items() if mark.endswith(f"/{plan.name}")):
            if _program(pid, proc) in plan.command:
                found.setdefault(plan.name, pid)
    return found


def _program(pid: int, proc: Path) -> str:
    with contextlib.suppress(OSError):
        return (proc / str(pid) / "cmdline").read_bytes().split(b"\0")[0].decode()
    return ""


def is_living(pid: int, proc: Path = PROC) -> bool:
    """Not gone, and not a zombie that its parent has yet to bury."""
    try:
        state = (proc / str(pid) / "stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state not in {"Z", "X"}


def kill(pids: Iterable[int], clock: Clock) -> None:
    """End processes at once and wait until the last is gone."""
    doomed = set(pids)
    if not doomed:
        return
    for pid in doomed:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    wait_until(
        lambda: not any(is_living(pid) for pid in doomed),
        say("the end of {count} processes", count=len(doomed)),
        limit_seconds=15,
        clock=clock,
        pause_seconds=0.02,
        last_seen=lambda: ", ".join(str(pid) for pid in doomed if is_living(pid)),
    )
