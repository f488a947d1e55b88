"""`labkit up` for the simulated engine: a list of steps, safe again after any interruption."""

import os
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

from labkit.cluster import control_plane
from labkit.cluster.administrator import refuse_taken_name
from labkit.cluster.admitting import admit_pods
from labkit.cluster.certificates import Authority, Subject
from labkit.cluster.control_plane import ControlPlane
from labkit.cluster.credentials import (
    ADMINISTRATORS,
    CLUSTER_AUTHORITY,
    ensure_administrator,
    ensure_credentials,
    write_kubeconfig,
)
from labkit.cluster.engine import ClusterConfig, NodeShape
from labkit.cluster.errors import NodeNotReady
from labkit.cluster.flavors import known_flavor
from labkit.cluster.node_record import NodeRecord, missing
from labkit.cluster.plane_settings import first_settings
from labkit.cluster.platform import PLATFORM, STAND_IN
from labkit.cluster.processes import kill
from labkit.cluster.shapes import checked_shapes
from labkit.cluster.simulated import plane
from labkit.cluster.simulated.node_object import NODE_LIMIT, node_object
from labkit.cluster.simulated.paths import ensure_private, simulated_names
from labkit.cluster.simulated.ports import choose_ports, mended
from labkit.cluster.simulated.record import SimulatedRecord, read_record, write_record
from labkit.cluster.simulated.site import Site
from labkit.cluster.supervising import ensure_groups
from labkit.cluster.versions import check_skew, patch_of
from labkit.foundation.errors import SettingInvalid, TimedOut
from labkit.foundation.files import PRIVATE, last_line, locked, write_atomically
from labkit.foundation.progress import shown
from labkit.foundation.text import say
from labkit.foundation.waiting import wait_until
from labkit.kube.conditions import node_ready
from labkit.kube.errors import AlreadyExists, CredentialsRefused
from labkit.kube.manifests import load
from labkit.kube.reader import Reader
from labkit.kube.resources import Selection
from labkit.kube.waiting import wait_for_all
from labkit.kube.writer import Writer

API_LIMIT_SECONDS = 90
DNS_SERVICE = PLATFORM / "coredns" / "service-kube-dns.yaml"
NODE_LIMIT_SECONDS = 60
ENOUGH_WRITERS = 8

KWOK = Subject("labkit:kwok", (ADMINISTRATORS, "system:nodes"))
"""It stands in for the nodes, whose heartbeats the audit policy leaves out."""


def check_shapes(shapes: Iterable[NodeShape], plane: str, present: int = 0) -> None:
    """Raises SettingInvalid before anything was changed."""
    wanted = checked_shapes(shapes)
    if len(wanted) + present > NODE_LIMIT:
        expected = say("a number up to {most}", most=NODE_LIMIT)
        raise SettingInvalid("--nodes", len(wanted) + present, expected)
    check_skew(plane, wanted)
    for shape in wanted:
        known_flavor(shape.flavor)


def wanted_record(site: Site, config: ClusterConfig) -> SimulatedRecord:
    """What the cluster is to be, written down; the caller holds the cluster's lock."""
    record = read_record(site.paths.record)
    settled = record.plane.moved_to(config) if record else first_settings(config)
    nodes = missing(record.nodes if record else (), config.nodes)
    check_shapes(nodes, settled.minor, len(record.nodes) if record else 0)
    refuse_taken_name(site.paths.home, site.name, is_ours=record is not None, engine="simulated")
    site.paths.data.mkdir(parents=True, exist_ok=True)
    site.paths.data.chmod(0o700)
    lock = site.paths.data.parent / ".ports.lock"
    with locked(lock, holder="choose ports", clock=site.clock):
        taken = _ports_of_others(site)
        if record is None:
            record = _new_record(site, config, taken)
            site.progress.said(_what_it_is_not())
        elif not site.processes():
            record = _with_free_ports(site, record, taken)
        record = record.with_plane(settled).with_nodes(nodes)
        write_record(site.paths.record, record)
        lock.unlink()
    return record


def _what_it_is_not() -> str:
    return say(
        "The nodes are simulated: Pods get an address and are called Running, but nothing runs in "
        "them. Exercises that need it say so and are skipped."
    )


def _new_record(site: Site, config: ClusterConfig, taken: set[int]) -> SimulatedRecord:
    return SimulatedRecord(
        site.name,
        choose_ports(site.paths.digest, taken),
        safe_writes=config.safe_writes,
        encrypt_secrets=config.encrypt_secrets,
    )


def _ports_of_others(site: Site) -> set[int]:
    taken: set[int] = set()
    for name in simulated_names(site.paths.home):
        other = replace(site, paths=replace(site.paths, name=name)).recorded()
        if other and name != site.name:
            taken.update(other.ports.numbers())
    return taken


def _with_free_ports(site: Site, record: SimulatedRecord, taken: set[int]) -> SimulatedRecord:
    ports = mended(record.ports, site.paths.digest, taken)
    if ports.api != record.ports.api:
        site.progress.said(
            say(
                "Port {old} is in use by another program; the API server moves to {new}.",
                old=record.ports.api,
                new=ports.api,
            )
        )
    return replace(record, ports=ports)


def start(site: Site, record: SimulatedRecord, programs: dict[str, Path]) -> None:
    """Converge to the record. Returns when every node is Ready and the API server takes Pods."""
    ours = plane.plane_of(record, site.paths, programs)
    with shown(site.progress, say("Write certificates")):
        write_files(site, ours)
    with shown(site.progress, say("Start the control plane")):
        _start_processes(site, ours)
        _wait_for_api(site)
        _start_waiting(site, ours)
    with shown(site.progress, say("Wait for the nodes")):
        ensure_nodes(site, record.nodes)
        wait_for_nodes(site, [node.name for node in record.nodes])
        with site.writer() as writer:
            admit_pods(writer, site.clock)
    _name_dns(site)


def write_files(site: Site, ours: ControlPlane) -> None:
    now = site.clock.now()
    ensure_credentials(ours, site.name, now)
    pair = Authority.ensure(ours.pki, CLUSTER_AUTHORITY, now).ensure_pair(ours.pki, "kwok", KWOK)
    write_kubeconfig(ours.pki / "kwok.kubeconfig", ours, pair, site.name)
    write_atomically(plane.kwok_file(ours.folder), plane.kwok_configuration())
    write_atomically(plane.egress_file(ours.folder), plane.egress_configuration(ours.folder))
    text = ensure_administrator(ours, site.name, now)
    write_atomically(site.paths.admin_kubeconfig, text, mode=PRIVATE)


def _start_processes(site: Site, ours: ControlPlane) -> None:
    supervisor = site.supervisor
    if supervisor.folder.parent != site.paths.data:
        ensure_private(supervisor.folder.parent, os.getuid())
    if not supervisor.is_alive():
        kill(site.supervisors(), site.clock)  # one whose socket is gone would restart ours
        supervisor.folder.mkdir(parents=True, exist_ok=True)
    group = plane.group_of(ours, site.paths)
    if supervisor.is_alive() and supervisor.read_group(group.name) not in (None, group):
        supervisor.begin_stop(group.name)
        kill(site.processes(), site.clock)  # other programs or flags take over the data
    ensure_groups(supervisor, [group], site.clock)


def _wait_for_api(site: Site) -> None:
    log = site.paths.logs / "kube-apiserver.log"
    with site.reader(timeout_seconds=2) as reader:
        wait_until(
            lambda: _is_ready(reader),
            say("the API server"),
            limit_seconds=API_LIMIT_SECONDS,
            clock=site.clock,
            pause_seconds=0.03,
            last_seen=lambda: last_line(log),
            next_step=say("Run `labkit logs kube-apiserver`."),
        )


def _is_ready(reader: Reader) -> bool:
    """New credentials are refused until it has read whom to believe now."""
    try:
        return reader.ready()
    except CredentialsRefused:
        return False


def _start_waiting(site: Site, ours: ControlPlane) -> None:
    """The programs that would exit before the API server is ready."""
    running = {state.name for state in site.supervisor.states() if state.running}
    for plan in (*control_plane.plans(ours), plane.kwok(ours)):
        if plan.waits and plan.name not in running:
            site.supervisor.start(site.paths.group, plan.name)


def ensure_nodes(site: Site, nodes: Sequence[NodeRecord]) -> None:
    with site.reader() as reader, site.writer() as writer:
        present = {node["metadata"]["name"] for node in reader.list("Node")}
        absent = [node for node in nodes if node.name not in present]
        with ThreadPoolExecutor(ENOUGH_WRITERS) as pool:
            list(pool.map(lambda node: _create(writer, node), absent))


def _create(writer: Writer, node: NodeRecord) -> None:
    try:
        writer.create(node_object(node, patch_of(node.shape.version)))
    except AlreadyExists:  # made by an `up` that was interrupted
        return


def wait_for_nodes(site: Site, names: Sequence[str]) -> None:
    """Raises NodeNotReady with kwok's last line."""
    wanted = set(names)

    def all_ready(nodes: list[dict[str, object]]) -> bool:
        ready = {str(_name(node)) for node in nodes if node_ready(node)}
        return wanted <= ready

    try:
        with site.reader() as reader:
            wait_for_all(reader, Selection("Node"), all_ready, limit_seconds=NODE_LIMIT_SECONDS)
    except TimedOut as late:
        raise NodeNotReady(
            say("Not all nodes are Ready after {s} s.", s=NODE_LIMIT_SECONDS),
            say("Run `labkit logs kwok`."),
            last_line(site.paths.logs / "kwok.log") or late.last_seen,
        ) from late


def _name_dns(site: Site) -> None:
    """The DNS Service, for whoever asks for its address. Nobody answers there, and it says so."""
    service = load(DNS_SERVICE.read_text(), source=str(DNS_SERVICE))[0]
    service["metadata"]["annotations"] = {STAND_IN: "simulated nodes run no DNS server"}
    with site.writer() as writer:
        writer.apply(service)


def _name(node: dict[str, object]) -> object:
    metadata = node["metadata"]
    return metadata["name"] if isinstance(metadata, dict) else ""
