"""Creates, changes and deletes pools: what is wanted is on disk before anybody acts on it.

The API's routes, the NodePool objects of a cluster and the autoscaler all come through here.
"""

from typing import Any

from labkit.cloud.answers import gone
from labkit.cloud.cloud import Cloud
from labkit.cloud.kube.catalogue import NODES_PER_POOL, NODES_PER_POOL_APART
from labkit.cloud.kube.models import Cluster
from labkit.cloud.node.models import Node
from labkit.cloud.nodepool import sizing
from labkit.cloud.nodepool.checking import check_bounds, check_creation, check_room, refuser
from labkit.cloud.nodepool.models import (
    EMPTY,
    Autoscaling,
    AutoscalingChange,
    FloatingIps,
    NodePool,
    NodePoolCreation,
    NodePoolUpdate,
)
from labkit.cloud.project import quota
from labkit.cloud.project.flavors import fits_here
from labkit.cluster.flavors import FLAVORS


def pools_of(cloud: Cloud, cluster: Cluster) -> list[NodePool]:
    return cloud.store.all(NodePool, cluster.id)


def nodes_of(cloud: Cloud, pool: NodePool, *, history: bool = False) -> list[Node]:
    """Oldest first; those that are gone only as history."""
    nodes = cloud.store.all(Node, pool.id)
    return [node for node in nodes if history or node.status != "DELETED"]


def create_pool(cloud: Cloud, cluster: Cluster, wanted: NodePoolCreation) -> NodePool:
    """Raises Refused before anything is changed."""
    with cloud.store.changing():
        check_creation(cloud, cluster, wanted, pools_of(cloud, cluster))
        pool = _new_pool(cloud, cluster, wanted)
        check_bounds(cloud, pool)
        cloud.store.put(pool)
        _resize(cloud, cluster, pool, ())
    cloud.wake(cluster.id)
    return pool


def _new_pool(cloud: Cloud, cluster: Cluster, wanted: NodePoolCreation) -> NodePool:
    id_, now = cloud.uuid(), cloud.time.now()
    apart = bool(wanted.anti_affinity)
    low = wanted.min_nodes if wanted.min_nodes is not None else 0
    limit = NODES_PER_POOL_APART if apart else NODES_PER_POOL
    high = wanted.max_nodes if wanted.max_nodes is not None else limit
    desired = wanted.desired_nodes if wanted.desired_nodes is not None else max(1, low)
    return NodePool(
        id=id_,
        parent=cluster.id,
        project=cluster.parent,
        name=wanted.name or f"nodepool-{id_}",
        flavor=wanted.flavor_name,
        autoscale=bool(wanted.autoscale),
        monthly_billed=bool(wanted.monthly_billed),
        anti_affinity=apart,
        desired_nodes=desired,
        min_nodes=low,
        max_nodes=high,
        autoscaling=(wanted.autoscaling or AutoscalingChange()).over(Autoscaling()),
        template=wanted.template or EMPTY,
        availability_zones=wanted.availability_zones or None,
        attach_floating_ips=wanted.attach_floating_ips or FloatingIps(),
        created_at=now,
        updated_at=now,
    )


def update_pool(cloud: Cloud, cluster: Cluster, pool: NodePool, wanted: NodePoolUpdate) -> NodePool:
    """What `wanted` leaves out stays. Raises Refused before anything is changed."""
    with cloud.store.changing():
        pool = _as_it_is(cloud, pool)
        given = {
            key: getattr(wanted, key) for key in CHANGEABLE if getattr(wanted, key) is not None
        }
        if wanted.autoscaling is not None:
            given["autoscaling"] = wanted.autoscaling.over(pool.autoscaling)
        if wanted.template is not None and wanted.template != pool.template:
            given |= {
                "template": wanted.template,
                "template_generation": pool.template_generation + 1,
            }
        if pool.monthly_billed and wanted.monthly_billed is False:
            raise refuser(cloud)("monthlyBilled cannot be turned off")
        changed: NodePool = pool.but(**given, updated_at=cloud.time.now())
        check_bounds(cloud, changed)
        cloud.store.put(changed)
        _resize(cloud, cluster, changed, wanted.nodes_to_remove or ())
    cloud.wake(cluster.id)
    return changed


CHANGEABLE = {
    "desired_nodes", "min_nodes", "max_nodes", "autoscale", "attach_floating_ips", "monthly_billed",
}  # fmt: skip


def _as_it_is(cloud: Cloud, pool: NodePool) -> NodePool:
    """Its keeper may have moved on since it was read."""
    kept = cloud.store.get(NodePool, pool.id)
    if kept is None:
        raise gone("Nodepool", pool.id)
    return kept


def remove_node(cloud: Cloud, cluster: Cluster, pool: NodePool, node: Node) -> None:
    """The pool wants one node less from now on, even if that is below its minimum."""
    with cloud.store.changing():
        pool = _as_it_is(cloud, pool)
        fewer: NodePool = pool.but(
            desired_nodes=max(pool.desired_nodes - 1, 0), updated_at=cloud.time.now()
        )
        cloud.store.put(fewer)
        _resize(cloud, cluster, fewer, (node.id,))
    cloud.wake(cluster.id)


def delete_pool(cloud: Cloud, cluster: Cluster, pool: NodePool) -> None:
    """DELETING at once; the keeper takes the nodes away, then the pool."""
    with cloud.store.changing():
        now = cloud.time.now()
        pool = _as_it_is(cloud, pool)
        cloud.store.put(pool.but(deleting=True, updated_at=now))
        for node in nodes_of(cloud, pool):
            cloud.store.put(node.but(status="DELETING", updated_at=now))
    cloud.wake(cluster.id)


def _resize(cloud: Cloud, cluster: Cluster, pool: NodePool, to_remove: tuple[str, ...]) -> None:
    now = cloud.time.now()
    if pool.deleting:
        return
    plan = sizing.sizing(nodes_of(cloud, pool), pool.desired_nodes, to_remove)
    for node in plan.leaving:
        cloud.store.put(node.but(status="DELETING", updated_at=now))
    there = [node for one in pools_of(cloud, cluster) for node in nodes_of(cloud, one)]
    check_room(cloud, cluster, plan.arriving + sum(1 for node in there if node.wanted))
    taken = {node.name for node in there}
    for _ in range(plan.arriving):
        node = _new_node(cloud, cluster, pool, taken)
        taken.add(node.name)
        cloud.store.put(node)
    quota.admit(cloud, pool.project)


def _new_node(cloud: Cloud, cluster: Cluster, pool: NodePool, taken: set[str]) -> Node:
    now = cloud.time.now()
    name = _node_name(cloud, pool)
    while name in taken:
        name = _node_name(cloud, pool)
    out_of_stock = cloud.fails("stock") is not None or not fits_here(cloud, FLAVORS[pool.flavor])
    words: dict[str, Any] = {"status": "FLAVOR_OUT_OF_STOCK_ERROR"} if out_of_stock else {}
    return Node(
        id=cloud.uuid(),
        parent=pool.id,
        cluster=cluster.id,
        project=pool.project,
        name=name,
        flavor=pool.flavor,
        version=cluster.version,
        created_at=now,
        updated_at=now,
        **words,
    )


def _node_name(cloud: Cloud, pool: NodePool) -> str:
    return f"{pool.name}-node-{cloud.chance.getrandbits(24):06x}"
