"""A pool follows what Pods ask for: what they use, it does not see."""

from labkit.grading.criteria.autoscaled_pools import Bounds, bounds_set, grown_by_need
from labkit.grading.criteria.managed import by_its_kubeconfig, inside
from labkit.grading.criteria.measured import says_mean_use
from labkit.grading.criteria.placed_copies import asks_between, spread_copies
from labkit.grading.snapshot import Snapshot
from labkit.grading.verdict import Finding

CLUSTER = "glow"
POOLS = "/kube/@glow/nodepool"
GRINDER = "grinder"


def measured(snapshot: Snapshot) -> Finding:
    view = inside(snapshot, CLUSTER)
    found = says_mean_use(view, "millicores", labels={"app": GRINDER}, within_percent=35)
    return by_its_kubeconfig(found, CLUSTER)


def asks_honestly(snapshot: Snapshot) -> Finding:
    view = inside(snapshot, CLUSTER)
    found = asks_between(view, GRINDER, copies=10, lowest=95, highest=170)
    return by_its_kubeconfig(found, CLUSTER)


def pool_followed(snapshot: Snapshot) -> Finding:
    view, pool = inside(snapshot, CLUSTER), snapshot.drawn("pool")
    asks = asks_honestly(snapshot)
    bounds = bounds_set(snapshot.cloud(POOLS), pool, Bounds(1, 3))
    grown = grown_by_need(view, pool, GRINDER, before=asks if not asks.holds else bounds)
    return by_its_kubeconfig(spread_copies(view, GRINDER, 2, before=grown), CLUSTER)
