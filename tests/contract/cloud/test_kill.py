"""An emulator that is killed goes on where it stopped: at every step of a cluster's life.

In that life (created, two pools, grown, shrunk, upgraded, reset, deleted) there are 160 such steps:
before and after each of 57 commits, 7 starts of the control plane, 6 starts, 6 removals and 2
additions of a node, and 2 deletions of the whole cluster.
"""

import json
import sys
from collections import Counter
from pathlib import Path

import pytest

from labkit.cloud.kube.models import Cluster
from labkit.cloud.node.models import Node
from labkit.cloud.nodepool.changing import nodes_of, pools_of
from labkit.cloud.nodepool.state import size_status, status
from labkit.foundation.process import SystemRunner
from labkit.foundation.waiting import SystemClock, wait_until
from tests.contract.cloud.killed import CALLS, DONE, KeptMachine
from tests.support.cloud import Stage, staged

ROOT = Path(__file__).parents[3]
KINDS = {
    f"{when} {what}"
    for when in ("before", "after")
    for what in (
        "a commit",
        "start of the control plane",
        "start of a node",
        "addition of a node",
        "removal of a node",
        "deletion of the cluster",
    )
}
FEWEST = 150


@pytest.mark.fuzz
def test_a_kill_at_any_step_leaves_nothing_that_the_next_start_does_not_mend(
    tmp_path: Path,
) -> None:
    program = [sys.executable, "-m", "tests.contract.cloud.killed", str(tmp_path)]
    SystemRunner()(program, folder=ROOT, timeout_seconds=300)
    killed = sorted((path for path in tmp_path.iterdir()), key=lambda path: int(path.name))[:-1]
    died = Counter((folder / "died").read_text() for folder in killed)

    wrong = {
        f"{folder.name} {(folder / 'died').read_text()}": found
        for folder in killed
        if (found := complaints(folder))
    }

    assert wrong == {}
    assert set(died) == KINDS
    assert len(killed) >= FEWEST, died


def complaints(folder: Path) -> list[str]:
    """What is wrong with what an emulator left, after another one has gone on with it."""
    machine = KeptMachine(folder)
    with staged(folder, machine) as stage:
        stage.emulator.keepers._open_round = stage.round
        stage.cloud.wake = stage.emulator.keepers.wake
        stage.emulator.begin()
        wait_until(
            lambda: is_settled(stage),
            "a settled cloud",
            limit_seconds=20,
            clock=SystemClock(),
            pause_seconds=0.005,
            last_seen=lambda: str([one.status for one in stage.cloud.store.all(Cluster)]),
        )
        return [*unlike_the_engine(stage, machine), *unlike_the_answers(stage, folder)]


def is_settled(stage: Stage) -> bool:
    cloud = stage.cloud
    return all(
        cluster.status == "READY"
        and all(
            status(pool, nodes_of(cloud, pool)) == "READY"
            and size_status(pool, nodes_of(cloud, pool)) == "CAPACITY_OK"
            for pool in pools_of(cloud, cluster)
        )
        for cluster in cloud.store.all(Cluster)
    )


def unlike_the_engine(stage: Stage, machine: KeptMachine) -> list[str]:
    store = stage.cloud.store
    there = {
        (cluster, name, shape.provider_id)
        for cluster, nodes in machine.clusters.items()
        for name, shape in nodes.items()
    }
    kept = {
        (cluster.engine_name, node.name, f"openstack:///{node.instance_id}")
        for node in store.all(Node)
        if node.status != "DELETED" and (cluster := store.get(Cluster, node.cluster))
    }
    orphans = set(machine.clusters) ^ {one.engine_name for one in store.all(Cluster)}
    lost = [node.name for node in store.all(Node) if store.get(Cluster, node.cluster) is None]
    found = [f"nodes differ: {sorted(there ^ kept)}"] if there != kept else []
    found += [f"clusters differ: {orphans}"] if orphans else []
    return found + ([f"nodes without a cluster: {lost}"] if lost else [])


def unlike_the_answers(stage: Stage, folder: Path) -> list[str]:
    """What was answered is so; what was only asked may be."""
    if not (folder / DONE).exists():
        return []
    clusters = stage.cloud.store.all(Cluster)
    versions = [cluster.version[:4] for cluster in clusters] or [""]
    pools = {
        pool.name: sum(node.status == "READY" for node in nodes_of(stage.cloud, pool))
        for cluster in clusters
        for pool in pools_of(stage.cloud, cluster)
    }
    answered, asked = json.loads((folder / DONE).read_text())
    may_be = [CALLS[number - 1][3:] if number else ("", {}) for number in (answered, asked)]
    is_so = (versions[0], pools) in may_be
    return [] if is_so else [f"{versions} {pools} is none of {may_be}"]
