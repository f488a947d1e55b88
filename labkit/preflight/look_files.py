"""Disks, what crashed runs left behind, and times written on files."""

import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from labkit.cluster.local.allocation import read_allocations
from labkit.foundation.errors import LabError
from labkit.preflight.facts import Filesystem, Kind, Remnant, Times
from labkit.preflight.mounts import Mount, mount_of
from labkit.preflight.surroundings import Surroundings

# Only these are looked at: an editor with a cluster's file open is not a remnant.
PROGRAMS = frozenset(
    {
        *("etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler"),
        *("kubelet", "kube-proxy", "containerd", "containerd-shim-runc-v2"),
        *("coredns", "metrics-server", "supervisord"),
    }
)


def filesystem(folder: Path, mounts: Sequence[Mount]) -> Filesystem:
    """Of the folder, or of the nearest parent that exists."""
    existing = nearest(folder)
    numbers = os.statvfs(existing)
    mount = mount_of(existing.resolve(), mounts) or Mount(Path("/"), "", frozenset(), frozenset())
    return Filesystem(
        folder=folder,
        mount=mount.point,
        kind=mount.kind,
        options=mount.options,
        total_bytes=numbers.f_blocks * numbers.f_frsize,
        free_bytes=numbers.f_bavail * numbers.f_frsize,
        total_inodes=numbers.f_files,
        free_inodes=numbers.f_favail,
    )


def nearest(folder: Path) -> Path:
    return next((each for each in (folder, *folder.parents) if each.exists()), Path("/"))


def overlay_problem(around: Surroundings, folder: Path) -> str:
    """Mount an overlay there in a namespace that ends with the command; what mount said, if not.

    Only root may, and the folder's own filesystem is what decides, so a temporary folder is made
    in the nearest parent that exists, and removed.
    """
    if not around.is_root:
        return ""
    try:
        with _layers(nearest(folder)) as top:
            layers = f"lowerdir={top}/lower,upperdir={top}/upper,workdir={top}/work"
            mount = ("mount", "-t", "overlay", "overlay", "-o", layers, f"{top}/merged")
            well, said = around.say_of("unshare", "--mount", "--", *mount)
    except OSError as problem:
        return problem.strerror or str(problem)
    return "" if well else said


@contextmanager
def _layers(parent: Path) -> Iterator[Path]:
    top = Path(tempfile.mkdtemp(dir=parent, prefix=".labkit-doctor-"))
    try:
        for name in ("lower", "upper", "work", "merged"):
            (top / name).mkdir()
        yield top
    finally:
        shutil.rmtree(top, ignore_errors=True)


def clusters(around: Surroundings) -> Mapping[str, int] | None:
    """The machine's list of clusters; None when it is there and cannot be read."""
    try:
        return read_allocations(around.places.paths.networks)
    except (OSError, ValueError, AttributeError, LabError):
        return None


def remnants(around: Surroundings, mounts: Sequence[Mount]) -> tuple[Remnant, ...]:
    """Whatever names a cluster's folder, of listed clusters too."""
    mounted = (
        Remnant(Kind.MOUNT, name, str(mount.point))
        for mount in mounts
        if (name := _cluster_of(f"{mount.point}/", around))
    )
    return (*_processes(around), *mounted, *_cgroups(around.places.sys / "fs/cgroup"))


def _processes(around: Surroundings) -> Iterator[Remnant]:
    for folder in around.places.proc.iterdir():
        if not folder.name.isdecimal():
            continue
        line = around.read(folder / "cmdline")
        words = line.split("\0")
        program = next((Path(w).name for w in words[:2] if Path(w).name in PROGRAMS), "")
        if program and (name := _cluster_of(line, around)):
            kind = Kind.PROCESS if _shares_root(folder, around.places.root) else Kind.GUEST
            yield Remnant(kind, name, f"{folder.name} {program}")


def _shares_root(process: Path, root: Path) -> bool:
    """False for what runs in a container or chroot; True too where we may not look."""
    try:
        return (process / "root").samefile(root)
    except OSError:
        return True


def _cluster_of(text: str, around: Surroundings) -> str:
    """The cluster whose folder is named in `text`; empty when none is."""
    paths = around.places.paths
    for top in (paths.cluster("x").data.parent, paths.cluster("x").run.parent):
        _, found, rest = text.partition(f"{top}/")
        name = rest.partition("/")[0]
        if found and name and not name.startswith("."):
            return name
    return ""


def _cgroups(top: Path) -> Iterator[Remnant]:
    for group in (*top.glob("labkit/*"), *top.glob("*/labkit/*")):
        if group.is_dir():
            yield Remnant(Kind.CGROUP, group.name, str(group))


def times(around: Surroundings) -> Times:
    """The newest of some files that this machine wrote itself."""
    root = around.places.root
    written = {
        path: path.stat().st_mtime
        for path in (
            root / "etc/passwd",
            root / "var/lib/dpkg/status",
            root / "var/log/wtmp",
            around.places.paths.networks,
        )
        if path.exists()
    }
    now = around.clock.now()
    if not written:
        return Times(now)
    newest = max(written, key=lambda path: written[path])
    return Times(now, newest, datetime.fromtimestamp(written[newest], UTC))
