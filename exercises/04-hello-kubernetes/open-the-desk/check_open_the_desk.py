"""The city desk: enough copies, an address outside, and the city's name for every visitor."""

from labkit.grading.criteria.pages import shows_version_outside
from labkit.grading.criteria.services import has_outside_address
from labkit.grading.criteria.workloads import deployment_settled
from labkit.grading.snapshot import Snapshot
from labkit.grading.verdict import Finding

DESK = {"app": "desk"}
COPIES = 2


def desk_settled(snapshot: Snapshot) -> Finding:
    return deployment_settled(snapshot, DESK, at_least=COPIES)


def outside_address(snapshot: Snapshot) -> Finding:
    return has_outside_address(snapshot, DESK)


def answers_outside(snapshot: Snapshot) -> Finding:
    city = snapshot.drawn("city")
    return shows_version_outside(snapshot, DESK, port=80, version=city, at_least=COPIES)
