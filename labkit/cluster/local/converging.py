"""What `start` does for a cluster that was there before: its control plane changes in its place."""

from collections.abc import Iterable

from labkit.cluster.doors import managed_access
from labkit.cluster.local import network
from labkit.cluster.local.door import door_commands
from labkit.cluster.local.network import Network
from labkit.cluster.local.record import ClusterRecord
from labkit.cluster.local.site import Site, network_of
from labkit.cluster.plan import ProcessGroup
from labkit.cluster.processes import kill, marked_processes
from labkit.cluster.supervising import remove_group
from labkit.cluster.supervision import ProcessState
from labkit.foundation.files import locked
from labkit.foundation.text import say
from labkit.foundation.waiting import wait_until
from labkit.kube.errors import KubeError
from labkit.kube.kubeconfig import Access
from labkit.kube.reader import Reader

STARTED = {"containerd", "kubelet"}
RELOAD_SECONDS = 30  # the API server watches its files, and looks each minute where it cannot


def keep_door(site: Site, before: ClusterRecord | None, record: ClusterRecord, nft: str) -> None:
    """A new cluster's door is open as it is."""
    if before or record.plane.allowed:
        site.do(door_commands(network_of(record), record.plane.allowed, nft))


def keep_link(site: Site, net: Network) -> None:
    """The host's side of the network, which others change: a firewall, a network manager.

    Where the link is gone, a new one takes its place; what runs behind it need not be ended.
    """
    side = network.host_command(net)
    if site.run(side.words, stdin=side.stdin, may_fail=True).status:
        site.do(network.link_commands(net))
    check, add = network.masquerade_commands(net)
    if site.run(check.words, may_fail=True).status:
        site.do([add])


def end_former_plane(site: Site, wanted: ProcessGroup) -> None:
    """Ended at once, as by `stop`: other programs or flags take over its data.

    All of it, since the newer version's API server must be there before its controllers.
    """
    supervisor = site.supervisor
    if not supervisor.is_alive() or supervisor.read_group(wanted.name) in (None, wanted):
        return
    supervisor.begin_stop(wanted.name)
    kill(marked_processes(f"{wanted.name}/"), site.clock)
    with locked(site.machine.lock, holder="change a control plane", clock=site.clock):
        remove_group(supervisor, wanted.name, site.clock)


def running_nodes(states: Iterable[ProcessState], cluster: str) -> frozenset[str]:
    """Those that `start` has nothing to start of: containerd and kubelet both run."""
    prefix = f"{cluster}."
    running: dict[str, set[str]] = {}
    for state in states:
        if state.running and state.group.startswith(prefix):
            running.setdefault(state.group.removeprefix(prefix), set()).add(state.name)
    return frozenset(name for name, programs in running.items() if programs >= STARTED)


def former_access(site: Site, before: ClusterRecord | None, record: ClusterRecord) -> Access | None:
    """The administrator's, where this start is to end it; asked for before anything is written."""
    if before is None or not site.paths.admin_kubeconfig.exists():
        return None
    ends = before.plane.credential_generation < record.plane.credential_generation
    return managed_access(site.paths.admin_kubeconfig) if ends else None


def wait_for_credentials(site: Site, former: Access | None) -> None:
    """Until the API server believes the new ones, and the former no more."""
    present = managed_access(site.paths.admin_kubeconfig)
    wait_until(
        lambda: _is_believed(present) and not (former and _is_believed(former)),
        say("the API server to take the new credentials"),
        limit_seconds=RELOAD_SECONDS,
        clock=site.clock,
        pause_seconds=0.05,
    )


def _is_believed(access: Access) -> bool:
    with Reader(access, timeout_seconds=2) as reader:
        try:
            reader.raw("/version")
        except KubeError:
            return False
    return True
