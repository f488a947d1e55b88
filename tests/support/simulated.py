"""Simulated clusters that one test makes for itself, and what they leave, found independently."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from labkit.cluster.engine import ClusterConfig, ClusterStatus, NodeShape
from labkit.cluster.simulated.engine import SimulatedEngine
from labkit.foundation.process import SystemRunner
from labkit.foundation.progress import Quiet
from labkit.foundation.settings import read_settings
from labkit.foundation.waiting import SystemClock
from labkit.kube.conditions import deployment_available
from labkit.kube.kubeconfig import read_access
from labkit.kube.reader import Reader
from labkit.kube.resources import ObjectReference
from labkit.kube.waiting import wait_for
from labkit.kube.writer import Writer
from tests.support.own_cluster import hello_deployment
from tests.support.proc import pids, words


@dataclass(frozen=True, slots=True)
class SimulatedCluster:
    home: Path
    name: str = "sim"

    @property
    def engine(self) -> SimulatedEngine:
        """A new one each time, as each command of an attendee has."""
        settings = replace(read_settings(), home=self.home, cluster=self.name)
        return SimulatedEngine(self.name, settings, SystemRunner(), SystemClock())

    @property
    def environment(self) -> dict[str, str]:
        """For commands in processes of their own."""
        whose = {"LABKIT_HOME": str(self.home), "LABKIT_CLUSTER": self.name}
        return {**whose, "LABKIT_ENGINE": "simulated"}

    def up(self, nodes: int = 1) -> ClusterStatus:
        return self.engine.start(ClusterConfig(self.name, (NodeShape(),) * nodes), Quiet())

    def delete(self) -> None:
        self.engine.delete(Quiet())

    def reader(self) -> Reader:
        return Reader(read_access(self.engine.kubeconfig()))

    def writer(self) -> Writer:
        return Writer(read_access(self.engine.kubeconfig()))

    def processes(self) -> dict[str, int]:
        """Program to pid of all that names this cluster's folder or supervisor's."""
        folders = (str(self.engine.paths.data), str(self.engine.paths.supervisor))
        found = {}
        for pid in pids():
            said = words(pid)
            if any(folder in word for word in said for folder in folders):
                program = "supervisor" if "supervisor.supervisord" in said else Path(said[0]).name
                found[program] = pid
        return found

    def files(self) -> set[Path]:
        run_folder = self.engine.paths.supervisor
        return {path for path in self.home.rglob("*") if not path.is_dir()} | (
            {run_folder} if run_folder.exists() else set()
        )


def run_hello(cluster: SimulatedCluster, replicas: int) -> list[dict[str, Any]]:
    with cluster.writer() as writer, cluster.reader() as reader:
        writer.apply(hello_deployment(replicas), namespace="default")
        wait_for_hello(reader)
        return reader.list("Pod", namespace="default", labels="app=hello")


def wait_for_hello(reader: Reader) -> None:
    what = ObjectReference("Deployment", "hello", "default")
    wait_for(reader, what, deployment_available, limit_seconds=60)
