"""Of two paid addresses the one that leads to nobody is given back, and the other goes on."""

from labkit.grading.criteria.addresses import address_kept, address_released
from labkit.grading.snapshot import Snapshot
from labkit.grading.verdict import Finding


def orphan_released(snapshot: Snapshot) -> Finding:
    return address_released(snapshot, orphan="orphan", useful="useful")


def other_untouched(snapshot: Snapshot) -> Finding:
    before = orphan_released(snapshot)
    return address_kept(snapshot, useful="useful", version="1", before=before)
