"""Pods that nobody would bring back: marked, they alone, and found out by looking."""

from labkit.grading.criteria.keepers import (
    still_the_same,
    with_keeper_unmarked,
    without_keeper_marked,
)
from labkit.grading.snapshot import Snapshot
from labkit.grading.verdict import Finding

FATE = ("fate", "gone")
ALONE = ("helper", "ticket")
SEVEN = (*ALONE, "stage", "kiosk", "archive_0", "archive_1", "stocktaking")


def gone_marked(snapshot: Snapshot) -> Finding:
    return without_keeper_marked(snapshot, FATE, at_least=len(ALONE))


def others_clean(snapshot: Snapshot) -> Finding:
    return with_keeper_unmarked(snapshot, FATE)


def nothing_deleted(snapshot: Snapshot) -> Finding:
    return still_the_same(snapshot, SEVEN, FATE)
