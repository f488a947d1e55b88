"""A cluster's own processes, stopped on purpose: what is missing then, and who starts them."""

import json
from typing import Any

import pytest

from labkit.cli.main import IN_THE_WAY
from tests.support.own_cluster import OwnCluster, hello_deployment, wait_for_state
from tests.support.waiting import eventually

pytestmark = pytest.mark.cluster

SCHEDULER = "kube-scheduler"


def component(cluster: OwnCluster, name: str) -> dict[str, Any]:
    found: list[dict[str, Any]] = cluster.status()["components"]
    return next(one for one in found if one["name"] == name)


def phases(cluster: OwnCluster) -> list[str]:
    with cluster.reader() as reader:
        return [pod["status"]["phase"] for pod in reader.list("Pod", namespace="default")]


def test_what_is_stopped_on_purpose_stays_so_until_it_is_told_to_start(
    own_cluster: OwnCluster,
) -> None:
    own_cluster.labkit("up", "--apart")
    own_cluster.labkit("component", "stop", SCHEDULER)
    with own_cluster.writer() as writer:
        writer.apply(hello_deployment(), namespace="default")
    eventually(lambda: phases(own_cluster) == ["Pending"], "a Pod without a node")
    scheduler = component(own_cluster, SCHEDULER)
    assert (scheduler["running"], scheduler["paused"]) == (False, True)
    assert phases(own_cluster) == ["Pending"]
    own_cluster.labkit("component", "start", SCHEDULER)
    eventually(lambda: phases(own_cluster) == ["Running"], "the Pod on a node")
    wait_for_state(own_cluster, "running")


def test_up_starts_all_that_was_stopped_on_purpose(own_cluster: OwnCluster) -> None:
    own_cluster.labkit("up", "--apart")
    for name in (SCHEDULER, "kube-controller-manager", "node1/kube-proxy", "node1/kubelet"):
        own_cluster.labkit("component", "stop", name)
        assert component(own_cluster, name)["paused"], name
    own_cluster.labkit("up", "--apart")
    wait_for_state(own_cluster, "running")
    assert not any(one["paused"] for one in own_cluster.status()["components"])


def test_what_is_no_component_is_refused(own_cluster: OwnCluster) -> None:
    own_cluster.labkit("up", "--apart")
    before = json.loads(own_cluster.labkit("component", "list", "--json").output)
    for name in ("nonsense", "node9/kubelet", "../etcd", "agent"):
        refused = own_cluster.labkit("component", "stop", name, may_fail=True)
        assert refused.status == IN_THE_WAY, name
        assert "labkit status" in refused.errors, name
    assert json.loads(own_cluster.labkit("component", "list", "--json").output) == before
