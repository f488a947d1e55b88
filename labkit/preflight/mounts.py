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
    number: int = 0
    parent: int = 0


def read_mounts(text: str) -> list[Mount]:
    """Those that a path can lead to: not what a later mount hides.

    The order of the table says nothing: the root is mounted after /proc where an initramfs was.
    """
    every = [mount for line in text.splitlines() if (mount := _mount(line))]
    tree = _Tree(every)
    return [mount for mount in every if tree.is_reached(mount) and not tree.over(mount)]


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
        number=int(fields[0]),
        parent=int(fields[1]),
    )


def _unescaped(text: str) -> str:
    return re.sub(r"\\([0-7]{3})", lambda found: chr(int(found[1], 8)), text)


class _Tree:
    def __init__(self, mounts: Sequence[Mount]) -> None:
        self._by_number = {mount.number: mount for mount in mounts}
        self._children: dict[int, list[Mount]] = {}
        for mount in mounts:
            self._children.setdefault(mount.parent, []).append(mount)

    def over(self, mount: Mount) -> Mount | None:
        """What is mounted on top of all of it."""
        children = self._children.get(mount.number, [])
        return next((child for child in children if child.point == mount.point), None)

    def is_reached(self, mount: Mount) -> bool:
        parent = self._by_number.get(mount.parent)
        if parent is None or parent is mount:
            return True
        siblings = self._children[mount.parent]
        is_under_a_sibling = any(each.point in mount.point.parents for each in siblings)
        over = self.over(parent)
        return over in (None, mount) and not is_under_a_sibling and self.is_reached(parent)


def mount_of(folder: Path, mounts: Sequence[Mount]) -> Mount | None:
    """The mount that `folder` is on: the deepest."""
    holding = [each for each in mounts if each.point == folder or each.point in folder.parents]
    return max(holding, key=lambda each: len(each.point.parts), default=None)
