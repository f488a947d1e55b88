"""What the API shows when a cluster does not become what is wanted: ERROR, with the reason kept."""

from labkit.cloud.cloud import Cloud
from labkit.cloud.kube.models import Cluster
from labkit.cloud.nodepool.changing import nodes_of, pools_of


def give_up(cloud: Cloud, cluster_id: str, why: str) -> None:
    """That of the nodes that were to come, or of a cluster that has none coming.

    Nodes in ERROR are left alone until somebody removes them; a cluster is tried again.
    """
    with cloud.store.changing():
        cluster = cloud.store.get(Cluster, cluster_id)
        if cluster is None or cluster.busy == "DELETING":
            return
        now = cloud.time.now()
        arriving = [
            node
            for pool in pools_of(cloud, cluster)
            for node in nodes_of(cloud, pool)
            if node.status == "INSTALLING" and node.instance_id
        ]
        if arriving and cluster.applied:
            for node in arriving:
                cloud.store.put(node.but(status="ERROR", updated_at=now))
        else:
            cloud.store.put(cluster.but(trouble=why, updated_at=now))
