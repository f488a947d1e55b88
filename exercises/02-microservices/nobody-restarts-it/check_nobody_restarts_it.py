"""The pricing Pod gets a keeper: two copies, the old one gone, the same name for callers."""

from labkit.grading.criteria import upkeep
from labkit.grading.snapshot import Snapshot
from labkit.grading.verdict import Finding

PRICING = {"app": "pricing"}
OLD = "pod"
COPIES = 2


def has_a_keeper(snapshot: Snapshot) -> Finding:
    return upkeep.has_keeper(snapshot, PRICING, copies=COPIES, old=OLD)


def old_pod_gone(snapshot: Snapshot) -> Finding:
    keeper = has_a_keeper(snapshot)
    return upkeep.old_pod_gone(snapshot, PRICING, old=OLD, keeper=keeper)


def same_name_serves(snapshot: Snapshot) -> Finding:
    before = old_pod_gone(snapshot)
    return upkeep.same_name_serves(
        snapshot,
        PRICING,
        name="pricing",
        port=80,
        version=snapshot.drawn("tariff"),
        before=before,
    )
