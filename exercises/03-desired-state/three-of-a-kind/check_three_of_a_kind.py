"""The kiosk: three Pods as written down, and one that the cluster made in another's place."""

from labkit.grading.criteria import replacements
from labkit.grading.criteria.requests import pods_ask_for
from labkit.grading.criteria.rollouts import deployment_for, other_version, trouble
from labkit.grading.criteria.workloads import deployment_settled, exactly
from labkit.grading.snapshot import Snapshot
from labkit.grading.verdict import Finding

KIOSK = {"app": "kiosk"}
COPIES = 3


def kiosk_settled(snapshot: Snapshot) -> Finding:
    found = deployment_settled(snapshot, KIOSK, at_least=COPIES)
    deployment = deployment_for(snapshot, KIOSK, "kiosk")
    if trouble(found) or deployment is None:
        return found
    other = other_version(deployment, snapshot.drawn("version"), met="")
    return other or exactly(deployment, COPIES) or found


def asks_for_cpu(snapshot: Snapshot) -> Finding:
    return pods_ask_for(snapshot, KIOSK, "cpu", "50m")


def victim_replaced(snapshot: Snapshot) -> Finding:
    return replacements.victim_replaced(snapshot, KIOSK, "kiosk")
