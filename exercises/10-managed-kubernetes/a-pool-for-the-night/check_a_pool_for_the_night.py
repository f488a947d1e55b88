"""A pool of its own for jobs: ordered right, marked by its template, used by those alone."""

from labkit.grading.criteria.cloud_pools import Pool, marked_by_template, ordered, used_by
from labkit.grading.criteria.managed import by_its_kubeconfig
from labkit.grading.snapshot import Snapshot
from labkit.grading.verdict import Finding

NIGHT = Pool("tram", "night", label=("shift", "night"))
ORDERED = {"flavor": "c2-7", "desiredNodes": 1, "maxNodes": 2}


def pool_night(snapshot: Snapshot) -> Finding:
    return by_its_kubeconfig(ordered(snapshot, NIGHT, ORDERED), NIGHT.cluster)


def label_and_taint(snapshot: Snapshot) -> Finding:
    return marked_by_template(snapshot, NIGHT)


def closing_at_night(snapshot: Snapshot) -> Finding:
    found = used_by(snapshot, NIGHT, job="closing", never="shop")
    return by_its_kubeconfig(found, NIGHT.cluster)
