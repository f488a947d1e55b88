"""Whether a cluster may be as it is asked for. Raises Refused; texts are ours where not noted."""

from labkit.cloud.answers import backend_refuses, conflict, no_such_service
from labkit.cloud.cloud import Cloud
from labkit.cloud.kube.catalogue import REGIONS, RUNNABLE, zones
from labkit.cloud.kube.models import Cluster, ClusterCreation
from labkit.cloud.nodepool.models import NodePool
from labkit.cloud.project.models import Project


def check_creation(cloud: Cloud, project: Project, wanted: ClusterCreation) -> None:
    if wanted.region not in REGIONS:
        raise backend_refuses(f"region {wanted.region} does not exist", cloud.uuid())
    if wanted.version is not None:
        check_runnable(cloud, wanted.version)
    if zones(wanted.region) and wanted.plan != "standard":
        raise backend_refuses(f"region {wanted.region} needs plan standard", cloud.uuid())
    check_network(cloud, wanted.private_network_id, wanted.nodes_subnet_id)
    if wanted.load_balancers_subnet_id and not wanted.nodes_subnet_id:
        raise backend_refuses("loadBalancersSubnetId needs nodesSubnetId", cloud.uuid())
    clusters = cloud.store.all(Cluster, project.id)
    if len(clusters) >= project.max_clusters:
        raise backend_refuses(
            f"a project can have {project.max_clusters} clusters at most", cloud.uuid()
        )


def check_runnable(cloud: Cloud, version: str) -> None:
    """The enum names versions for which this lab has no programs."""
    if version not in RUNNABLE:
        known = ", ".join(RUNNABLE)
        raise backend_refuses(f"version {version} is not offered here, use {known}", cloud.uuid())


def check_network(cloud: Cloud, network: str | None, subnet: str | None) -> None:
    """OpenStack's uuid is wanted, not OVHcloud's own id of it (pulumi-ovh #371)."""
    if network and network.startswith("pn-"):
        raise backend_refuses(f"privateNetworkId {network} is not a valid UUID", cloud.uuid())
    if subnet and not network:
        raise backend_refuses("nodesSubnetId needs privateNetworkId", cloud.uuid())


def must_not_leave(cloud: Cloud, cluster: Cluster, pool: NodePool | None = None) -> None:
    """What is being deleted cannot be changed."""
    if cloud.store.get(Project, cluster.parent) is None:
        raise no_such_service()
    if cluster.busy == "DELETING":
        raise conflict(f"Cluster {cluster.id} is being deleted")
    if pool is not None and pool.deleting:
        raise conflict(f"Nodepool {pool.id} is being deleted")


def must_be_ready(cluster: Cluster) -> None:
    if cluster.status != "READY":
        raise conflict(f"Cluster {cluster.id} is not ready: its status is {cluster.status}")
