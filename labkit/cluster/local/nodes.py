"""Nodes that come and go while the cluster runs."""

from labkit.cluster.engine import NodeShape, NodeStatus
from labkit.cluster.errors import ClusterError
from labkit.cluster.local import start, stop
from labkit.cluster.local.inotify import OF_A_NODE, check_room
from labkit.cluster.local.network import NODE_LIMIT
from labkit.cluster.local.node import process_group
from labkit.cluster.local.record import write_record
from labkit.cluster.local.start import Start, with_shapes
from labkit.cluster.names import checked_node_name
from labkit.cluster.supervising import ensure_groups, start_waiting
from labkit.cluster.versions import check_node, patch_of
from labkit.foundation.files import locked
from labkit.foundation.progress import shown
from labkit.foundation.text import say
from labkit.kube.errors import ObjectNotFound
from labkit.kube.kubeconfig import read_access
from labkit.kube.nodes import cordon, drain
from labkit.kube.reader import Reader
from labkit.kube.writer import Writer

DRAIN_LIMIT_SECONDS = 60


def add(begun: Start, shape: NodeShape) -> NodeStatus:
    """One more node; returns when it is Ready. A node that cannot start is taken away again."""
    site = begun.site
    _check_new(begun, shape)
    grown = with_shapes(begun, [shape])
    record = grown.record.nodes[-1]
    write_record(site.paths.record, grown.record)
    try:
        with shown(site.progress, say("Add node {name}", name=record.name)):
            _start_node(grown, record.name)
    except BaseException:  # Ctrl-C too, and whoever asked and left
        stop.remove_node(site, grown.record, record.name)
        raise
    node = next(node for node in grown.nodes() if node.name == record.name)
    return NodeStatus(
        node.name,
        True,
        shape.flavor,
        shape.pool,
        node.address,
        schedulable=not shape.cordoned,
        version=patch_of(node.shape.version),
    )


def _check_new(begun: Start, shape: NodeShape) -> None:
    start.check_shapes([shape], begun.host)
    check_node(shape.version, begun.record.plane.minor)
    check_room(OF_A_NODE)
    if shape.name and begun.record.node(checked_node_name(shape.name)):
        raise ClusterError(
            say("Node {name} is there already.", name=shape.name), say("Choose another name.")
        )
    if len(begun.record.nodes) >= NODE_LIMIT:
        raise ClusterError(
            say("This cluster has {count} nodes, the most it can.", count=NODE_LIMIT),
            say("Remove one with `labkit node remove`."),
        )


def _start_node(grown: Start, name: str) -> None:
    site = grown.site
    node = next(node for node in grown.nodes() if node.name == name)
    start.lay_network(grown)
    start.prepare_nodes(grown, [node])
    group = process_group(node)
    with locked(site.machine.lock, holder="start a node"):
        ensure_groups(site.supervisor, [group], site.clock)
    start.start_node(grown, node)
    start_waiting(site.supervisor, group, {"kube-proxy"})
    start.wait_for_nodes(grown, [name])


def remove(begun: Start, name: str) -> None:
    """Cordon, drain, then take everything of the node away. Raises ClusterError if unknown."""
    site = begun.site
    if begun.record.node(name) is None:
        known = ", ".join(node.name for node in begun.record.nodes)
        raise ClusterError(
            say("There is no node {name!r}.", name=name),
            say("Choose one of: {known}.", known=known),
        )
    access = read_access(site.paths.own_kubeconfig)
    with Reader(access) as reader, Writer(access) as writer:
        with shown(site.progress, say("Drain node {name}", name=name)):
            _drain(reader, writer, name)
        with shown(site.progress, say("Remove node {name}", name=name)):
            stop.remove_node(site, begun.record, name)
            writer.delete("Node", name, missing_ok=True)


def _drain(reader: Reader, writer: Writer, name: str) -> None:
    try:
        cordon(writer, name)
    except ObjectNotFound:  # somebody deleted the Node object; its processes still go
        return
    drain(writer, reader, name, limit_seconds=DRAIN_LIMIT_SECONDS)
