"""Everything that work on one simulated cluster needs, in one value."""

import contextlib
import sys
from dataclasses import dataclass
from pathlib import Path

from labkit.cluster.processes import marked_processes
from labkit.cluster.simulated.paths import SimulatedPaths
from labkit.cluster.simulated.record import SimulatedRecord, read_record
from labkit.cluster.supervision import Supervisor
from labkit.foundation.errors import FileProblem
from labkit.foundation.progress import Progress
from labkit.foundation.waiting import Clock
from labkit.kube.kubeconfig import read_access
from labkit.kube.reader import Reader
from labkit.kube.writer import Writer


@dataclass(frozen=True, slots=True)
class Site:
    paths: SimulatedPaths
    clock: Clock
    progress: Progress

    @property
    def name(self) -> str:
        return self.paths.name

    @property
    def supervisor(self) -> Supervisor:
        return Supervisor(self.paths.supervisor, Path(sys.executable))

    def recorded(self) -> SimulatedRecord | None:
        """The record, or None where it is missing or spoilt: clean-up needs neither."""
        with contextlib.suppress(FileProblem):
            return read_record(self.paths.record)
        return None

    def processes(self) -> dict[int, str]:
        """Those of the cluster, supervised or left over; not the supervisor itself."""
        return marked_processes(f"{self.paths.group}/")

    def supervisors(self) -> list[int]:
        """Every supervisor of this cluster, also one whose socket is gone."""
        return self.supervisor.pids()

    def reader(self, timeout_seconds: float = 10) -> Reader:
        access = read_access(self.paths.admin_kubeconfig)
        return Reader(access, timeout_seconds=timeout_seconds, clock=self.clock)

    def writer(self) -> Writer:
        return Writer(read_access(self.paths.admin_kubeconfig), clock=self.clock)
