"""What each node of a cluster is to be, as an engine writes it down."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from labkit.cluster.engine import NodeShape
from labkit.foundation.errors import SettingInvalid
from labkit.foundation.text import say


@dataclass(frozen=True, slots=True)
class NodeRecord:
    index: int
    """From 1; decides the node's address and its Pods' range. Free again once removed."""
    shape: NodeShape

    @property
    def name(self) -> str:
        return self.shape.name


def with_shapes(nodes: Iterable[NodeRecord], shapes: Iterable[NodeShape]) -> tuple[NodeRecord, ...]:
    """More nodes, each with a free name and index. Raises SettingInvalid for a name that is not."""
    grown, added = list(nodes), list(shapes)
    taken = {node.name for node in grown}
    for name in (shape.name for shape in added if shape.name):
        if name in taken:
            raise SettingInvalid("--node-name", name, say("a name that no other node has"))
        taken.add(name)
    for shape in added:
        index = _first_free({node.index for node in grown})
        name = shape.name or _free_name(index, taken)
        taken.add(name)
        grown.append(NodeRecord(index, replace(shape, name=name)))
    return tuple(grown)


def missing(nodes: Iterable[NodeRecord], shapes: Sequence[NodeShape]) -> list[NodeShape]:
    """Which shapes a cluster has no node for: by name, and by number those that have none."""
    present = {node.name for node in nodes}
    named = [shape for shape in shapes if shape.name and shape.name not in present]
    unnamed = [shape for shape in shapes if not shape.name]
    short = max(0, len(shapes) - len(present) - len(named))
    return [*named, *unnamed[len(unnamed) - min(short, len(unnamed)) :]]


def with_version(nodes: Iterable[NodeRecord], version: str) -> tuple[NodeRecord, ...]:
    """Each node has a version of its own, this one where nobody said which."""
    return tuple(
        node if node.shape.version else replace(node, shape=replace(node.shape, version=version))
        for node in nodes
    )


def _free_name(index: int, taken: set[str]) -> str:
    """After its index where that is free: somebody may have called another node so."""
    numbers = (index, *range(1, len(taken) + 2))
    return next(name for name in (f"node{number}" for number in numbers) if name not in taken)


def _first_free(taken: set[int]) -> int:
    return next(index for index in range(1, len(taken) + 2) if index not in taken)


def nodes_from(content: Iterable[dict[str, Any]]) -> tuple[NodeRecord, ...]:
    """From JSON. Raises KeyError or TypeError for what is not a list of nodes."""
    return tuple(NodeRecord(node["index"], shape_from(node["shape"])) for node in content)


def shape_from(content: dict[str, object]) -> NodeShape:
    """A shape from JSON, where tuples have become lists, or from `asdict`, where they have not.

    Raises KeyError or TypeError.
    """
    taints = content.get("taints") or []
    if not isinstance(taints, list | tuple):
        raise TypeError("taints are a list")
    return NodeShape(
        flavor=str(content["flavor"]),
        pool=str(content["pool"]),
        name=str(content["name"]),
        labels=_pairs(content.get("labels")),
        taints=tuple(str(taint) for taint in taints),
        cordoned=bool(content.get("cordoned", False)),
        annotations=_pairs(content.get("annotations")),
        provider_id=str(content.get("provider_id", "")),
        version=str(content.get("version", "")),
    )


def _pairs(content: object) -> tuple[tuple[str, str], ...]:
    if not isinstance(content or [], list | tuple):
        raise TypeError("labels and annotations are lists of pairs")
    pairs: Iterable[Any] = content or ()  # type: ignore[assignment]
    return tuple((str(key), str(value)) for key, value in pairs)


def taint_from(text: str) -> dict[str, str]:
    """Read `key=value:Effect` as kubectl writes it."""
    pair, _, effect = text.rpartition(":")
    key, _, value = pair.partition("=")
    return {"key": key, "value": value, "effect": effect}
