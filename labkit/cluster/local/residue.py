"""What of a cluster is still on the machine: processes, mounts, namespaces. And its removal.

Nothing is remembered for this: processes carry a mark in their environment, containers are in the
cluster's cgroup, mounts are below the cluster's folders. So it works after any crash.
"""

import contextlib
import re
from collections.abc import Iterable
from pathlib import Path

from labkit.cluster.errors import ClusterError
from labkit.cluster.processes import PROC, marked_processes
from labkit.foundation.process import Runner
from labkit.foundation.text import say

MOUNTS = PROC / "self/mountinfo"
CNI_RESULTS = Path("/var/lib/cni/results")  # libcni's own cache, one place for all networks
SHIM_SOCKETS = Path("/run/containerd/s")  # built into containerd's shim
# Namespace, container, note. No deeper: there are the containers' own files.
SHIM_NOTES = "containerd/io.containerd.runtime.v2.task/*/*/address"
LONGEST_NOTE = 64 * 1024  # characters; a result has some thousands


def cluster_processes(cluster: str, proc: Path = PROC) -> dict[int, str]:
    """Those of the control plane and of all nodes, without a cluster of a longer name."""
    own, nodes = f"{cluster}/", f"{cluster}."
    marked = marked_processes(cluster, proc)
    return {pid: mark for pid, mark in marked.items() if mark.startswith((own, nodes))}


def mounts_below(folders: Iterable[Path], table: str) -> list[Path]:
    """Mount points below any of the folders, last mounted first. `table`: mountinfo's text."""
    roots = [f"{folder}/" for folder in folders]
    points = [_unescaped(line.split()[4]) for line in table.splitlines()]
    owned = [Path(each) for each in points if any(f"{each}/".startswith(root) for root in roots)]
    return owned[::-1]


def _unescaped(point: str) -> str:
    r"""The kernel writes a space as \040, and nothing else than such bytes in another way."""
    return re.sub(r"\\([0-7]{3})", lambda octal: chr(int(octal[1], 8)), point)


def unmount_below(folders: Iterable[Path], run: Runner, table: Path = MOUNTS) -> None:
    """Take everything off that is mounted below the folders, however it is stacked.

    Raises ClusterError for what does not go.
    """
    roots = list(folders)
    before: list[Path] = []
    said = ""
    while points := mounts_below(roots, table.read_text()):
        if points == before:
            raise ClusterError(
                say("{path} is still mounted.", path=points[0]),
                say("See who uses it: `sudo fuser -vm {path}`.", path=points[0]),
                said,
            )
        before = points
        command = ["umount", "--lazy", *(str(point) for point in points)]
        said = run(command, may_fail=True).errors


def namespaces(run: Runner) -> list[str]:
    """Names in /run/netns."""
    lines = run(["ip", "netns", "list"]).output.splitlines()
    return [line.split()[0] for line in lines if line.strip()]


def shim_sockets(nodes: Iterable[Path], sockets: Path = SHIM_SOCKETS) -> list[Path]:
    """The sockets of the shims that run in these nodes. `nodes`: their folders below /run."""
    notes = (note for node in nodes for note in sorted(node.glob(SHIM_NOTES)))
    found = (Path(_text(note).strip().removeprefix("unix://")) for note in notes)
    return [socket for socket in found if socket.parent == sockets]


def cni_results(folder: Path, results: Path = CNI_RESULTS) -> list[Path]:
    """Cached results of Pods whose network namespaces are below `folder`."""
    return [path for path in sorted(results.glob("*")) if f"{folder}/" in _text(path)]


def _text(path: Path) -> str:
    """What a file says; "" of what is no file, and of what went while we looked."""
    with contextlib.suppress(OSError):
        if path.is_file() and not path.is_symlink():
            with path.open(errors="replace") as file:
                return file.read(LONGEST_NOTE)
    return ""
