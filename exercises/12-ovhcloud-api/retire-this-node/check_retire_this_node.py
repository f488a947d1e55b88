"""A pool of three becomes one of two, and it is the failing node that leaves."""

from labkit.foundation.text import say
from labkit.grading.criteria.managed import by_its_kubeconfig, inside
from labkit.grading.criteria.placed_copies import copies_settled
from labkit.grading.criteria.retired_nodes import Retiring, not_before, resized, retired
from labkit.grading.snapshot import Snapshot
from labkit.grading.verdict import Finding

CLUSTER = "depot"
POOLS = "/kube/@depot/nodepool"
NODES = "/kube/@depot/node"
WORK = "spread"
START = {"desiredNodes": 3, "minNodes": 3, "maxNodes": 3}
SIZE = {"desiredNodes": 2, "minNodes": 1, "maxNodes": 2}


def size_two(snapshot: Snapshot) -> Finding:
    pool, pool_id = snapshot.drawn("pool"), snapshot.drawn("pool_id")
    return resized(snapshot.cloud(POOLS), pool, pool_id, SIZE, start=START)


def right_one_left(snapshot: Snapshot) -> Finding:
    order = Retiring(
        name=snapshot.drawn("bad"),
        instance=snapshot.drawn("bad_instance"),
        staying=(snapshot.drawn("other_instance"), snapshot.drawn("newest_instance")),
    )
    members = inside(snapshot, CLUSTER).objects("Node")
    left = retired(snapshot.cloud(NODES), members, order, before=size_two(snapshot))
    return by_its_kubeconfig(left, CLUSTER)


def work_moved(snapshot: Snapshot) -> Finding:
    if not right_one_left(snapshot).holds:
        return not_before(say("The failing node leaves first; that criterion says how."))
    return by_its_kubeconfig(copies_settled(inside(snapshot, CLUSTER), WORK, 3), CLUSTER)
