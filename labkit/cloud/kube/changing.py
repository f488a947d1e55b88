"""Creates, changes and deletes clusters: what is wanted is on disk before anybody acts on it."""

from typing import Any

from labkit.cloud.answers import gone
from labkit.cloud.cloud import Cloud
from labkit.cloud.kube.catalogue import NEWEST, complete, upgrades
from labkit.cloud.kube.checking import check_creation, must_not_leave
from labkit.cloud.kube.models import Cluster, ClusterCreation, ClusterStatus
from labkit.cloud.node.models import Node
from labkit.cloud.nodepool.changing import create_pool, delete_pool, nodes_of, pools_of
from labkit.cloud.project.models import Project

HOST_LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789"


def create_cluster(cloud: Cloud, project: Project, wanted: ClusterCreation) -> Cluster:
    """Raises Refused before anything is changed, the pools in the body included."""
    with cloud.store.changing():
        check_creation(cloud, project, wanted)
        cluster = _new_cluster(cloud, project, wanted)
        cloud.store.put(cluster)
        pools = [*(wanted.nodepools or ()), *([wanted.nodepool] if wanted.nodepool else [])]
        for pool in pools:
            create_pool(cloud, cluster, pool)
    cloud.wake(cluster.id)
    return cluster


def _new_cluster(cloud: Cloud, project: Project, wanted: ClusterCreation) -> Cluster:
    id_, now = cloud.uuid(), cloud.time.now()
    host = "".join(cloud.chance.choice(HOST_LETTERS) for _ in range(6))
    given = {key: value for key in COPIED if (value := getattr(wanted, key)) is not None}
    return Cluster(
        id=id_,
        parent=project.id,
        name=wanted.name or id_,
        region=wanted.region,
        version=complete(wanted.version or NEWEST),
        hostname=f"{host}.c1.{wanted.region.lower()}.k8s.ovh.net",
        engine_name=f"cloud-{id_[:8]}",
        created_at=now,
        updated_at=now,
        **given,
    )


COPIED = (
    "kube_proxy_mode", "plan", "update_policy", "customization", "ip_allocation_policy",
    "private_network_id", "nodes_subnet_id", "load_balancers_subnet_id",
    "private_network_configuration",
)  # fmt: skip


def change_cluster(
    cloud: Cloud, cluster: Cluster, *, busy: ClusterStatus | None = None, **changes: Any
) -> Cluster:
    """With `busy` the keeper has something to do, and that is the status until it is done."""
    with cloud.store.changing():
        cluster = _as_it_is(cloud, cluster)
        must_not_leave(cloud, cluster)
        work = {"busy": busy, "generation": cluster.generation + 1} if busy else {}
        changed: Cluster = cluster.but(**changes, **work, updated_at=cloud.time.now())
        cloud.store.put(changed)
    if busy:
        cloud.wake(cluster.id)
    return changed


def _as_it_is(cloud: Cloud, cluster: Cluster) -> Cluster:
    """Its keeper may have moved on since it was read."""
    kept = cloud.store.get(Cluster, cluster.id)
    if kept is None:
        raise gone("Cluster", cluster.id)
    return kept


def delete_cluster(cloud: Cloud, cluster: Cluster) -> None:
    """DELETING before the answer leaves; its pools go with it."""
    with cloud.store.changing():
        cluster = _as_it_is(cloud, cluster)
        cloud.store.put(cluster.but(busy="DELETING", updated_at=cloud.time.now()))
        for pool in pools_of(cloud, cluster):
            delete_pool(cloud, cluster, pool)
    cloud.wake(cluster.id)


def next_version(version: str) -> str | None:
    """Complete; None when there is no later minor."""
    later = upgrades(version)
    return complete(later[0]) if later else None


def cluster_nodes(cloud: Cloud, cluster: Cluster) -> list[Node]:
    return [node for pool in pools_of(cloud, cluster) for node in nodes_of(cloud, pool)]
