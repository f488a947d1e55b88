"""`…/kube` and `…/kube/{kubeId}`: clusters as a whole."""

from labkit.cloud.answers import backend_refuses
from labkit.cloud.calls import Call, Operation, Reality
from labkit.cloud.kube import changing
from labkit.cloud.kube.catalogue import complete
from labkit.cloud.kube.checking import check_network, check_runnable
from labkit.cloud.kube.models import (
    Cluster,
    ClusterCreation,
    ClusterReset,
    ClusterUpdate,
    Restart,
    ShownCluster,
    UpdatePolicyUpdate,
    VersionUpdate,
)
from labkit.cloud.kube.state import shown
from labkit.cloud.nodepool.changing import delete_pool, pools_of
from labkit.cloud.project.finding import cluster_of, project_of

PROJECT = "/cloud/project/{serviceName}/kube"
PATH = PROJECT + "/{kubeId}"


def list_clusters(call: Call) -> list[str]:
    return [cluster.id for cluster in call.cloud.store.all(Cluster, project_of(call).id)]


def create(call: Call) -> ShownCluster:
    project = project_of(call)
    cluster = changing.create_cluster(call.cloud, project, call.read(ClusterCreation))
    return _shown(call, cluster)


def get(call: Call) -> ShownCluster:
    return _shown(call, cluster_of(call))


def update(call: Call) -> None:
    cluster, wanted = cluster_of(call), call.read(ClusterUpdate)
    changes = wanted.model_dump(exclude_none=True)
    if changes:
        changing.change_cluster(call.cloud, cluster, **changes)


def delete(call: Call) -> None:
    changing.delete_cluster(call.cloud, cluster_of(call))


def update_policy(call: Call) -> None:
    cluster, wanted = cluster_of(call), call.read(UpdatePolicyUpdate)
    changing.change_cluster(call.cloud, cluster, update_policy=wanted.update_policy)


def update_version(call: Call) -> None:
    """One minor at a time, and never back."""
    cluster, wanted = cluster_of(call), call.read(VersionUpdate)
    if cluster.update_policy == "NEVER_UPDATE":
        raise backend_refuses(
            "the update policy of this cluster is NEVER_UPDATE", call.cloud.uuid()
        )
    version = cluster.version
    if wanted.strategy == "NEXT_MINOR":
        found = changing.next_version(cluster.version)
        if found is None:
            raise backend_refuses(f"there is no version after {cluster.version}", call.cloud.uuid())
        version = found
    changing.change_cluster(call.cloud, cluster, busy="UPDATING", version=version)


def restart(call: Call) -> None:
    cluster = cluster_of(call)
    call.read(Restart)
    changing.change_cluster(call.cloud, cluster, busy="REDEPLOYING")


def reset(call: Call) -> None:
    """Everything in the cluster goes; its id and address stay."""
    cloud, cluster, wanted = call.cloud, cluster_of(call), call.read(ClusterReset)
    changes = wanted.model_dump(exclude_none=True, exclude={"worker_nodes_policy", "version"})
    changes |= {key: getattr(wanted, key) for key in changes}
    check_network(cloud, wanted.private_network_id, wanted.nodes_subnet_id)
    if wanted.version is not None:
        check_runnable(cloud, wanted.version)
        changes["version"] = complete(wanted.version)
    with cloud.store.changing():
        changing.change_cluster(
            cloud, cluster, busy="RESETTING", resets=cluster.resets + 1, **changes
        )
        for pool in pools_of(cloud, cluster) if wanted.worker_nodes_policy == "delete" else ():
            delete_pool(cloud, cluster, pool)


def _shown(call: Call, cluster: Cluster) -> ShownCluster:
    return shown(cluster, changing.cluster_nodes(call.cloud, cluster))


OPERATIONS = (
    Operation("GET", PROJECT, list_clusters),
    Operation("POST", PROJECT, create, status=201),
    Operation("GET", PATH, get),
    Operation("PUT", PATH, update),
    Operation("DELETE", PATH, delete),
    Operation("PUT", PATH + "/updatePolicy", update_policy),
    Operation("POST", PATH + "/update", update_version),
    Operation("POST", PATH + "/restart", restart, Reality.SHAPE, why="no component is restarted"),
    Operation("POST", PATH + "/reset", reset),
)
