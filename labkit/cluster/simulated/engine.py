"""The `simulated` engine's face. Everything runs as the attendee, on 127.0.0.1."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from labkit.cluster.engine import (
    Capability,
    ClusterConfig,
    ClusterStatus,
    NodeShape,
    NodeStatus,
)
from labkit.cluster.errors import ClusterUnknown
from labkit.cluster.names import checked_name
from labkit.cluster.plane_settings import first_settings
from labkit.cluster.simulated import nodes, start, status, stop
from labkit.cluster.simulated.paths import SimulatedPaths
from labkit.cluster.simulated.plane import PROGRAMS
from labkit.cluster.simulated.site import Site
from labkit.cluster.versions import programs_for, programs_of
from labkit.foundation.files import locked
from labkit.foundation.process import Runner
from labkit.foundation.progress import Progress, Quiet
from labkit.foundation.settings import Settings
from labkit.foundation.waiting import Clock
from labkit.toolchain.means import Means

CAPABILITIES = frozenset(
    {
        Capability.MULTI_NODE,
        Capability.AUDIT_LOG,
        Capability.HOST_CONTROL_PLANE,
        Capability.CLUSTER_SCOPE,
    }
)


class SimulatedEngine:
    """Implements `cluster.engine.Engine` with nodes that only exist in the API."""

    def __init__(self, name: str, settings: Settings, run: Runner, clock: Clock) -> None:
        self.cluster = checked_name(name, "--name")
        self.name = "simulated"
        self.capabilities = CAPABILITIES
        self.settings = settings
        self.paths = SimulatedPaths(self.cluster, settings.home)
        self._run = run
        self._clock = clock

    def start(self, config: ClusterConfig, progress: Progress) -> ClusterStatus:
        """Raises SettingInvalid before anything is changed."""
        recorded = self._site(Quiet()).recorded()
        settled = recorded.plane.moved_to(config) if recorded else first_settings(config)
        start.check_shapes(config.nodes, settled.minor)
        means = Means(self.settings, self._run, progress, self._clock)
        asked = ClusterConfig(version=settled.minor, nodes=())
        programs = programs_of(programs_for(asked, PROGRAMS, means), settled.minor)
        with self._held("start", progress) as site:
            record = start.wanted_record(site, config)
            start.start(site, record, programs)
        return self.status()

    def stop(self, progress: Progress) -> None:
        if self._exists():
            with self._held("stop", progress) as site:
                stop.stop(site)

    def delete(self, progress: Progress) -> None:
        if self._exists():
            with self._held("delete", progress) as site:
                stop.delete(site)
                self.paths.lock.unlink(missing_ok=True)

    def status(self) -> ClusterStatus:
        return status.status(self._site(Quiet()))

    def kubeconfig(self) -> Path:
        if not self.paths.admin_kubeconfig.exists():
            raise ClusterUnknown(self.cluster)
        return self.paths.admin_kubeconfig

    def add_node(self, shape: NodeShape, progress: Progress) -> NodeStatus:
        self.kubeconfig()
        with self._held("add a node", progress) as site:
            return nodes.add(site, shape)

    def remove_node(self, name: str, progress: Progress) -> None:
        self.kubeconfig()
        with self._held("remove a node", progress) as site:
            nodes.remove(site, name)

    def logs(self, component: str, lines: int = 100) -> str:
        return status.logs(self._site(Quiet()), component, lines)

    def _exists(self) -> bool:
        """Whether anything of this cluster is here, however broken."""
        site = self._site(Quiet())
        folders = (self.paths.data, self.paths.supervisor)
        return any(folder.exists() for folder in folders) or bool(site.processes())

    def _site(self, progress: Progress) -> Site:
        return Site(self.paths, self._clock, progress)

    @contextmanager
    def _held(self, holder: str, progress: Progress) -> Iterator[Site]:
        """One command at a time for one cluster."""
        with locked(self.paths.lock, holder=f"labkit {holder}", clock=self._clock):
            yield self._site(progress)
