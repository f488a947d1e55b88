"""Which nodes a pool gains and loses when its size changes. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from labkit.cloud.node.models import BROKEN, Node

PROVIDER = "openstack:///"


@dataclass(frozen=True, slots=True)
class Sizing:
    leaving: tuple[Node, ...]
    arriving: int


def sizing(nodes: Sequence[Node], desired: int, to_remove: Sequence[str] = ()) -> Sizing:
    """Named nodes leave first, then those that never came up, then the newest.

    A named node's place is filled again unless `desired` says that there are to be fewer.
    """
    wanted = [node for node in nodes if node.wanted]
    leaving = [node for node in wanted if is_named(node, to_remove)]
    staying = [node for node in wanted if node not in leaving]
    surplus = len(staying) - desired
    if surplus > 0:
        leaving += sorted(staying, key=_leaves_first)[:surplus]
    return Sizing(tuple(leaving), max(-surplus, 0))


def is_named(node: Node, names: Sequence[str]) -> bool:
    """By node id, instance id, or provider id."""
    known = {node.id}
    if node.instance_id:
        known |= {node.instance_id, PROVIDER + node.instance_id}
    return any(name in known for name in names)


def _leaves_first(node: Node) -> tuple[bool, float, str]:
    return node.status not in BROKEN, -node.created_at.timestamp(), node.id
