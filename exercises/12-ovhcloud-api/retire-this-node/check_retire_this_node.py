"""A pool of three becomes one of two, and it is the failing node that leaves."""

from labkit.grading.criteria.managed import inside
from labkit.grading.criteria.placed_copies import copies_settled
from labkit.grading.criteria.retired_nodes import Retiring, resized, retired
from labkit.grading.snapshot import Snapshot
from labkit.grading.verdict import Finding

CLUSTER = "depot"
POOLS = "/kube/@depot/nodepool"
NODES = "/kube/@depot/node"
WORK = "spread"
SIZE = {"desiredNodes": 2, "minNodes": 1, "maxNodes": 2}


def size_two(snapshot: Snapshot) -> Finding:
    pool, pool_id = snapshot.drawn("pool"), snapshot.drawn("pool_id")
    return resized(snapshot.cloud(POOLS), pool, pool_id, SIZE)


def right_one_left(snapshot: Snapshot) -> Finding:
    order = Retiring(
        name=snapshot.drawn("bad"),
        instance=snapshot.drawn("bad_instance"),
        staying=(snapshot.drawn("other_instance"), snapshot.drawn("newest_instance")),
    )
    members = inside(snapshot, CLUSTER).objects("Node")
    return retired(snapshot.cloud(NODES), members, order, before=size_two(snapshot))


def work_moved(snapshot: Snapshot) -> Finding:
    before = right_one_left(snapshot)
    if not before.holds:
        return before
    return copies_settled(inside(snapshot, CLUSTER), WORK, 3)
