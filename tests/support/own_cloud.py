"""An emulated cloud that one test makes for itself, driven by commands and by python-ovh."""

import json
import os
import signal
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ovh
import ovh.client

from labkit.foundation.process import Completed
from labkit.foundation.waiting import SystemClock
from labkit.kube.kubeconfig import read_access
from labkit.kube.reader import Reader
from labkit.kube.writer import Writer
from tests.support.own_cluster import OwnCluster
from tests.support.proc import words
from tests.support.waiting import eventually


@dataclass(frozen=True, slots=True)
class OwnCloud:
    home: Path
    engine: str = "simulated"

    def labkit(self, *words: str, may_fail: bool = False) -> Completed:
        return OwnCluster("unused", self.home).labkit("cloud", *words, may_fail=may_fail)

    def up(self) -> dict[str, Any]:
        answer: dict[str, Any] = json.loads(
            self.labkit("up", "--engine", self.engine, "--json").output
        )
        return answer

    def down(self) -> None:
        self.labkit("down")

    def kill(self) -> None:
        """SIGKILL, and wait until it is gone."""
        pid = json.loads((self.home / "cloud" / "running.json").read_text())["pid"]
        os.kill(pid, signal.SIGKILL)
        eventually(lambda: not words(pid), "the emulator to be gone")

    def client(self) -> Any:
        keys = self.keys()
        ovh.client.ENDPOINTS[keys["endpoint"]] = keys["endpoint"]
        return ovh.Client(
            endpoint=keys["endpoint"],
            application_key=keys["application_key"],
            application_secret=keys["application_secret"],
            consumer_key=keys["consumer_key"],
        )

    def keys(self) -> dict[str, str]:
        keys: dict[str, str] = json.loads((self.home / "cloud" / "keys.json").read_text())
        return keys

    @property
    def clusters(self) -> str:
        """The address of the project's clusters."""
        return f"/cloud/project/{self.keys()['project']}/kube"


@dataclass(frozen=True, slots=True)
class Ordered:
    """One cluster of an emulated cloud."""

    cloud: OwnCloud
    client: Any
    path: str

    def ready(self, path: str = "", *, wanted: str = "READY") -> float:
        """Seconds until the cluster, or what is below it, has this status."""
        clock = SystemClock()
        began = clock.monotonic()
        eventually(
            lambda: self.client.get(self.path + path)["status"] == wanted,
            f"{path or 'the cluster'} to be {wanted}",
            seen=lambda: str(self.client.get(self.path + path)),
        )
        return clock.monotonic() - began

    def pool(self, **body: Any) -> str:
        """The address of a new pool, below the cluster's."""
        return f"/nodepool/{self.client.post(f'{self.path}/nodepool', **body)['id']}"

    def nodes(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.client.get(f"{self.path}/node")
        return found

    def kubeconfig(self) -> Path:
        text = self.client.post(f"{self.path}/kubeconfig")["content"]
        path = self.cloud.home / f"{self.path.rpartition('/')[2]}.kubeconfig"
        path.write_text(text)
        return path

    def reader(self) -> Reader:
        return Reader(read_access(self.kubeconfig()))

    def writer(self) -> Writer:
        return Writer(read_access(self.kubeconfig()))


def ordered(cloud: OwnCloud, **body: Any) -> Ordered:
    client = cloud.client()
    made = client.post(cloud.clusters, **{"region": "GRA7", "name": "test", **body})
    return Ordered(cloud, client, f"{cloud.clusters}/{made['id']}")
