"""What of a cluster is still on the machine: processes, mounts, namespaces. And its removal.

Nothing is remembered for this: processes carry a mark in their environment, containers are in the
cluster's cgroup, mounts are below the cluster's folders. So it works after any crash.
"""

from collections.abc import Iterable
from pathlib import Path

from labkit.cluster.processes import PROC, marked_processes
from labkit.foundation.process import Runner


def cluster_processes(cluster: str, proc: Path = PROC) -> dict[int, str]:
    """Those of the control plane and of all nodes, without a cluster of a longer name."""
    own, nodes = f"{cluster}/", f"{cluster}."
    marked = marked_processes(cluster, proc)
    return {pid: mark for pid, mark in marked.items() if mark.startswith((own, nodes))}


def mounts_below(folders: Iterable[Path], table: str) -> list[Path]:
    """Mount points below any of the folders, last mounted first. `table`: mountinfo's text."""
    roots = [f"{folder}/" for folder in folders]
    points = [line.split()[4].encode().decode("unicode_escape") for line in table.splitlines()]
    owned = [Path(each) for each in points if any(f"{each}/".startswith(root) for root in roots)]
    return owned[::-1]


def unmount_below(folders: Iterable[Path], run: Runner) -> None:
    """Take everything off that is mounted below the folders, however it is stacked."""
    roots = list(folders)
    while points := mounts_below(roots, (PROC / "self/mountinfo").read_text()):
        run(["umount", "--lazy", *(str(point) for point in points)], may_fail=True)


def namespaces(run: Runner) -> list[str]:
    """Names in /run/netns."""
    lines = run(["ip", "netns", "list"]).output.splitlines()
    return [line.split()[0] for line in lines if line.strip()]
