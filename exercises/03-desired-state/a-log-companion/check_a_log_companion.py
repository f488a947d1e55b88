"""The till's sales in its Pod's log, by a companion beside it and not by the till itself."""

from labkit.grading.criteria import companions
from labkit.grading.snapshot import Snapshot
from labkit.grading.verdict import Finding

TILL = companions.Main("till", {"app": "till"}, "till", "/var/log/till/sales.log")


def companion_runs(snapshot: Snapshot) -> Finding:
    return companions.companion_runs(snapshot, TILL)


def shared_folder(snapshot: Snapshot) -> Finding:
    return companions.shares_folder(snapshot, TILL)


def sales_in_log(snapshot: Snapshot) -> Finding:
    value = snapshot.drawn("till")
    return companions.prints_lines(snapshot, TILL, log="app=till", key="till", value=value)
