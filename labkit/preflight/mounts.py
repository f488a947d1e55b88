"""Mounts as /proc/self/mountinfo writes them (proc_pid_mountinfo(5))."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Mount:
    point: Path
    kind: str
    options: frozenset[str]
    """Of this mount: rw, noexec, nosuid, …"""
    of_filesystem: frozenset[str]
    """Of what is mounted: for cgroup v1 its controllers are among them."""


def read_mounts(text: str) -> list[Mount]:
    return [mount for line in text.splitlines() if (mount := _mount(line))]


def _mount(line: str) -> Mount | None:
    before, separator, after = line.partition(" - ")
    fields, rest = before.split(" "), after.split(" ")
    if not separator or len(fields) < 6 or len(rest) < 3:
        return None
    return Mount(
        point=Path(_unescaped(fields[4])),
        kind=rest[0],
        options=frozenset(fields[5].split(",")),
        of_filesystem=frozenset(rest[2].split(",")),
    )


def _unescaped(text: str) -> str:
    return re.sub(r"\\([0-7]{3})", lambda found: chr(int(found[1], 8)), text)


def mount_of(folder: Path, mounts: Sequence[Mount]) -> Mount | None:
    """The mount that `folder` is on: the deepest, and of those at one point the last."""
    holding = [each for each in mounts if each.point == folder or each.point in folder.parents]
    deepest = max((len(each.point.parts) for each in holding), default=0)
    return next((m for m in reversed(holding) if len(m.point.parts) == deepest), None)
