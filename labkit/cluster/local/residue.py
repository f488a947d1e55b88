"""What of a cluster is still on the machine: processes, mounts, namespaces. And its removal.

Nothing is remembered for this: processes carry a mark in their environment, containers are in the
cluster's cgroup, mounts are below the cluster's folders. So it works after any crash.
"""

import contextlib
import os
import signal
from collections.abc import Iterable
from pathlib import Path

from labkit.cluster.plan import ProcessGroup
from labkit.cluster.supervision import MARK
from labkit.foundation.process import Runner
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


def cluster_processes(cluster: str, proc: Path = PROC) -> dict[int, str]:
    """Those of the control plane and of all nodes, without a cluster of a longer name."""
    own, nodes = f"{cluster}/", f"{cluster}."
    marked = marked_processes(cluster, proc)
    return {pid: mark for pid, mark in marked.items() if mark.startswith((own, nodes))}


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


def mounts_below(folders: Iterable[Path], table: str) -> list[Path]:
    """Mount points below any of the folders, last mounted first. `table`: mountinfo's text."""
    roots = [f"{folder}/" for folder in folders]
    points = [line.split()[4].encode().decode("unicode_escape") for line in table.splitlines()]
    owned = [Path(each) for each in points if any(f"{each}/".startswith(root) for root in roots)]
    return owned[::-1]


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


def unmount_below(folders: Iterable[Path], run: Runner) -> None:
    """Take everything off that is mounted below the folders, however it is stacked."""
    roots = list(folders)
    while points := mounts_below(roots, (PROC / "self/mountinfo").read_text()):
        run(["umount", "--lazy", *(str(point) for point in points)], may_fail=True)


def namespaces(run: Runner) -> list[str]:
    """Names in /run/netns."""
    lines = run(["ip", "netns", "list"]).output.splitlines()
    return [line.split()[0] for line in lines if line.strip()]
