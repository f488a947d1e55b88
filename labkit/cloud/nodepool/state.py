"""What a pool's nodes make of it: its status, its counters. Pure."""

from collections.abc import Sequence

from labkit.cloud.node.models import Node
from labkit.cloud.nodepool.models import NodePool, PoolStatus, ShownPool, SizeStatus


def status(pool: NodePool, nodes: Sequence[Node]) -> PoolStatus:
    """The worst that is true of its nodes: quota before stock, errors before work in progress."""
    found = {node.status for node in nodes}
    if pool.deleting:
        return "DELETING"
    if "USER_QUOTA_ERROR" in found:
        return "USER_QUOTA_ERROR"
    if found & {"ERROR", "FLAVOR_OUT_OF_STOCK_ERROR"}:
        return "ERROR"
    if not pool.installed:
        return "INSTALLING"
    if "UPDATING" in found:
        return "UPDATING"
    if "DELETING" in found:
        return "DOWNSCALING"
    return "UPSCALING" if "INSTALLING" in found else "READY"


def is_installed(nodes: Sequence[Node]) -> bool:
    return all(node.status == "READY" for node in nodes if node.wanted)


def current(nodes: Sequence[Node]) -> int:
    """Nodes that have a machine."""
    return sum(1 for node in nodes if node.instance_id and node.status != "DELETED")


def size_status(pool: NodePool, nodes: Sequence[Node]) -> SizeStatus:
    present = current(nodes)
    if present < pool.desired_nodes:
        return "UNDER_CAPACITY"
    return "OVER_CAPACITY" if present > pool.desired_nodes else "CAPACITY_OK"


def shown(pool: NodePool, nodes: Sequence[Node], cluster_version: str) -> ShownPool:
    ready = [node for node in nodes if node.status == "READY"]
    return ShownPool(
        id=pool.id,
        project_id=pool.project,
        name=pool.name,
        flavor=pool.flavor,
        status=status(pool, nodes),
        size_status=size_status(pool, nodes),
        autoscale=pool.autoscale,
        monthly_billed=pool.monthly_billed,
        anti_affinity=pool.anti_affinity,
        desired_nodes=pool.desired_nodes,
        min_nodes=pool.min_nodes,
        max_nodes=pool.max_nodes,
        current_nodes=current(nodes),
        available_nodes=len(ready),
        up_to_date_nodes=sum(1 for node in ready if node.version == cluster_version),
        created_at=pool.created_at,
        updated_at=pool.updated_at,
        autoscaling=pool.autoscaling,
        template=pool.template,
        availability_zones=pool.availability_zones,
        attach_floating_ips=pool.attach_floating_ips,
    )
