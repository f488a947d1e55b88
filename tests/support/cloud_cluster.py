"""Clusters as the cloud's emulator makes them: through the engine alone, without nodes at first."""

from dataclasses import dataclass, replace
from pathlib import Path

from labkit.cluster.engine import ClusterConfig, ClusterStatus, Engine, NodeShape
from labkit.cluster.opening import open_engine
from labkit.foundation.process import SystemRunner
from labkit.foundation.progress import Quiet
from labkit.foundation.settings import read_settings
from labkit.foundation.waiting import SystemClock
from labkit.kube.kubeconfig import read_access
from labkit.kube.reader import Reader
from labkit.kube.writer import Writer

POOL = "nodepool-7d149c79-8908-4326-a462-cdc0290ea969"


@dataclass(frozen=True, slots=True)
class CloudCluster:
    name: str
    home: Path
    kind: str = "local"

    @property
    def engine(self) -> Engine:
        settings = replace(read_settings(), home=self.home, cluster=self.name, engine=self.kind)
        return open_engine(self.kind, self.name, settings, run=SystemRunner(), clock=SystemClock())

    def start(self, config: ClusterConfig) -> ClusterStatus:
        return self.engine.start(replace(config, name=self.name), Quiet())

    def delete(self) -> None:
        self.engine.delete(Quiet())

    def reader(self) -> Reader:
        return Reader(read_access(self.engine.kubeconfig()), timeout_seconds=5)

    def writer(self) -> Writer:
        return Writer(read_access(self.engine.kubeconfig()))


def pool_node(number: int, version: str = "", *, cordoned: bool = False) -> NodeShape:
    """A node of a pool with a template, named as OVHcloud does."""
    return NodeShape(
        pool=POOL,
        name=f"{POOL}-node-1bb29{number}",
        labels=(("team", "lab"), ("node-role.kubernetes.io/worker", "")),
        taints=("k=v:PreferNoSchedule",),
        cordoned=cordoned,
        annotations=(("k1", "v 1"),),
        provider_id=f"openstack:///36cf38be-5254-4a69-a40d-b683697657{number:02}",
        version=version,
    )
