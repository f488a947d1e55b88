"""`…/kube/{kubeId}/node`."""

from labkit.cloud.calls import Call, Operation
from labkit.cloud.kube.checking import must_not_leave
from labkit.cloud.node.models import ShownNode, shown
from labkit.cloud.nodepool import changing
from labkit.cloud.project.finding import cluster_of, node_of

PATH = "/cloud/project/{serviceName}/kube/{kubeId}/node"


def list_nodes(call: Call) -> list[ShownNode]:
    cluster = cluster_of(call)
    history = call.wants("history")
    return [
        shown(node, cluster.version)
        for pool in changing.pools_of(call.cloud, cluster)
        for node in changing.nodes_of(call.cloud, pool, history=history)
    ]


def get(call: Call) -> ShownNode:
    cluster, _, node = node_of(call)
    return shown(node, cluster.version)


def delete(call: Call) -> None:
    """One node leaves, and its pool wants one less. Asked again, nothing more happens."""
    cluster, pool, node = node_of(call)
    must_not_leave(call.cloud, cluster, pool)
    if node.wanted:
        changing.remove_node(call.cloud, cluster, pool, node)


OPERATIONS = (
    Operation("GET", PATH, list_nodes),
    Operation("GET", PATH + "/{nodeId}", get),
    Operation("DELETE", PATH + "/{nodeId}", delete),
)
