"""`labkit stop`, `labkit down` and a node's removal: everything that `start` made, undone.

It works from what is found, not from what should be there: after a crash, twice in a row, beside
another cluster.
"""

import contextlib
import shutil
from pathlib import Path

from labkit.cluster.errors import ClusterError
from labkit.cluster.local import cgroups, network, residue
from labkit.cluster.local.allocation import read_allocations, release
from labkit.cluster.local.network import Network
from labkit.cluster.local.record import ClusterRecord, read_record, write_record
from labkit.cluster.local.site import Site, network_of
from labkit.cluster.processes import kill, marked_processes
from labkit.foundation.errors import FileProblem
from labkit.foundation.files import locked
from labkit.foundation.progress import shown
from labkit.foundation.text import say

CGROUP_MOUNT = Path("/sys/fs/cgroup")


def stop(site: Site) -> None:
    """End every process and take mounts and namespaces away; the data folder stays.

    Nothing is asked to end in good order: what is written is in the kernel's hands already, and
    a lab must survive `kill -9` of anything in any case.
    """
    with shown(site.progress, say("Stop the processes of {name}", name=site.name)):
        _end_processes(site, _groups(site), f"/{cgroups.TREE}/{site.name}")
        # Of groups that neither the supervisor nor the disk remembers.
        kill(residue.cluster_processes(site.name), site.clock)
    with shown(site.progress, say("Remove mounts, namespaces and routes")):
        _remove_traces(site)


def delete(site: Site) -> None:
    """`stop`, then nothing of the cluster remains."""
    stop(site)
    with locked(site.machine.lock, holder="forget a cluster"):
        release(site.machine.networks, site.name)
        site.supervisor.sweep(site.name)
    _remove_files([site.paths.data])


def _remove_traces(site: Site) -> None:
    paths = site.paths
    sockets = residue.shim_sockets(paths.run.glob("*"))
    residue.unmount_below([paths.data, paths.run], site.run)
    _remove_network(site)
    _remove_cgroups(site, f"/{cgroups.TREE}/{site.name}")
    _remove_files([paths.run, *sockets, *residue.cni_results(paths.run)])


def remove_node(site: Site, record: ClusterRecord, name: str) -> None:
    """Take one node's processes, network and files away; its Node object is another's affair."""
    node = record.node(name)
    groups = [f"{site.name}.{name}"]
    _end_processes(site, groups, f"/{cgroups.TREE}/{site.name}/{name}")
    paths = site.paths.node(name)
    sockets = residue.shim_sockets([paths.run])
    residue.unmount_below([paths.data, paths.run], site.run)
    if node is not None:
        removal = network.node_removal(network_of(record), name, node.index)
        site.do(removal, may_fail=True)
    _remove_cgroups(site, f"/{cgroups.TREE}/{site.name}/{name}")
    _remove_files([paths.run, paths.data, *sockets, *residue.cni_results(paths.run)])
    write_record(site.paths.record, record.without_node(name))


def _groups(site: Site) -> list[str]:
    """This cluster's groups, those that the supervisor has and those that only the disk has."""
    known = set(site.supervisor.groups_on_disk())
    with contextlib.suppress(ClusterError):
        known.update(site.supervisor.group_names())
    return sorted(name for name in known if name.split(".")[0] == site.name)


def _begin_stop(site: Site, groups: list[str]) -> None:
    """Nobody starts these again from here on."""
    if site.supervisor.is_alive():
        for name in groups:
            site.supervisor.begin_stop(name)


def _end_processes(site: Site, groups: list[str], cgroup: str) -> None:
    """Also what supervision does not reach: shims, containers, survivors of a killed supervisor."""
    _begin_stop(site, groups)
    for name in groups:
        kill(marked_processes(f"{name}/"), site.clock)
    _kill_members(site, cgroup)
    _kill_members(site, cgroup)  # a shim that was killed leaves its container's behind for a moment
    alive = site.supervisor.is_alive()
    # Locked: a file that goes while the supervisor reads them all for another cluster is an error.
    with locked(site.machine.lock, holder="forget processes", clock=site.clock):
        for name in groups:
            site.supervisor.forget_group(name)
    for name in groups if alive else ():
        site.supervisor.remove_group(name, site.clock)


def _remove_cgroups(site: Site, path: str) -> None:
    def end(processes: set[int]) -> None:
        cgroups.thaw(CGROUP_MOUNT, path)
        kill(processes, site.clock)

    cgroups.remove_patiently(CGROUP_MOUNT, path, end, site.clock)


def _kill_members(site: Site, cgroup: str) -> None:
    cgroups.thaw(CGROUP_MOUNT, cgroup)
    kill(cgroups.members(CGROUP_MOUNT, cgroup), site.clock)


def _remove_network(site: Site) -> None:
    number = read_allocations(site.machine.networks).get(site.name)
    if number is not None:
        net = Network(site.name, number)
        names = residue.namespaces(site.run)
        site.do(network.cluster_removal(net, names), may_fail=True)


def recorded(site: Site) -> ClusterRecord | None:
    """The record, or None where it is missing or spoilt: clean-up needs neither."""
    with contextlib.suppress(FileProblem):
        return read_record(site.paths.record)
    return None


def _remove_files(paths: list[Path]) -> None:
    for path in paths:
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
