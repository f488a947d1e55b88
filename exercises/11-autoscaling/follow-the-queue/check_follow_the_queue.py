"""The number of Pods follows their CPU, by an autoscaler that has something to go by."""

from labkit.grading.criteria.pod_autoscalers import Wish, follows, reads, rose
from labkit.grading.snapshot import Snapshot
from labkit.grading.verdict import Finding

WISH = Wish("counter", lowest=2, highest=6, percent=50)


def autoscaler_made(snapshot: Snapshot) -> Finding:
    return follows(snapshot, WISH)


def has_readings(snapshot: Snapshot) -> Finding:
    return reads(snapshot, WISH)


def went_up(snapshot: Snapshot) -> Finding:
    return rose(snapshot, WISH)
