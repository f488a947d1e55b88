"""What a local cluster is to be, kept in its folder so that `up` can resume after anything."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from labkit.cluster.engine import NodeShape
from labkit.foundation.errors import FileProblem
from labkit.foundation.files import write_atomically
from labkit.foundation.text import say


@dataclass(frozen=True, slots=True)
class NodeRecord:
    index: int
    """From 1; decides the node's address and its Pods' range. Free again once removed."""
    shape: NodeShape

    @property
    def name(self) -> str:
        return self.shape.name


@dataclass(frozen=True, slots=True)
class ClusterRecord:
    name: str
    network: int
    owner: int
    """The user id whose cluster this is; root may do anything with it."""
    nodes: tuple[NodeRecord, ...] = ()
    safe_writes: bool = False
    encrypt_secrets: bool = False

    def with_nodes(self, shapes: Iterable[NodeShape]) -> "ClusterRecord":
        """More nodes, each with a free name and index."""
        nodes = list(self.nodes)
        for shape in shapes:
            index = _first_free({node.index for node in nodes})
            name = shape.name or f"node{index}"
            nodes.append(NodeRecord(index, replace(shape, name=name)))
        return replace(self, nodes=tuple(nodes))

    def without_node(self, name: str) -> "ClusterRecord":
        return replace(self, nodes=tuple(node for node in self.nodes if node.name != name))

    def node(self, name: str) -> NodeRecord | None:
        return next((node for node in self.nodes if node.name == name), None)


def _first_free(taken: set[int]) -> int:
    return next(index for index in range(1, len(taken) + 2) if index not in taken)


def read_record(path: Path) -> ClusterRecord | None:
    """None when there is no such cluster. Raises FileProblem for a file that is not ours."""
    if not path.exists():
        return None
    try:
        content = json.loads(path.read_text())
        nodes = tuple(
            NodeRecord(node["index"], shape_from(node["shape"])) for node in content.pop("nodes")
        )
        return ClusterRecord(nodes=nodes, **content)
    except (ValueError, TypeError, KeyError) as problem:
        raise FileProblem(
            path,
            say("is not a cluster's record ({problem})", problem=problem),
            say("Run `labkit down`, then `labkit up`."),
        ) from problem


def shape_from(content: dict[str, object]) -> NodeShape:
    """A shape from JSON, where tuples have become lists. Raises KeyError or TypeError."""
    labels = content.get("labels") or []
    taints = content.get("taints") or []
    if not (isinstance(labels, list) and isinstance(taints, list)):
        raise TypeError("labels and taints are lists")
    return NodeShape(
        flavor=str(content["flavor"]),
        pool=str(content["pool"]),
        name=str(content["name"]),
        labels=tuple((str(key), str(value)) for key, value in labels),
        taints=tuple(str(taint) for taint in taints),
        cordoned=bool(content.get("cordoned", False)),
    )


def write_record(path: Path, record: ClusterRecord) -> None:
    write_atomically(path, json.dumps(asdict(record), indent=2) + "\n")
