"""Processes that carry our mark: found in /proc after any crash, adopted or ended.

Nothing is remembered for this: supervision puts the mark into the environment of all it starts.
"""

import contextlib
import os
import signal
from collections.abc import Iterable
from pathlib import Path

from labkit.cluster.plan import ProcessGroup, ProcessPlan
from labkit.cluster.supervisor_files import ADOPT, MARK, SUPERVISOR
from labkit.foundation.text import say
from labkit.foundation.waiting import Clock, wait_until

PROC = Path("/proc")
NOBODY = 65534  # as whom the registries run


def marked_processes(prefix: str, proc: Path = PROC) -> dict[int, str]:
    """Living processes whose mark begins with `prefix`, and the mark: `lab.node1/kubelet`."""
    found = {}
    for folder in proc.iterdir():
        if folder.name.isdecimal():
            mark = _mark(folder)
            is_ours = mark.startswith(prefix) and _is_ours_to_end(folder)
            if is_ours and is_living(int(folder.name), proc):
                found[int(folder.name)] = mark
    return found


def _is_ours_to_end(folder: Path) -> bool:
    """Anybody may write our mark into their own environment."""
    owners = (0, NOBODY) if os.geteuid() == 0 else (os.geteuid(),)
    try:
        return folder.stat().st_uid in owners and _is_of_this_machine(folder)
    except OSError:  # ended while we looked
        return False


def _is_of_this_machine(folder: Path) -> bool:
    """A labkit in a chroot or container may have a cluster of the same name on this kernel."""
    ours = PROC / "self"
    try:
        return all(
            os.path.samestat((folder / what).stat(), (ours / what).stat())
            for what in ("root", "ns/pid")
        )
    except OSError:
        return True


def _mark(folder: Path) -> str:
    try:
        entries = (folder / "environ").read_bytes().split(b"\0")
    except OSError:  # ended while we looked
        return ""
    key = f"{MARK}=".encode()
    marks = (each[len(key) :].decode(errors="replace") for each in entries if each.startswith(key))
    return next(marks, "")


def supervisors_with(settings: Path, proc: Path = PROC) -> list[int]:
    """Living supervisors that were started with these settings, also those about to end."""
    marked = marked_processes(SUPERVISOR, proc).items()
    return [
        pid for pid, mark in marked if mark == SUPERVISOR and str(settings) in _words(pid, proc)
    ]


def survivors(group: ProcessGroup, proc: Path = PROC) -> dict[str, int]:
    """Which processes of a group outlived their supervisor: plan name to pid.

    A process's children inherit its mark, so its own command line decides: the end of the plan's,
    once nsenter and the like have become what they start.
    """
    found: dict[str, int] = {}
    for plan, pid in _candidates(group, proc):
        words = _words(pid, proc)
        if words and plan.command[-len(words) :] == words:
            found.setdefault(plan.name, pid)
    return found


def strays(group: ProcessGroup, proc: Path = PROC) -> set[int]:
    """Programs of a group that must not go on beside it: other flags, or a second time.

    Also those that stood in for a survivor under an earlier supervisor.
    """
    kept = set(survivors(group, proc).values())
    return {
        pid
        for plan, pid in _candidates(group, proc)
        if pid not in kept and _runs(_words(pid, proc), plan)
    }


def outsiders(group: ProcessGroup, proc: Path = PROC) -> set[int]:
    """What carries the group's mark for a program that the group has no more."""
    marks = {f"{group.name}/{plan.name}" for plan in group.plans}
    marked = marked_processes(f"{group.name}/", proc).items()
    return {pid for pid, mark in marked if mark not in marks}


def _runs(words: tuple[str, ...], plan: ProcessPlan) -> bool:
    """The same program, the same arguments under another interpreter, or a stand-in for it."""
    same_arguments = len(words) > 1 and plan.command[1 - len(words) :] == words[1:]
    return bool(words) and (words[0] in plan.command or same_arguments or str(ADOPT) in words)


def _candidates(group: ProcessGroup, proc: Path) -> list[tuple[ProcessPlan, int]]:
    marked = sorted(marked_processes(f"{group.name}/", proc).items())
    marks = {f"{group.name}/{plan.name}": plan for plan in group.plans}
    return [(marks[mark], pid) for pid, mark in marked if mark in marks]


def _words(pid: int, proc: Path) -> tuple[str, ...]:
    try:
        line = (proc / str(pid) / "cmdline").read_bytes()
    except OSError:
        return ()
    return tuple(line.decode(errors="replace").split("\0")[:-1])


def runs_from(folder: Path, proc: Path = PROC) -> bool:
    """Whether any process's command names something in the folder."""
    pids = [int(each.name) for each in proc.iterdir() if each.name.isdecimal()]
    return any(word.startswith(f"{folder}/") for pid in pids for word in _words(pid, proc))


def is_living(pid: int, proc: Path = PROC) -> bool:
    """Not gone, and not a zombie that its parent has yet to bury.

    A leader is a zombie before the last of its threads has ended; until then ports are taken.
    """
    folder = proc / str(pid)
    try:
        state = (folder / "stat").read_text().rpartition(")")[2].split()[0]
        return state not in {"Z", "X"} or len(list((folder / "task").iterdir())) > 1
    except OSError:
        return False


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
