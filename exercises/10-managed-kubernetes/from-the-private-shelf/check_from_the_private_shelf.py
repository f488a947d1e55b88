"""An image from a registry with a login: it runs, by a Secret that the kubelet reads."""

from labkit.grading.criteria.pull_secrets import Shelf, holds_login, login_used, runs_from_shelf
from labkit.grading.snapshot import Snapshot
from labkit.grading.verdict import Finding

NAME = "members"
SHELF = Shelf(repository="members", truth="obs")


def members_run(snapshot: Snapshot) -> Finding:
    return runs_from_shelf(snapshot, NAME, shelf=SHELF, note="members")


def login_secret(snapshot: Snapshot) -> Finding:
    return holds_login(snapshot, shelf=SHELF, elsewhere="b")


def secret_used(snapshot: Snapshot) -> Finding:
    return login_used(snapshot, NAME, shelf=SHELF, before=login_secret(snapshot))
