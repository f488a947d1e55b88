"""A pool that may grow grows because Pods find no place, and for no other reason."""

from labkit.grading.criteria.autoscaled_pools import Bounds
from labkit.grading.criteria.autoscaled_pools import bounds_set as within
from labkit.grading.criteria.autoscaled_pools import grown_by_need as grown
from labkit.grading.criteria.managed import by_its_kubeconfig, inside
from labkit.grading.criteria.placed_copies import asks_exactly, copies_settled, spread_copies
from labkit.grading.snapshot import Snapshot
from labkit.grading.verdict import Finding

CLUSTER = "rush"
POOLS = "/kube/@rush/nodepool"
WORKERS = "primes"


def bounds_set(snapshot: Snapshot) -> Finding:
    found = within(snapshot.cloud(POOLS), snapshot.drawn("pool"), Bounds(1, 3))
    return by_its_kubeconfig(found, CLUSTER)


def all_working(snapshot: Snapshot) -> Finding:
    view = inside(snapshot, CLUSTER)
    running = asks_exactly(view, WORKERS, 150) or copies_settled(
        view, WORKERS, int(snapshot.drawn("workers")), at_start=3
    )
    return by_its_kubeconfig(spread_copies(view, WORKERS, 2, before=running), CLUSTER)


def grown_by_need(snapshot: Snapshot) -> Finding:
    view = inside(snapshot, CLUSTER)
    found = grown(view, snapshot.drawn("pool"), WORKERS, before=bounds_set(snapshot))
    return by_its_kubeconfig(found, CLUSTER)
