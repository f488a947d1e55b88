"""One cgroup tree for each node, below /labkit/<cluster>/<node>, on cgroup v1 and v2.

Version 1 was measured on real machines. Version 2 is a plan proven by unit tests only.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from labkit.foundation.text import say
from labkit.foundation.waiting import Clock, wait_until

TREE = "labkit"
EMPTY_SECONDS = 10.0
V2_CONTROLLERS = "+cpu +cpuset +hugetlb +io +memory +pids"
"""All that a kubelet asks for; the kernel refuses the whole line for one that it lacks.

hugetlb too: where the machine's first cgroup has it, a kubelet ends if its node's has not.
"""

FREEZERS = (
    ("freezer.state", ("FROZEN", "FREEZING"), "THAWED"),
    ("cgroup.freeze", ("1",), "0"),
)
"""File, what it says where processes are frozen, what lets them run; of version 1 and of 2."""


@dataclass(frozen=True, slots=True)
class CgroupStep:
    """Make `folder` if it is missing, then copy or write `files` into it."""

    folder: Path
    written: tuple[tuple[str, str], ...] = ()
    copied: tuple[str, ...] = ()
    """Files whose content is taken from the parent's, if their own is empty."""


def creation(mount: Path, path: str) -> list[CgroupStep]:
    """Parents first. `path` is a node's cgroup, such as /labkit/lab/node1."""
    return _v2(mount, path) if is_version_2(mount) else _v1(mount, path)


def is_version_2(mount: Path) -> bool:
    return (mount / "cgroup.controllers").exists()


def trees(mount: Path) -> list[Path]:
    """The root of each hierarchy, named once where several names lead to it."""
    if is_version_2(mount):
        return [mount]
    folders = (folder for folder in mount.iterdir() if (folder / "cgroup.procs").exists())
    return sorted({folder.resolve() for folder in folders})


def _v1(mount: Path, path: str) -> list[CgroupStep]:
    steps = []
    for tree in trees(mount):
        copied = ("cpuset.cpus", "cpuset.mems") if (tree / "cpuset.cpus").exists() else ()
        steps += [CgroupStep(tree / part, copied=copied) for part in _lineage(path)]
    return steps


def _v2(mount: Path, path: str) -> list[CgroupStep]:
    known = (mount / "cgroup.controllers").read_text().split()
    asked = [word for word in V2_CONTROLLERS.split() if word.removeprefix("+") in known]
    control = (("cgroup.subtree_control", " ".join(asked)),)
    inner = [CgroupStep(mount / part, written=control) for part in _lineage(path)]
    return [CgroupStep(mount, written=control), *inner]


def _lineage(path: str) -> list[str]:
    parts = path.strip("/").split("/")
    return ["/".join(parts[: count + 1]) for count in range(len(parts))]


def create(steps: list[CgroupStep]) -> None:
    for step in steps:
        step.folder.mkdir(exist_ok=True)
        for name, text in step.written:
            (step.folder / name).write_text(text)
        for name in step.copied:
            own = step.folder / name
            if not own.read_text().strip():
                own.write_text((step.folder.parent / name).read_text())


def members(mount: Path, path: str) -> set[int]:
    """Every process in that tree, in any hierarchy."""
    found: set[int] = set()
    for folder in _folders(mount, path):
        found.update(int(word) for word in _read(folder / "cgroup.procs").split())
    return found


def thaw(mount: Path, path: str) -> None:
    """Let frozen processes run, so that they can end: on version 1 not even SIGKILL reaches them.

    runc freezes a container while it kills all of it, and may itself be killed before it is done.
    """
    for folder in reversed(_folders(mount, path)):
        for name, frozen, free in FREEZERS:
            if _read(folder / name).strip() in frozen:
                with suppress(FileNotFoundError):  # removed while we looked
                    (folder / name).write_text(free)


def remove(mount: Path, path: str) -> None:
    """Depth first; a folder is only removed when it has no process left."""
    for folder in _folders(mount, path):
        folder.rmdir()
    parent = str(Path(path).parent)
    if parent != "/":
        for tree in trees(mount):
            _remove_if_empty(tree / parent.strip("/"))


def remove_patiently(mount: Path, path: str, end: Callable[[set[int]], None], clock: Clock) -> None:
    """`remove`, again and again: who was dying may have started one more process, or cleaned up."""

    def removed() -> bool:
        try:
            remove(mount, path)
        except OSError:
            end(members(mount, path))
            return False
        return True

    awaited = say("control group {path} to be empty", path=path)
    wait_until(removed, awaited, limit_seconds=EMPTY_SECONDS, clock=clock, pause_seconds=0.05)


def _remove_if_empty(folder: Path) -> None:
    while folder.exists() and not any(each.is_dir() for each in folder.iterdir()):
        folder.rmdir()
        if folder.name == TREE:
            return
        folder = folder.parent


def _folders(mount: Path, path: str) -> list[Path]:
    """Deepest first."""
    found: list[Path] = []
    for tree in trees(mount):
        top = tree / path.strip("/")
        if top.exists():
            inner = [each for each in top.rglob("*") if each.is_dir()]
            found += sorted([top, *inner], key=lambda folder: -len(folder.parts))
    return found


def _read(path: Path) -> str:
    try:
        return path.read_text()
    except OSError:  # removed while we looked
        return ""
