"""Whether three simulated clusters of 50 nodes each hold for ten minutes.

`python -m tools.bench crowd` orders them from an emulated cloud of its own, and looks every ten
seconds by both APIs: the cloud's, and each cluster's own.
"""

import statistics
import sys
from collections.abc import Mapping, Sequence
from contextlib import ExitStack

from labkit.foundation.waiting import SystemClock
from labkit.kube.conditions import is_true
from labkit.kube.kubeconfig import read_access
from labkit.kube.reader import Reader
from tools.bench_managed import Account, opened, seconds_until

CLUSTERS, NODES = 3, 50
HELD_SECONDS, LOOK_SECONDS = 600, 10
CROWD = "ordered together → all Ready, s"
WHOLE = "looks at which all were Ready, in 10 minutes, %"
ASKED = "GET of a cluster's 50 nodes, ms"
MEMORY = "memory (PSS) of the emulator, MB"
TARGETS = {WHOLE: "100", MEMORY: "≤ 120"}


def measure() -> Mapping[str, list[float]]:
    with opened("simulated") as cloud:
        return _held(cloud)


def table(measured: Mapping[str, Sequence[float]]) -> str:
    lines = [
        f"| {CLUSTERS} simulated clusters of {NODES} nodes each | median | worst | target |",
        "| --- | --- | --- | --- |",
    ]
    for what, found in measured.items():
        middle, worst = statistics.median(found), min(found) if what == WHOLE else max(found)
        lines.append(f"| {what} | {middle:.3g} | {worst:.3g} | {TARGETS.get(what, '')} |")
    return "\n".join(lines)


def _held(cloud: Account) -> dict[str, list[float]]:
    """Many looks at three clusters: by the cloud's API, and by each cluster's own."""
    pool = {"flavorName": "b3-8", "name": "crowd", "desiredNodes": NODES}
    clock = SystemClock()
    began = clock.monotonic()
    clusters = [cloud.order(name=f"crowd-{n}", nodepools=[pool]) for n in range(CLUSTERS)]
    seconds_until(lambda: all(map(cloud.is_ready, clusters)))
    with ExitStack() as stack:
        readers = [
            stack.enter_context(Reader(read_access(cloud.kubeconfig(each)))) for each in clusters
        ]
        crowd = tuple(zip(clusters, readers, strict=True))
        whole, asked, memory = list[bool](), list[float](), list[float]()
        ready_seconds = seconds_until(
            lambda: all(_is_whole(cloud, *each, []) for each in crowd), began
        )
        until = clock.monotonic() + HELD_SECONDS
        while clock.monotonic() < until:
            whole.append(all(_is_whole(cloud, *each, asked) for each in crowd))
            memory.append(cloud.emulator_bytes() / 1e6)
            clock.pause(LOOK_SECONDS)
    share = 100.0 * sum(whole) / len(whole)
    return {CROWD: [ready_seconds], WHOLE: [share], ASKED: asked, MEMORY: memory}


def _is_whole(cloud: Account, cluster: str, reader: Reader, asked: list[float]) -> bool:
    """Both say that all its nodes are Ready; notes how long the cloud's answer took, ms."""
    clock = SystemClock()
    began = clock.monotonic()
    shown = cloud.client.get(f"{cluster}/node")
    asked.append((clock.monotonic() - began) * 1000)
    ready = [node for node in shown if node["status"] == "READY"]
    there = [node for node in reader.list("Node") if is_true(node, "Ready")]
    return cloud.is_ready(cluster) and len(ready) == len(there) == NODES


if __name__ == "__main__":
    sys.stdout.write(table(measure()) + "\n")
