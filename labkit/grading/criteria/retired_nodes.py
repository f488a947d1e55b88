"""A pool of the cloud that became smaller, and which of its nodes left."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from labkit.foundation.text import say
from labkit.grading.criteria.cloud_clusters import Found, called, differing, not_ready
from labkit.grading.criteria.objects import name_of
from labkit.grading.snapshot import Object
from labkit.grading.verdict import Finding, not_started, not_yet, passed

Size = Mapping[str, Any]
"""desiredNodes, minNodes and maxNodes."""


@dataclass(frozen=True, slots=True)
class Retiring:
    name: str
    """Of the node that has to leave."""
    instance: str
    staying: tuple[str, ...]
    """The instance ids of those that have to stay: a name could be given anew, an id is not."""


def resized(
    found: tuple[Found, ...], name: str, id_: str, size: Size, *, start: Size | None = None
) -> Finding:
    """Still the pool of this id, READY, with these numbers and as many nodes as it desires.

    `start` holds the numbers that setup gave it.
    """
    ours = called(found, name)
    if len(ours) == 1 and ours[0].get("id") != id_:
        return not_yet(
            "pool.replaced",
            seen=say("Pool {name} is another one: its id is {id}.", name=name, id=ours[0]["id"]),
            expected=say("the pool with the id {id}, smaller", id=id_),
            why=say("Deleting a pool takes all its nodes, the healthy ones too."),
            next_step=say("Begin again with `labkit reset`, and update the pool by PUT."),
        )
    others = differing(ours[0], size) if ours else []
    if others and start and not differing(ours[0], start):
        return _as_at_start(name, start)
    if others:
        return not_yet(
            "pool.other_fields",
            seen=say("Pool {name}: {differences}.", name=name, differences=", ".join(others)),
            expected=", ".join(f"{field} {value}" for field, value in size.items()),
            why=say("The number of nodes has to be between the bounds, in each single call."),
            next_step=say("Update the pool by PUT, with what belongs together in one body."),
            differences=others,
        )
    trouble = not_ready(found, name, "pool")
    return trouble or _has_as_many(ours[0], name)


def _as_at_start(name: str, start: Size) -> Finding:
    """A call that got a 400 leaves the pool so, too."""
    return not_started(
        "pool.other_fields",
        seen=say(
            "Pool {name} is as you found it: {fields}.",
            name=name,
            fields=", ".join(f"{field} {value}" for field, value in start.items()),
        ),
        next_step=say(
            "Update it by PUT: desiredNodes has to be between the bounds, so all three go in one "
            "body."
        ),
    )


def _has_as_many(pool: Found, name: str) -> Finding:
    current, desired = pool.get("currentNodes"), pool.get("desiredNodes")
    if current == desired:
        return passed(say("Pool {name} is READY with {count} nodes.", name=name, count=current))
    return not_yet(
        "pool.on_its_way",
        seen=say("Pool {name} has {current} nodes.", name=name, current=current),
        expected=say("{count} nodes", count=desired),
        next_step=say("Wait, and read its status again."),
        settling=True,
    )


def retired(
    nodes: Iterable[Found], members: Iterable[Object], order: Retiring, *, before: Finding
) -> Finding:
    """By the API's nodes and the cluster's own; `before` says that the pool has its new size."""
    if not before.holds:
        return not_before(say("The pool gets its new size first; that criterion says how."))
    instances = {str(node.get("instanceId")) for node in nodes}
    lost = [one for one in order.staying if one not in instances]
    if order.instance in instances:
        return _stays(order, lost)
    if lost:
        return _lost(lost)
    if order.name in {name_of(member) for member in members}:
        return not_yet(
            "retired.still_member",
            seen=say("Node {name} is still in the cluster's list.", name=order.name),
            expected=say("Its machine is gone, and so is its Node object."),
            next_step=say("It goes in a moment: `kubectl get nodes --watch`."),
            settling=True,
        )
    return passed(say("Node {name} left, and the others stayed.", name=order.name))


def not_before(seen: str) -> Finding:
    """For a criterion that waits for another one, whose sentences stand there and only there."""
    return not_started(
        "retired.not_before",
        seen=seen,
        next_step=say("Go on with that criterion; this one is looked at after it."),
    )


def _stays(order: Retiring, lost: list[str]) -> Finding:
    return not_yet(
        "retired.another_left",
        seen=say(
            "Node {name} is still there, and another one left in its place (its instance: {lost}).",
            name=order.name,
            lost=", ".join(lost) or "?",
        )
        if lost
        else say("Node {name} is still there.", name=order.name),
        expected=say("{name} leaves, and no other.", name=order.name),
        why=say("Unless the order names a node, the youngest leaves."),
        next_step=say(
            "Begin again with `labkit reset`, and put its id into nodesToRemove; it takes no names."
        ),
    )


def _lost(lost: list[str]) -> Finding:
    return not_yet(
        "retired.too_many_left",
        seen=say("Instances that left, too: {lost}.", lost=", ".join(lost)),
        expected=say("The healthy nodes stay as they are."),
        why=say("A node that came in a lost one's place is a new machine."),
        next_step=say("Begin again with `labkit reset`, and remove one node."),
    )
