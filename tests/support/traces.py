"""What a local cluster leaves on a machine, found independently of the code that removes it."""

import re
from pathlib import Path

from labkit.cluster.local.network import interface_name
from labkit.foundation.process import SystemRunner
from tests.support.proc import is_running, pids, status, told

FOLDERS = ("/var/lib/labkit/clusters", "/run/labkit/clusters", "/var/lib/labkit/supervisor/groups")


def traces(cluster: str) -> set[str]:
    """Processes, mounts, namespaces, links, routes, rules, cgroups and files of one cluster."""
    return {
        *_processes(cluster),
        *_mounts(cluster),
        *_namespaces(cluster),
        *_links(cluster),
        *_routes(cluster),
        *_rules(cluster),
        *_cgroups(cluster),
        *_files(cluster),
    }


def shared_places(cluster: str) -> set[Path]:
    """Files of a running cluster in folders that all containerds of a machine share."""
    notes = Path(f"/run/labkit/clusters/{cluster}").rglob("address")
    sockets = {Path(note.read_text().strip().removeprefix("unix://")) for note in notes}
    results = Path("/var/lib/cni/results").glob("*")
    return sockets | {path for path in results if f"/clusters/{cluster}/" in path.read_text()}


def processes_of(cluster: str) -> dict[str, int]:
    """Mark to pid, for the programs that the supervisor itself started."""
    found = {}
    for line in _processes(cluster):
        pid, mark = line.removeprefix("process ").split(" ", 1)
        seen = status(pid)
        parent = seen.get("PPid", "0")
        is_shim = seen.get("Name", "").startswith("containerd-shim")
        stands_in = "adopt.py" in told(pid, "cmdline")
        if mark not in told(parent, "environ") and not is_shim and not stands_in:
            found[mark] = int(pid)
    return found


def _processes(cluster: str) -> set[str]:
    found = set()
    for pid in pids():
        match = re.search(rf"LABKIT_PROCESS=({cluster}[./][^\0]*)", told(pid, "environ"))
        if match and is_running(pid):
            found.add(f"process {pid} {match[1]}")
    return found


def _mounts(cluster: str) -> set[str]:
    table = Path("/proc/self/mountinfo").read_text().splitlines()
    points = {line.split()[4] for line in table}
    return {f"mount {point}" for point in points if f"/clusters/{cluster}/" in f"{point}/"}


def _namespaces(cluster: str) -> set[str]:
    names = {path.name for path in Path("/run/netns").glob("lab.*")}
    return {f"namespace {name}" for name in names if name.split(".")[1] == cluster}


def _links(cluster: str) -> set[str]:
    name = interface_name(cluster, "host")
    return {f"link {name}"} if Path(f"/sys/class/net/{name}").exists() else set()


def _routes(cluster: str) -> set[str]:
    lines = SystemRunner()(["ip", "route"]).output.splitlines()
    link = interface_name(cluster, "host")
    return {f"route {line}" for line in lines if f"dev {link}" in line}


def _rules(cluster: str) -> set[str]:
    lines = SystemRunner()(["iptables-save"]).output.splitlines()
    return {f"rule {line}" for line in lines if f'"labkit {cluster}"' in line}


def _cgroups(cluster: str) -> set[str]:
    return {f"cgroup {folder}" for folder in cgroup_folders(cluster)}


def cgroup_folders(cluster: str) -> list[Path]:
    """One a controller, or one for all; other clusters' folders come and go beside them."""
    mount = Path("/sys/fs/cgroup")
    return [folder for top in ("labkit", "*/labkit") for folder in mount.glob(f"{top}/{cluster}")]


def _files(cluster: str) -> set[str]:
    found = set()
    for folder in FOLDERS:
        for path in Path(folder).glob("*"):
            if re.split(r"[./]", path.name.lstrip("."))[0] == cluster:
                found.add(f"file {path}")
    return found
