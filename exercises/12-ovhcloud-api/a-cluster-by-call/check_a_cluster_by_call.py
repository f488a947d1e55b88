"""A cluster and a pool that were ordered by calls, and a page that answers in it."""

from labkit.grading.criteria.delivered_clusters import delivered, greets, pool_delivered
from labkit.grading.criteria.managed import by_its_kubeconfig
from labkit.grading.snapshot import Snapshot
from labkit.grading.verdict import Finding

CLUSTER = "bologna"
POOL = "stand"
HELLO = "hello"


def cluster_ready(snapshot: Snapshot) -> Finding:
    return delivered(snapshot.cloud("/kube/{each}"), CLUSTER, region=snapshot.drawn("region"))


def pool_ready(snapshot: Snapshot) -> Finding:
    ordered = {"flavor": "d2-2", "desiredNodes": 1}
    return pool_delivered(snapshot.cloud("/kube/@bologna/nodepool"), POOL, ordered)


def hello_there(snapshot: Snapshot) -> Finding:
    found = greets(snapshot, CLUSTER, HELLO, snapshot.drawn("greeting"))
    return by_its_kubeconfig(found, CLUSTER)
