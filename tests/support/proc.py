"""What /proc tells of the machine's processes, any of which may end while it is read."""

from pathlib import Path


def pids() -> list[int]:
    return [int(folder.name) for folder in Path("/proc").glob("[0-9]*")]


def told(pid: int | str, name: str) -> str:
    """A file of a process's folder; empty for a process that is gone."""
    try:
        return Path("/proc", str(pid), name).read_text(errors="replace")
    except OSError:
        return ""


def words(pid: int | str) -> list[str]:
    """Its command; empty also for a process that has ended and waits to be counted."""
    said = told(pid, "cmdline").removesuffix("\0")
    return said.split("\0") if said else []


def status(pid: int | str) -> dict[str, str]:
    lines = told(pid, "status").splitlines()
    return {key: value.strip() for key, _, value in (line.partition(":") for line in lines)}


def is_running(pid: int | str) -> bool:
    """Neither gone nor ended and waiting to be counted."""
    return status(pid).get("State", "Z")[0] not in "ZX"


def children(pid: int | str) -> list[int]:
    """In the order of their birth."""
    return [int(child) for child in told(pid, f"task/{pid}/children").split()]
