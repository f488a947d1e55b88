"""A pool that comes down by itself, once nothing refuses to move from the node that leaves."""

from labkit.grading.criteria.autoscaled_pools import Bounds, bounds_set, shrunk_to
from labkit.grading.criteria.cloud_clusters import called
from labkit.grading.criteria.managed import by_its_kubeconfig, inside
from labkit.grading.criteria.placed_copies import copies_settled, still_runs
from labkit.grading.snapshot import Snapshot
from labkit.grading.verdict import Finding

CLUSTER = "after-rush"
POOLS = "/kube/@after-rush/nodepool"


def workers_down(snapshot: Snapshot) -> Finding:
    found = copies_settled(inside(snapshot, CLUSTER), "primes", 3, at_start=12)
    return by_its_kubeconfig(found, CLUSTER)


def pool_at_one(snapshot: Snapshot) -> Finding:
    pools, name = snapshot.cloud(POOLS), snapshot.drawn("pool")
    found = next(iter(called(pools, name)), None)
    before = [workers_down(snapshot), bounds_set(pools, name, Bounds(1, 3))]
    shrunk = shrunk_to(inside(snapshot, CLUSTER), found, 1, before=before)
    return by_its_kubeconfig(shrunk, CLUSTER)


def keeper_lives(snapshot: Snapshot) -> Finding:
    view = inside(snapshot, CLUSTER)
    kept = still_runs(view, "archive-keeper", note="keeper", before=pool_at_one(snapshot))
    return by_its_kubeconfig(kept, CLUSTER)
