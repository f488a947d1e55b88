"""The till's Deployment back to what the team agreed on, without a new one in its place."""

from labkit.grading.criteria.drift import back_as_agreed, same_deployment, settled_as_agreed
from labkit.grading.snapshot import Snapshot
from labkit.grading.verdict import Finding

TILL = {"app": "till"}
NAME = "till"


def spec_agrees(snapshot: Snapshot) -> Finding:
    return back_as_agreed(snapshot, TILL, NAME)


def same_object(snapshot: Snapshot) -> Finding:
    return same_deployment(snapshot, TILL, NAME)


def settled_again(snapshot: Snapshot) -> Finding:
    return settled_as_agreed(snapshot, TILL, NAME)
