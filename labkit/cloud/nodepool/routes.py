"""`…/kube/{kubeId}/nodepool`."""

from labkit.cloud.calls import Call, Operation
from labkit.cloud.kube.checking import must_not_leave
from labkit.cloud.node.models import ShownNode
from labkit.cloud.node.models import shown as shown_node
from labkit.cloud.nodepool import changing
from labkit.cloud.nodepool.models import NodePoolCreation, NodePoolUpdate, ShownPool
from labkit.cloud.nodepool.state import shown
from labkit.cloud.project.finding import cluster_of, pool_of

PATH = "/cloud/project/{serviceName}/kube/{kubeId}/nodepool"


def list_pools(call: Call) -> list[ShownPool]:
    cluster = cluster_of(call)
    return [
        shown(pool, changing.nodes_of(call.cloud, pool), cluster.version)
        for pool in changing.pools_of(call.cloud, cluster)
    ]


def create(call: Call) -> ShownPool:
    cluster = cluster_of(call)
    must_not_leave(call.cloud, cluster)
    pool = changing.create_pool(call.cloud, cluster, call.read(NodePoolCreation))
    return shown(pool, changing.nodes_of(call.cloud, pool), cluster.version)


def get(call: Call) -> ShownPool:
    cluster, pool = pool_of(call)
    return shown(pool, changing.nodes_of(call.cloud, pool), cluster.version)


def update(call: Call) -> None:
    cluster, pool = pool_of(call)
    must_not_leave(call.cloud, cluster, pool)
    changing.update_pool(call.cloud, cluster, pool, call.read(NodePoolUpdate))


def delete(call: Call) -> None:
    cluster, pool = pool_of(call)
    changing.delete_pool(call.cloud, cluster, pool)


def list_nodes(call: Call) -> list[ShownNode]:
    cluster, pool = pool_of(call)
    nodes = changing.nodes_of(call.cloud, pool, history=call.wants("history"))
    return [shown_node(node, cluster.version) for node in nodes]


OPERATIONS = (
    Operation("GET", PATH, list_pools),
    Operation("POST", PATH, create, status=201),
    Operation("GET", PATH + "/{nodePoolId}", get),
    Operation("PUT", PATH + "/{nodePoolId}", update),
    Operation("DELETE", PATH + "/{nodePoolId}", delete),
    Operation("GET", PATH + "/{nodePoolId}/nodes", list_nodes),
)
