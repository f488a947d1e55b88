"""What a simulated cluster is to be, kept in its folder so that `up` can resume after anything."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from labkit.cluster.engine import NodeShape
from labkit.cluster.node_record import NodeRecord, nodes_from, with_shapes, with_version
from labkit.cluster.plane_settings import AS_BEFORE, PlaneSettings, settings_from
from labkit.cluster.simulated.ports import Ports
from labkit.foundation.errors import FileProblem
from labkit.foundation.files import write_atomically
from labkit.foundation.text import say


@dataclass(frozen=True, slots=True)
class SimulatedRecord:
    name: str
    ports: Ports
    nodes: tuple[NodeRecord, ...] = ()
    safe_writes: bool = False
    encrypt_secrets: bool = False
    plane: PlaneSettings = AS_BEFORE

    def with_plane(self, plane: PlaneSettings) -> "SimulatedRecord":
        """Nodes stay of the version that they were added with."""
        return replace(self, plane=plane, nodes=with_version(self.nodes, self.plane.minor))

    def with_nodes(self, shapes: Iterable[NodeShape]) -> "SimulatedRecord":
        return replace(self, nodes=with_version(with_shapes(self.nodes, shapes), self.plane.minor))

    def without_node(self, name: str) -> "SimulatedRecord":
        return replace(self, nodes=tuple(node for node in self.nodes if node.name != name))

    def node(self, name: str) -> NodeRecord | None:
        return next((node for node in self.nodes if node.name == name), None)


def read_record(path: Path) -> SimulatedRecord | None:
    """None when there is no such cluster. Raises FileProblem for a file that is not ours."""
    if not path.exists():
        return None
    try:
        content = json.loads(path.read_text())
        nodes = nodes_from(content.pop("nodes"))
        plane = settings_from(content.pop("plane", {}))
        ports = Ports(**content.pop("ports"))
        return SimulatedRecord(nodes=nodes, plane=plane, ports=ports, **content)
    except (OSError, ValueError, TypeError, KeyError) as problem:
        raise FileProblem(
            path,
            say("is not a cluster's record ({problem})", problem=problem),
            say("Run `labkit down`, then `labkit up`."),
        ) from problem


def write_record(path: Path, record: SimulatedRecord) -> None:
    write_atomically(path, json.dumps(asdict(record), indent=2) + "\n")
