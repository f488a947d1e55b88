"""Who removed an object, by which program, and whether it is back: read from an audit log."""

from labkit.grading.criteria.audit_answers import Others, content_back, told_account, told_tool
from labkit.grading.snapshot import Snapshot
from labkit.grading.verdict import Finding

CLUSTER, NAME = "counter", "tariff"


def culprit(snapshot: Snapshot) -> Finding:
    others = Others(
        elsewhere=snapshot.drawn("account_2"),
        refused=snapshot.drawn("account_3"),
        readers=(snapshot.drawn("account_4"),),
    )
    return told_account(snapshot, "account", snapshot.drawn("account_1"), others)


def tool(snapshot: Snapshot) -> Finding:
    accounts = [snapshot.drawn(f"account_{number}") for number in range(1, 5)]
    return told_tool(snapshot, "tool", snapshot.drawn("tool_1"), accounts)


def tariff_back(snapshot: Snapshot) -> Finding:
    wanted = {"adult": snapshot.drawn("adult"), "child": snapshot.drawn("child")}
    return content_back(snapshot, CLUSTER, NAME, wanted)
