"""A local cluster's own processes as a lesson takes them apart: list, stop, start."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from labkit.foundation.progress import Quiet
from labkit.foundation.text import say
from labkit.workshop.running import Running

if TYPE_CHECKING:
    from labkit.cluster.engine import ComponentStatus
    from labkit.cluster.local.engine import LocalEngine


@dataclass(frozen=True, slots=True)
class Components:
    """Of one cluster. Raises CapabilityMissing where its processes are not ours to stop."""

    running: Running

    def listed(self) -> "list[ComponentStatus]":
        """In the order of their names, the control plane's first. Raises ClusterUnknown."""
        from labkit.cluster.engine import State
        from labkit.cluster.errors import ClusterUnknown

        status = self._engine().status()
        if status.state is State.ABSENT:
            raise ClusterUnknown(self.running.settings.cluster)
        return sorted(status.components, key=lambda one: ("/" in one.name, one.name))

    def stop(self, name: str) -> None:
        """Returns when it has ended. Raises ClusterError for a name that is not listed."""
        self._engine().host("component", Quiet(), component=name, action="stop")

    def start(self, name: str) -> None:
        """Returns at once: whoever waits for it sees it in what it does."""
        self._engine().host("component", Quiet(), component=name, action="start")

    def _engine(self) -> "LocalEngine":
        from labkit.cluster.errors import CapabilityMissing
        from labkit.cluster.local.engine import LocalEngine

        engine = self.running.engine()
        if not isinstance(engine, LocalEngine):
            raise CapabilityMissing(say("stopping of its processes"), engine.name)
        return engine
