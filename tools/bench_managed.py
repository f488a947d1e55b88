"""How long what is ordered from the emulated cloud takes: real clusters, real nodes.

`python -m tools.bench managed` measures with a cloud of its own, by calls of OVHcloud's own client.
"""

import json
import statistics
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from labkit.foundation.waiting import SystemClock
from labkit.kube.kubeconfig import read_access
from labkit.kube.reader import Reader
from labkit.kube.writer import Writer
from labkit.remote.cloud_keys import read_keys
from labkit.remote.ovhcloud import official_client
from tools.bench_measure import Bench, pss_bytes, until

CLUSTER = "POST kube → cluster READY, s"
POOL = "POST nodepool of 3 → pool READY, s"
AUTOSCALER = "Pod unschedulable → a node ordered, s"
TARGETS = {CLUSTER: "≤ 6", POOL: "≤ 5", AUTOSCALER: "≤ 5"}
RUNS = 3
HUNGRY: Mapping[str, Any] = {
    "apiVersion": "v1",
    "kind": "Pod",
    "spec": {
        "containers": [
            {
                "name": "hungry",
                "image": "registry.lab.example:5000/hello:1.0",
                "resources": {"requests": {"cpu": "600m"}},
            }
        ]
    },
}


@dataclass(frozen=True, slots=True)
class Account:
    """One emulated cloud, and OVHcloud's own client for it."""

    home: Path
    client: Any
    clusters: str
    """The path of the project's clusters."""

    def order(self, **body: Any) -> str:
        """The path of a new cluster."""
        return f"{self.clusters}/{self.client.post(self.clusters, region='GRA7', **body)['id']}"

    def is_ready(self, path: str) -> bool:
        return bool(self.client.get(path)["status"] == "READY")

    def kubeconfig(self, cluster: str) -> Path:
        path = self.home / f"{cluster.rpartition('/')[2]}.kubeconfig"
        path.write_text(self.client.post(f"{cluster}/kubeconfig")["content"])
        return path

    def emulator_bytes(self) -> int:
        """Its proportional set size."""
        noted = json.loads((self.home / "cloud" / "running.json").read_text())
        return pss_bytes(Path(f"/proc/{noted['pid']}"))


def measure() -> Mapping[str, list[float]]:
    with opened("local") as cloud:
        return _ordered(cloud)


def table(measured: Mapping[str, Sequence[float]]) -> str:
    lines = ["| what is ordered from it | median | worst | runs | target |", "| --- " * 5 + "|"]
    for what, found in measured.items():
        middle, worst = f"{statistics.median(found):.2f}", f"{max(found):.2f}"
        lines.append(f"| {what} | {middle} | {worst} | {len(found)} | {TARGETS[what]} |")
    return "\n".join(lines)


@contextmanager
def opened(engine: str) -> Iterator[Account]:
    with TemporaryDirectory(prefix="labkit-bench-managed-") as folder:
        bench = Bench(Path(folder))
        try:
            bench.labkit("cloud", "up", "--engine", engine)
            keys = read_keys(bench.home / "cloud" / "keys.json")
            path = f"/cloud/project/{keys.project}/kube"
            yield Account(bench.home, official_client(keys), path)
        finally:
            bench.labkit("cloud", "down")


def _ordered(cloud: Account) -> dict[str, list[float]]:
    """Real clusters, one after the other, each deleted before the next one is ordered."""
    runs = [_once(cloud, f"bench-{run}") for run in range(RUNS)]
    return {what: [run[what] for run in runs] for what in (CLUSTER, POOL, AUTOSCALER)}


def _once(cloud: Account, name: str) -> dict[str, float]:
    began = SystemClock().monotonic()
    cluster = cloud.order(name=name)
    cluster_seconds = seconds_until(lambda: cloud.is_ready(cluster), began)
    began = SystemClock().monotonic()
    pool = _pool(cloud, cluster, name="three", desiredNodes=3)
    pool_seconds = seconds_until(lambda: cloud.is_ready(pool), began)
    cloud.client.delete(pool)
    seconds_until(lambda: cloud.client.get(f"{cluster}/node") == [])
    found = {
        CLUSTER: cluster_seconds,
        POOL: pool_seconds,
        AUTOSCALER: _autoscaler(cloud, cluster),
    }
    cloud.client.delete(cluster)
    seconds_until(lambda: cloud.client.get(cloud.clusters) == [])
    sys.stderr.writelines(f"  {what}: {value:.2f}\n" for what, value in found.items())
    return found


def _autoscaler(cloud: Account, cluster: str) -> float:
    """From a Pod's condition, as a watcher sees it, to the pool's new size."""
    moving = {"autoscale": True, "minNodes": 1, "maxNodes": 2, "desiredNodes": 1}
    pool = _pool(cloud, cluster, name="few", **moving)
    seconds_until(lambda: cloud.is_ready(pool))
    access = read_access(cloud.kubeconfig(cluster))
    with Reader(access) as reader, Writer(access) as writer:
        for name in ("first", "second"):
            pod = {**HUNGRY, "metadata": {"name": name}}
            writer.create(pod, namespace="default")
        seconds_until(lambda: any(map(_is_unschedulable, reader.list("Pod", namespace="default"))))
        return seconds_until(lambda: cloud.client.get(pool)["desiredNodes"] == 2)


def _is_unschedulable(pod: Mapping[str, Any]) -> bool:
    conditions = pod["status"].get("conditions") or []
    return any(each.get("reason") == "Unschedulable" for each in conditions)


def _pool(cloud: Account, cluster: str, **body: Any) -> str:
    made = cloud.client.post(f"{cluster}/nodepool", flavorName="d2-2", **body)
    return f"{cluster}/nodepool/{made['id']}"


def seconds_until(look: Callable[[], bool], began: float | None = None) -> float:
    """How long until it is so, from now or from an earlier moment."""
    clock = SystemClock()
    began = clock.monotonic() if began is None else began
    until(look)
    return clock.monotonic() - began


if __name__ == "__main__":
    sys.stdout.write(table(measure()) + "\n")
