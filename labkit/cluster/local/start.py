"""`labkit up` for the local engine: a list of steps, safe to run again after any interruption."""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

from labkit.cluster import control_plane
from labkit.cluster.admitting import admit_pods
from labkit.cluster.control_plane import ControlPlane
from labkit.cluster.credentials import ensure_administrator, ensure_credentials
from labkit.cluster.engine import ClusterConfig, NodeShape
from labkit.cluster.errors import NodeNotReady
from labkit.cluster.flavors import checked_flavor
from labkit.cluster.local import converging, images, network, node_files, registry_files
from labkit.cluster.local.allocation import allocate
from labkit.cluster.local.declaring import declare, needs_declaring
from labkit.cluster.local.network import NODE_LIMIT, Network
from labkit.cluster.local.node import Node, process_group
from labkit.cluster.local.own_processes import ensure_own_processes
from labkit.cluster.local.record import ClusterRecord, read_record, write_record
from labkit.cluster.local.residue import cluster_processes, namespaces
from labkit.cluster.local.site import (
    Host,
    Site,
    control_plane_of,
    images_of,
    network_of,
    node_of,
)
from labkit.cluster.node_record import missing
from labkit.cluster.plan import ProcessGroup
from labkit.cluster.plane_settings import first_settings
from labkit.cluster.shapes import checked_shapes
from labkit.cluster.supervising import ensure_groups, start_waiting
from labkit.cluster.versions import check_skew
from labkit.foundation.errors import SettingInvalid, TimedOut
from labkit.foundation.files import PRIVATE, last_line, locked, write_atomically
from labkit.foundation.progress import shown
from labkit.foundation.text import say
from labkit.foundation.waiting import wait_until
from labkit.kube.conditions import node_ready
from labkit.kube.errors import ClusterUnreachable, KubeError
from labkit.kube.kubeconfig import read_access
from labkit.kube.reader import Reader
from labkit.kube.writer import Writer

API_LIMIT_SECONDS = 90
NODE_LIMIT_SECONDS = 90
ROLES_MADE = "/readyz/poststarthook/rbac/bootstrap-roles"
# each exits, or asks again late, when it finds no roles
AFTER_ROLES = {"kube-controller-manager", "kube-scheduler", "kube-proxy"}


@dataclass(frozen=True, slots=True)
class Start:
    """One `up` under way: the site, and what is wanted of it."""

    site: Site
    host: Host
    record: ClusterRecord
    programs: dict[str, Path]
    archives: dict[str, Path]
    before: ClusterRecord | None = None
    """What the cluster was to be until now; None for a new one."""

    @property
    def plane(self) -> ControlPlane:
        return control_plane_of(self.record, self.site.paths, self.programs)

    @property
    def network(self) -> Network:
        return network_of(self.record)

    def nodes(self) -> list[Node]:
        return [
            node_of(
                self.record,
                node,
                paths=self.site.paths,
                programs=self.programs,
                host=self.host,
            )
            for node in self.record.nodes
        ]


def wanted_record(
    site: Site, host: Host, config: ClusterConfig, *, owner: int, routes: str
) -> ClusterRecord:
    """What the cluster is to be, written down; the caller holds the machine's lock."""
    record = read_record(site.paths.record)
    check_shapes(config.nodes, host)
    plane = record.plane.moved_to(config) if record else first_settings(config)
    check_skew(plane.minor, config.nodes)
    if record is None:
        number = allocate(site.machine.networks, site.name, routes).number
        record = ClusterRecord(
            site.name,
            number,
            owner,
            safe_writes=config.safe_writes,
            encrypt_secrets=config.encrypt_secrets,
        )
    record = record.with_plane(plane).with_nodes(missing(record.nodes, config.nodes))
    check_count(len(record.nodes))
    write_record(site.paths.record, record)
    return record


def check_shapes(shapes: Iterable[NodeShape], host: Host) -> None:
    """Raises SettingInvalid or LabError before anything was changed."""
    for shape in checked_shapes(shapes):
        checked_flavor(shape.flavor, host.cpus)


def check_count(nodes: int) -> None:
    if nodes > NODE_LIMIT:
        raise SettingInvalid("--nodes", nodes, say("a number up to {most}", most=NODE_LIMIT))


def start(begun: Start, user: int) -> None:
    """Converge to the record; `user` may speak to the agent.

    Returns when every node is Ready and the API server takes Pods.
    """
    site = begun.site
    former = converging.former_access(site, begun.before, begun.record)
    with shown(site.progress, say("Write certificates and lay the network")):
        with ThreadPoolExecutor() as pool:
            laying = pool.submit(lay_network, begun)
            _write_credentials(begun)
            laying.result()
        converging.keep_door(begun.site, begun.before, begun.record, str(begun.host.nft))
        prepare_nodes(begun, begun.nodes())
    with shown(site.progress, say("Start the control plane")):
        groups = _load_groups(begun)
        with Reader(read_access(site.paths.own_kubeconfig), timeout_seconds=2) as reader:
            _start_in_order(begun, groups, reader, user)
        if begun.before:
            converging.wait_for_credentials(site, former)
    with shown(site.progress, say("Wait for the nodes")):
        wait_for_nodes(begun, [node.name for node in begun.nodes()])
        with Writer(read_access(site.paths.own_kubeconfig)) as writer:
            admit_pods(writer, site.clock)


def _write_credentials(begun: Start) -> None:
    now = begun.site.clock.now()
    ensure_credentials(begun.plane, begun.site.name, now)
    text = ensure_administrator(begun.plane, begun.site.name, now)
    write_atomically(begun.site.paths.admin_kubeconfig, text, mode=PRIVATE)


def lay_network(begun: Start) -> None:
    """A namespace counts as laid while something runs in it; else it may be half, and goes."""
    site, net = begun.site, begun.network
    site.do(registry_files.address_commands())
    used = {mark.split("/")[0] for mark in cluster_processes(site.name).values()}
    present = set(namespaces(site.run))
    if not used or net.namespace not in present:
        site.do(network.cluster_removal(net, present), may_fail=True)
        site.do(network.cluster_commands(net))
        used = set()
    else:
        converging.keep_link(site, net)
    laid = {n.name: n.index for n in begun.record.nodes if f"{site.name}.{n.name}" in used}
    for node in begun.record.nodes:
        if node.name not in laid:
            site.do(network.node_removal(net, node.name, node.index), may_fail=True)
            site.do(network.node_commands(net, node.name, node.index))
            site.do(network.peer_commands(net, node.name, node.index, laid))
            laid[node.name] = node.index


def prepare_nodes(begun: Start, nodes: list[Node]) -> None:
    authority = begun.site.machine.registry_authority
    for node in nodes:
        for realm in registry_files.REALMS.values():
            hosts = registry_files.hosts_text(authority, realm)
            write_atomically(node.paths.registries / realm.place / "hosts.toml", hosts)
        node_files.prepare(node, begun.plane, begun.host, begun.site.clock.now())
        node_files.share_mounts(node, begun.site.run)


def _load_groups(begun: Start) -> list[ProcessGroup]:
    """The API server and etcd start with this, the rest when it is told to."""
    plans = control_plane.plans(begun.plane)
    plane = ProcessGroup(begun.site.name, plans, str(begun.site.paths.logs))
    if begun.before:
        converging.end_former_plane(begun.site, plane)
    groups = [plane, *(process_group(node) for node in begun.nodes())]
    with locked(begun.site.machine.lock, holder="start processes"):
        ensure_groups(begun.site.supervisor, groups, begun.site.clock)
    return groups


def _start_in_order(begun: Start, groups: list[ProcessGroup], reader: Reader, user: int) -> None:
    """The API server has the cores for itself until it serves.

    Then it rests for a second before it makes its roles: time for nodes and our own processes.
    """
    _wait_for_api(begun, lambda: _rbac(reader) is not None)
    states = begun.site.supervisor.states() if begun.before else []
    running = converging.running_nodes(states, begun.site.name)
    idle = [node for node in begun.nodes() if node.name not in running]
    with ThreadPoolExecutor(max_workers=max(len(idle), 1)) as pool:
        starting = [pool.submit(start_node, begun, node) for node in idle]
        ensure_own_processes(begun.site, user)
        for each in starting:
            each.result()
    _wait_for_api(begun, lambda: _rbac(reader) is True)
    for group in groups:
        start_waiting(begun.site.supervisor, group, AFTER_ROLES)


def start_node(begun: Start, node: Node) -> None:
    """Its kubelet finds containerd there, and in it the images that every node has."""
    supervisor, group = begun.site.supervisor, process_group(node)
    start_waiting(supervisor, group, {"containerd"})
    if begun.before or needs_declaring(node):
        declare(begun.site, node)
    load_images(begun, node)
    start_waiting(supervisor, group, {"kubelet"})


def _rbac(reader: Reader) -> bool | None:
    """Whether the API server has made its own roles; None while it does not serve."""
    try:
        reader.raw(ROLES_MADE)
    except ClusterUnreachable:
        return None
    except KubeError:
        return False
    return True


def _wait_for_api(begun: Start, look: Callable[[], bool]) -> None:
    wait_until(
        look,
        say("the API server"),
        limit_seconds=API_LIMIT_SECONDS,
        clock=begun.site.clock,
        pause_seconds=0.02,
        last_seen=lambda: last_line(begun.site.paths.logs / "kube-apiserver.log"),
        next_step=say("Run `labkit logs kube-apiserver`."),
    )


def load_images(begun: Start, node: Node) -> None:
    """What a node has from the first second; add-ons' images come behind."""
    images.wait_for_containerd(node, begun.site.clock)
    images.load(node, [begun.archives[name] for name in images_of(node.shape)], begun.site.run)


def wait_for_nodes(begun: Start, names: list[str]) -> None:
    """Raises NodeNotReady with the kubelet's last line."""
    missing = set(names)

    def all_ready(reader: Reader) -> bool:
        for node in reader.list("Node"):
            if node_ready(node):
                missing.discard(node["metadata"]["name"])
        return not missing

    try:
        with Reader(read_access(begun.site.paths.own_kubeconfig)) as reader:
            wait_until(
                lambda: all_ready(reader),
                say("the nodes"),
                limit_seconds=NODE_LIMIT_SECONDS,
                clock=begun.site.clock,
                pause_seconds=0.05,
            )
    except TimedOut as late:
        name = sorted(missing)[0]
        log = begun.site.paths.node(name).data / "logs" / "kubelet.log"
        raise NodeNotReady(
            say("Node {name} is not Ready after {s} s.", name=name, s=NODE_LIMIT_SECONDS),
            say("Run `labkit logs {name}/kubelet`.", name=name),
            last_line(log),
        ) from late


def with_shapes(begun: Start, shapes: Iterable[NodeShape]) -> Start:
    return replace(begun, record=begun.record.with_nodes(shapes))
