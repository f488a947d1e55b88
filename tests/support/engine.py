"""An engine that starts nothing: its nodes are objects in a FakeCluster."""

from pathlib import Path

from labkit.cluster.engine import (
    Capability,
    ClusterConfig,
    ClusterStatus,
    NodeShape,
    NodeStatus,
    State,
)
from labkit.cluster.errors import CapabilityMissing
from labkit.foundation.progress import Progress
from tests.support.cluster import FakeCluster
from tests.support.held_objects import place_of


class FakeEngine:
    name = "fake"

    def __init__(self, cluster: FakeCluster, *, adds_nodes: bool = True) -> None:
        self.capabilities = frozenset({Capability.MULTI_NODE} if adds_nodes else ())
        self.nodes: dict[str, NodeShape] = {}
        self.audit = ""
        """What `logs("audit")` gives."""
        self._cluster = cluster

    def start(self, config: ClusterConfig, progress: Progress) -> ClusterStatus:
        return self.status()

    def stop(self, progress: Progress) -> None: ...

    def delete(self, progress: Progress) -> None: ...

    def status(self) -> ClusterStatus:
        return ClusterStatus("fake", self.name, State.RUNNING)

    def kubeconfig(self) -> Path:
        raise NotImplementedError

    def add_node(self, shape: NodeShape, progress: Progress) -> NodeStatus:
        if Capability.MULTI_NODE not in self.capabilities:
            raise CapabilityMissing(Capability.MULTI_NODE, self.name)
        self.nodes[shape.name] = shape
        metadata = {"name": shape.name, "labels": dict(shape.labels)}
        spec = {"unschedulable": True} if shape.cordoned else {}
        node = {"apiVersion": "v1", "kind": "Node", "metadata": metadata, "spec": spec}
        self._cluster.put(node)
        return NodeStatus(shape.name, ready=True)

    def remove_node(self, name: str, progress: Progress) -> None:
        del self.nodes[name]
        self._cluster.held.remove(place_of("Node", name))

    def logs(self, component: str, lines: int = 100) -> str:
        return self.audit
