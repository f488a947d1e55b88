"""Clusters that one test makes for itself, driven by the commands that people type."""

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from labkit.foundation.errors import ProcessFailed
from labkit.foundation.process import Completed, SystemRunner
from labkit.foundation.waiting import SystemClock, wait_until
from labkit.kube.kubeconfig import read_access
from labkit.kube.reader import Reader
from labkit.kube.writer import Writer
from tests.support.waiting import eventually

ROOT = Path(__file__).parents[2]
HELLO = "registry.lab.example:5000/hello:1.0"


@dataclass(frozen=True, slots=True)
class OwnCluster:
    name: str
    home: Path

    @property
    def environment(self) -> dict[str, str]:
        return {"LABKIT_HOME": str(self.home), "LABKIT_CLUSTER": self.name}

    def command(self, *words: str) -> list[str]:
        return [sys.executable, "-m", "labkit.cli.main", *words]

    def labkit(self, *words: str, may_fail: bool = False) -> Completed:
        try:
            return SystemRunner()(
                self.command(*words),
                timeout_seconds=180,
                environment=self.environment,
                folder=ROOT,
                may_fail=may_fail,
            )
        except ProcessFailed as problem:
            problem.add_note(problem.evidence)  # pytest shows it with the failure
            raise

    def status(self) -> dict[str, Any]:
        status: dict[str, Any] = json.loads(self.labkit("status", "--json").output)
        return status

    @property
    def kubeconfig(self) -> Path:
        return self.home / "clusters" / self.name / "admin.kubeconfig"

    def reader(self) -> Reader:
        return Reader(read_access(self.kubeconfig))

    def writer(self) -> Writer:
        return Writer(read_access(self.kubeconfig))


def wait_for_state(cluster: OwnCluster, state: str) -> None:
    """Until `labkit status` says so: that is what an attendee would look at."""
    wait_until(
        lambda: cluster.status()["state"] == state,
        f"cluster {cluster.name} to be {state}",
        limit_seconds=60,
        clock=SystemClock(),
        last_seen=lambda: json.dumps(cluster.status()["components"])[-600:],
    )


def wait_for_dns(reader: Reader) -> None:
    """Until CoreDNS answers; it follows behind `up`."""

    def answers() -> bool:
        slices = reader.list("EndpointSlice", namespace="kube-system", labels="k8s-app=kube-dns")
        endpoints = [each for one in slices for each in one.get("endpoints") or ()]
        return any(each["conditions"].get("ready") for each in endpoints)

    eventually(answers, "CoreDNS to answer", limit_seconds=90)


def hello_deployment(replicas: int = 1, **pod: Any) -> dict[str, Any]:
    """`pod` is what its Pods' spec says besides."""
    container = {"name": "hello", "image": HELLO, "imagePullPolicy": "IfNotPresent"}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "hello"},
        "spec": {
            "replicas": replicas,
            "selector": {"matchLabels": {"app": "hello"}},
            "template": {
                "metadata": {"labels": {"app": "hello"}},
                "spec": {"containers": [container], **pod},
            },
        },
    }


def hello_service() -> dict[str, Any]:
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": "hello"},
        "spec": {
            "type": "LoadBalancer",
            "selector": {"app": "hello"},
            "ports": [{"port": 80, "targetPort": 8080}],
        },
    }
