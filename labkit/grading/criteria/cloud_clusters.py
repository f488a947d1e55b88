"""Clusters and pools of the cloud, as its API shows them: by name, and how far they are."""

from collections.abc import Iterable, Mapping
from typing import Any

from labkit.foundation.text import say
from labkit.grading.criteria.objects import name_of
from labkit.grading.snapshot import Object
from labkit.grading.verdict import Finding, not_started, not_yet

Found = Mapping[str, Any]

READY = "READY"
TROUBLE = ("ERROR", "SUSPENDED")
MANY = {"cluster": "cloud.many_cluster", "pool": "cloud.many_pool"}
NONE = {"cluster": "cloud.no_cluster", "pool": "cloud.no_pool"}
POOL_LABEL = "nodepool"
"""On each node of a cluster of the cloud: the name of its pool."""


def called(found: Iterable[Found], name: str) -> list[Found]:
    """All of this name: the cloud allows several clusters of one."""
    return [one for one in found if one.get("name") == name]


def not_ready(found: Iterable[Found], name: str, what: str) -> Finding | None:
    """None for exactly one of this name that is READY; else what is to be said.

    `what` is "cluster" or "pool".
    """
    ours = called(found, name)
    if not ours:
        return not_started(
            NONE[what],
            seen=say("There is no {what} called {name}.", what=what, name=name),
            next_step=say("Order one by the API, under exactly this name."),
        )
    if len(ours) > 1:
        return not_yet(
            MANY[what],
            seen=say("{count} are called {name}.", count=len(ours), name=name),
            expected=say("one {what} of this name", what=what),
            next_step=say("Each POST makes another one; delete by id what you did not mean."),
        )
    status = str(ours[0].get("status"))
    if status == READY:
        return None
    failed = any(word in status for word in TROUBLE)
    return not_yet(
        f"cloud.{what}_{'failed' if failed else 'not_ready'}",
        seen=say("{name} is {status}.", name=name, status=status),
        expected=READY,
        next_step=trouble_step(status) if failed else say("Wait, and read its status again."),
        settling=not failed,
    )


def not_as_ordered(found: Iterable[Found], name: str, wanted: Mapping[str, Any]) -> Finding | None:
    """None for a READY pool of this name with these fields."""
    pools = list(found)
    ours = called(pools, name)
    others = differing(ours[0], wanted) if ours else []
    if not others:
        return not_ready(pools, name, "pool")
    return not_yet(
        "pool.other_fields",
        seen=say("Pool {name}: {differences}.", name=name, differences=", ".join(others)),
        expected=", ".join(f"{field} {value}" for field, value in wanted.items()),
        why=say("A flavor cannot be changed; the numbers can."),
        next_step=say("Change its numbers; for another flavor, delete it and order anew."),
        differences=others,
    )


def trouble_step(status: str) -> str:
    if "QUOTA" in status:
        return say("Compare what you ordered with the project's quota; then order less.")
    return say("Read it whole by GET: its nodes say which of them has trouble.")


def differing(found: Found, wanted: Mapping[str, Any]) -> list[str]:
    """A sentence for each field that is not as wanted, such as {"maxNodes": 2}."""
    return [
        say("{field} is {seen}, not {wanted}", field=field, seen=found.get(field), wanted=value)
        for field, value in wanted.items()
        if found.get(field) != value
    ]


def nodes_of_pool(nodes: Iterable[Object], pool: str) -> list[Object]:
    """Of a cluster's nodes those that carry the pool's name."""
    return [
        node for node in nodes if (node["metadata"].get("labels") or {}).get(POOL_LABEL) == pool
    ]


def pods_on(pods: Iterable[Object], nodes: Iterable[Object]) -> list[Object]:
    names = {name_of(node) for node in nodes}
    return [pod for pod in pods if (pod.get("spec") or {}).get("nodeName") in names]
