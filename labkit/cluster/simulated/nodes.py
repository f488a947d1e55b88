"""Simulated nodes that come and go while the cluster runs."""

from labkit.cluster.engine import NodeShape, NodeStatus
from labkit.cluster.errors import ClusterError, ClusterUnknown
from labkit.cluster.simulated.node_object import node_address
from labkit.cluster.simulated.record import SimulatedRecord, read_record, write_record
from labkit.cluster.simulated.site import Site
from labkit.cluster.simulated.start import check_shapes, ensure_nodes, wait_for_nodes
from labkit.cluster.versions import patch_of
from labkit.foundation.progress import shown
from labkit.foundation.text import say
from labkit.kube.errors import ObjectNotFound
from labkit.kube.nodes import cordon, drain
from labkit.kube.reader import Reader
from labkit.kube.writer import Writer

DRAIN_LIMIT_SECONDS = 60


def add(site: Site, shape: NodeShape) -> NodeStatus:
    """One more node; a node that does not become Ready is taken away again."""
    record = _record(site)
    check_shapes([shape], record.plane.minor, len(record.nodes))
    if shape.name and record.node(shape.name):
        raise ClusterError(
            say("Node {name} is there already.", name=shape.name), say("Choose another name.")
        )
    grown = record.with_nodes([shape])
    node = grown.nodes[-1]
    write_record(site.paths.record, grown)
    try:
        with shown(site.progress, say("Add node {name}", name=node.name)):
            ensure_nodes(site, [node])
            wait_for_nodes(site, [node.name])
    except BaseException:  # Ctrl-C too
        write_record(site.paths.record, record)
        raise
    return NodeStatus(
        node.name,
        ready=True,
        flavor=shape.flavor,
        pool=shape.pool,
        address=node_address(node.index),
        schedulable=not shape.cordoned,
        version=f"{patch_of(node.shape.version)}+kwok",
    )


def remove(site: Site, name: str) -> None:
    """Cordon, drain, delete. Raises ClusterError naming the nodes there are."""
    record = _record(site)
    if record.node(name) is None:
        known = ", ".join(node.name for node in record.nodes)
        raise ClusterError(
            say("There is no node {name!r}.", name=name),
            say("Choose one of: {known}.", known=known),
        )
    with site.reader() as reader, site.writer() as writer:
        with shown(site.progress, say("Drain node {name}", name=name)):
            _drain(reader, writer, name)
        with shown(site.progress, say("Remove node {name}", name=name)):
            writer.delete("Node", name)
            _delete_left(reader, writer, name)
    write_record(site.paths.record, record.without_node(name))


def _drain(reader: Reader, writer: Writer, name: str) -> None:
    try:
        cordon(writer, name)
    except ObjectNotFound:  # somebody deleted the Node object already
        return
    drain(writer, reader, name, limit_seconds=DRAIN_LIMIT_SECONDS)


def _delete_left(reader: Reader, writer: Writer, node: str) -> None:
    """DaemonSets' Pods: nobody plays a Node that is gone, so nobody would end them."""
    for pod in reader.list("Pod", fields=f"spec.nodeName={node}"):
        metadata = pod["metadata"]
        writer.delete("Pod", metadata["name"], metadata["namespace"], grace_seconds=0)


def _record(site: Site) -> SimulatedRecord:
    record = read_record(site.paths.record)
    if record is None:
        raise ClusterUnknown(site.name)
    return record
