"""From the names in a path to the project, cluster, pool and node that they mean.

Raises Refused with a 404; the texts for what belongs to a cluster are not recorded.
"""

from labkit.cloud.answers import gone, no_such_service
from labkit.cloud.calls import Call
from labkit.cloud.kube.models import Cluster
from labkit.cloud.node.models import Node
from labkit.cloud.nodepool.models import NodePool
from labkit.cloud.project.models import Project


def project_of(call: Call) -> Project:
    project = call.cloud.store.get(Project, call.path["serviceName"])
    if project is None:
        raise no_such_service()
    return project


def cluster_of(call: Call) -> Cluster:
    project = project_of(call)
    cluster = call.cloud.store.get(Cluster, call.path["kubeId"])
    if cluster is None or cluster.parent != project.id or call.cloud.fails("not-found"):
        raise gone("Cluster", call.path["kubeId"])
    return cluster


def pool_of(call: Call) -> tuple[Cluster, NodePool]:
    cluster = cluster_of(call)
    pool = call.cloud.store.get(NodePool, call.path["nodePoolId"])
    if pool is None or pool.parent != cluster.id:
        raise gone("Nodepool", call.path["nodePoolId"])
    return cluster, pool


def node_of(call: Call) -> tuple[Cluster, NodePool, Node]:
    cluster = cluster_of(call)
    node = call.cloud.store.get(Node, call.path["nodeId"])
    pool = call.cloud.store.get(NodePool, node.parent) if node else None
    if node is None or pool is None or pool.parent != cluster.id or node.status == "DELETED":
        raise gone("Node", call.path["nodeId"])
    return cluster, pool, node
