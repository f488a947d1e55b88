"""What is wanted becomes what is there, in the right order, and again after anything."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from labkit.cloud.kube.models import Cluster
from labkit.cloud.lifecycle.converging import Round, converge
from labkit.cloud.lifecycle.giving_up import give_up
from tests.support.cloud import PROJECT, Machine, Stage, staged

KUBE = f"/cloud/project/{PROJECT}/kube"


def cluster_with_pool(stage: Stage, **pool: Any) -> tuple[str, str]:
    """Addresses of a READY cluster and its READY pool."""
    cluster = f"{KUBE}/{stage.asked('POST', KUBE, {'region': 'GRA7', 'version': '1.33'})['id']}"
    body = {"flavorName": "b2-7", "name": "tram", **pool}
    pool_id = stage.asked("POST", f"{cluster}/nodepool", body)["id"]
    stage.settle()
    return cluster, f"{cluster}/nodepool/{pool_id}"


def shapes(stage: Stage) -> dict[str, Any]:
    (nodes,) = stage.machine.clusters.values()
    return nodes


def test_a_cluster_is_ready_only_when_its_engine_is(tmp_path: Path) -> None:
    with staged(tmp_path) as stage:
        made = stage.asked("POST", KUBE, {"region": "GRA7"})
        assert stage.asked("GET", f"{KUBE}/{made['id']}")["status"] == "INSTALLING"
        stage.settle()
        assert stage.asked("GET", f"{KUBE}/{made['id']}")["status"] == "READY"


def test_pools_are_objects_of_the_cluster_before_anything_is_ready(tmp_path: Path) -> None:
    seen: list[tuple[str, str]] = []

    def present(round_: Round) -> None:
        pool = stage.asked("GET", f"{KUBE}/{round_.cluster_id}/nodepool")[0]
        whole = stage.asked("GET", f"{KUBE}/{round_.cluster_id}")
        seen.append((whole["status"], pool["status"]))

    with staged(tmp_path) as stage:
        pool = {"flavorName": "b2-7", "desiredNodes": 1}
        made = stage.asked("POST", KUBE, {"region": "GRA7", "nodepool": pool})
        (cluster,) = stage.cloud.store.all(Cluster)
        converge(replace(stage.round(cluster), present=present))
        assert stage.asked("GET", f"{KUBE}/{made['id']}")["status"] == "READY"
    assert seen == [("INSTALLING", "INSTALLING")]


def test_nodes_carry_what_their_pool_says(tmp_path: Path) -> None:
    template = {
        "metadata": {"labels": {"shift": "night"}, "annotations": {"a": "b"}, "finalizers": []},
        "spec": {
            "unschedulable": False,
            "taints": [{"key": "k", "value": "v", "effect": "NoSchedule"}],
        },
    }
    with staged(tmp_path) as stage:
        cluster, _ = cluster_with_pool(stage, template=template)
        (node,) = stage.asked("GET", f"{cluster}/node")
        shape = shapes(stage)[node["name"]]
        assert shape.pool == "tram"
        assert shape.labels == (("shift", "night"),)
        assert shape.taints == ("k=v:NoSchedule",)
        assert shape.provider_id == f"openstack:///{node['instanceId']}"
        assert ("a", "b") in shape.annotations
        assert shape.version == "1.33"


def test_a_smaller_pool_loses_its_newest_node(tmp_path: Path) -> None:
    with staged(tmp_path) as stage:
        cluster, pool = cluster_with_pool(stage)
        (first,) = stage.asked("GET", f"{cluster}/node")
        stage.clock.pause(60)
        stage.asked("PUT", pool, {"desiredNodes": 2})
        stage.settle()
        stage.asked("PUT", pool, {"desiredNodes": 1})
        assert stage.asked("GET", pool)["status"] == "DOWNSCALING"
        stage.settle()
        (left,) = stage.asked("GET", f"{cluster}/node")
        assert left["id"] == first["id"]
        assert list(shapes(stage)) == [first["name"]]


def test_an_upgrade_takes_the_control_plane_first_then_node_after_node(tmp_path: Path) -> None:
    with staged(tmp_path) as stage:
        cluster, pool = cluster_with_pool(stage, desiredNodes=2)
        stage.machine.done.clear()
        stage.asked("POST", f"{cluster}/update", {"strategy": "NEXT_MINOR"})
        before = stage.asked("GET", cluster)
        assert (before["status"], before["isUpToDate"]) == ("UPDATING", False)
        stage.settle()
        done = [word.split()[0] for word in stage.machine.done]
        assert done == ["start", "remove", "add", "remove", "add"]
        after = stage.asked("GET", cluster)
        assert (after["status"], after["isUpToDate"]) == ("READY", True)
        assert after["version"].startswith("1.34.")
        assert stage.asked("GET", pool)["upToDateNodes"] == 2
        assert {shape.version for shape in shapes(stage).values()} == {"1.34"}


def test_restrictions_and_credentials_reach_the_engine(tmp_path: Path) -> None:
    with staged(tmp_path) as stage:
        cluster, _ = cluster_with_pool(stage)
        stage.asked("PUT", f"{cluster}/ipRestrictions", {"ips": ["10.42.0.7/16"]})
        assert stage.asked("GET", cluster)["status"] == "REDEPLOYING"
        stage.asked("POST", f"{cluster}/kubeconfig/reset")
        stage.settle()
        (config,) = stage.machine.configs.values()
        assert (config.allowed, config.credential_generation) == (("10.42.0.0/16",), 1)
        assert stage.asked("GET", cluster)["status"] == "READY"


def test_a_reset_takes_everything_and_leaves_the_id(tmp_path: Path) -> None:
    with staged(tmp_path) as stage:
        cluster, pool = cluster_with_pool(stage)
        stage.asked("POST", f"{cluster}/reset", {"workerNodesPolicy": "delete"})
        assert stage.asked("GET", cluster)["status"] == "RESETTING"
        stage.settle()
        assert stage.asked("GET", cluster)["status"] == "READY"
        assert stage.call("GET", pool).status_code == 404
        assert shapes(stage) == {}


def test_a_deleted_cluster_leaves_nothing(tmp_path: Path) -> None:
    with staged(tmp_path) as stage:
        cluster, _ = cluster_with_pool(stage)
        stage.asked("DELETE", cluster)
        assert stage.asked("GET", cluster)["status"] == "DELETING"
        stage.settle()
        assert stage.call("GET", cluster).status_code == 404
        assert stage.machine.clusters == {}


def test_beyond_the_quota_nodes_wait_in_an_error_state_until_there_is_room(tmp_path: Path) -> None:
    with staged(tmp_path) as stage:
        stage.lever("POST", "/quota", {"project": PROJECT, "max_instances": 2})
        _, pool = cluster_with_pool(stage, desiredNodes=3)
        assert stage.asked("GET", pool)["status"] == "USER_QUOTA_ERROR"
        assert len(shapes(stage)) == 2
        stage.lever("POST", "/quota", {"project": PROJECT, "max_instances": 3})
        stage.settle()
        assert stage.asked("GET", pool)["status"] == "READY"


def test_an_engine_that_never_starts_shows_as_error(tmp_path: Path) -> None:
    with staged(tmp_path) as stage:
        made = stage.asked("POST", KUBE, {"region": "GRA7"})
        give_up(stage.cloud, made["id"], "no room")
        assert stage.asked("GET", f"{KUBE}/{made['id']}")["status"] == "ERROR"
        kept = stage.cloud.store.get(Cluster, made["id"])
        assert kept is not None
        assert kept.trouble == "no room"
        stage.settle()
        assert stage.asked("GET", f"{KUBE}/{made['id']}")["status"] == "READY"


@pytest.mark.parametrize("kill_after", range(1, 6))
def test_another_emulator_goes_on_where_one_was_killed(tmp_path: Path, kill_after: int) -> None:
    """Here between any two rounds; killed in the middle of one is in tests/contract."""
    machine = Machine(tmp_path)
    with staged(tmp_path, machine) as stage:
        cluster, pool = cluster_with_pool(stage, desiredNodes=2)
        steps: list[Callable[[Stage], object]] = [
            lambda s: s.asked("PUT", pool, {"desiredNodes": 3}),
            lambda s: s.settle(),
            lambda s: s.asked("POST", f"{cluster}/update", {"strategy": "NEXT_MINOR"}),
            lambda s: s.settle(),
            lambda s: s.asked("PUT", pool, {"desiredNodes": 1}),
        ]
        for step in steps[:kill_after]:
            step(stage)
    with staged(tmp_path, machine) as again:
        for step in steps[kill_after:]:
            step(again)
        again.settle()
        again.settle()
        found = again.asked("GET", pool)
        assert (found["status"], found["currentNodes"]) == ("READY", 1)
        assert len(shapes(again)) == 1
