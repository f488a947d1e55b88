"""Whether a pool may be as it is asked for. Raises Refused; the texts are not recorded."""

import re
from collections.abc import Callable

from labkit.cloud.answers import Refused, backend_refuses, bad_request
from labkit.cloud.cloud import Cloud
from labkit.cloud.kube.catalogue import (
    NODES_PER_CLUSTER,
    NODES_PER_POOL,
    NODES_PER_POOL_APART,
    offered,
    zones,
)
from labkit.cloud.kube.models import Cluster
from labkit.cloud.nodepool.models import NodePool, NodePoolCreation

Refuse = Callable[[str], Refused]

NAME = re.compile(r"[a-z0-9]([-a-z0-9]{0,49}[a-z0-9])?")
"""With `-node-` and six digits it must still be a label of DNS."""


def refuser(cloud: Cloud) -> Refuse:
    return lambda text: backend_refuses(text, cloud.uuid())


def check_creation(
    cloud: Cloud, cluster: Cluster, wanted: NodePoolCreation, others: list[NodePool]
) -> None:
    refuse = refuser(cloud)
    if wanted.name is not None:
        _check_name(refuse, wanted.name)
        if any(pool.name == wanted.name for pool in others):
            raise refuse(f"a nodepool named {wanted.name} already exists")
    if offered(wanted.flavor_name) is None:
        raise refuse(f"flavor {wanted.flavor_name} does not exist in region {cluster.region}")
    _check_zones(refuse, cluster, wanted.availability_zones or ())


def _check_name(refuse: Refuse, name: str) -> None:
    """`_` and `.` were the reason of "gzip: invalid header" in older clients."""
    if not NAME.fullmatch(name):
        raise refuse(f"nodepool name {name} is invalid: use a-z, 0-9 and -, at most 51")


def _check_zones(refuse: Refuse, cluster: Cluster, wanted: tuple[str, ...]) -> None:
    there = zones(cluster.region)
    if there and not wanted:
        raise bad_request("availabilityZones is mandatory")  # ovhcloud-cli #119
    if wanted and (len(wanted) > 1 or wanted[0] not in there):
        known = ", ".join(there) or "none"
        raise refuse(f"availabilityZones must hold one zone of {cluster.region} ({known})")


def check_bounds(cloud: Cloud, pool: NodePool) -> None:
    """At every moment: min ≤ desired ≤ max, and max within the limit."""
    refuse = refuser(cloud)
    limit = NODES_PER_POOL_APART if pool.anti_affinity else NODES_PER_POOL
    low, desired, high = pool.min_nodes, pool.desired_nodes, pool.max_nodes
    if low < 0 or high > limit:
        raise refuse(f"minNodes ({low}) and maxNodes ({high}) must be between 0 and {limit}")
    if not low <= desired <= high:
        raise refuse(
            f"desiredNodes ({desired}) must be between minNodes ({low}) and maxNodes ({high})"
        )


def check_room(cloud: Cloud, cluster: Cluster, nodes: int) -> None:
    limit = NODES_PER_CLUSTER[cluster.plan]
    if nodes > limit:
        raise refuser(cloud)(f"a cluster with plan {cluster.plan} can have {limit} nodes at most")
