"""Attached to clusters that the engine did not make: nothing of theirs is changed."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from labkit.cluster.engine import Capability, ClusterConfig, State
from labkit.cluster.kubeconfig import KubeconfigEngine
from labkit.cluster.kubeconfig_objects import LABEL
from labkit.foundation.process import SystemRunner
from labkit.foundation.progress import Quiet
from labkit.foundation.settings import read_settings
from labkit.foundation.waiting import SystemClock
from labkit.kube.kubeconfig import kubeconfig_text
from labkit.kube.reader import Reader
from tests.support.own_cluster import OwnCluster, wait_for_dns
from tests.support.simulated import SimulatedCluster

pytestmark = pytest.mark.cluster


@pytest.fixture
def simulated(tmp_path: Path) -> Iterator[SimulatedCluster]:
    cluster = SimulatedCluster(tmp_path / "made")
    yield cluster
    cluster.delete()


def attached(tmp_path: Path, source: Path) -> KubeconfigEngine:
    settings = replace(read_settings(), home=tmp_path / "attached", kubeconfig=source)
    return KubeconfigEngine("far", settings, SystemRunner(), SystemClock())


def test_attached_cluster_is_used_and_survives_delete(
    simulated: SimulatedCluster, tmp_path: Path
) -> None:
    made = simulated.up(2)
    engine = attached(tmp_path, simulated.engine.kubeconfig())
    status = engine.start(ClusterConfig("far"), Quiet())
    assert (status.state, status.api_server) == (State.RUNNING, made.api_server)
    assert [node.name for node in status.nodes] == ["node1", "node2"]
    before = simulated.processes()
    with simulated.reader() as reader:
        objects = everything(reader)
        engine.stop(Quiet())
        engine.delete(Quiet())
        assert everything(reader) == objects
    assert simulated.processes() == before
    assert [path for path in (tmp_path / "attached").rglob("*") if path.is_file()] == []


def test_probe_of_simulated_nodes_makes_nothing(
    simulated: SimulatedCluster, tmp_path: Path
) -> None:
    simulated.up(2)
    engine = attached(tmp_path, simulated.engine.kubeconfig())
    engine.start(ClusterConfig("far"), Quiet())
    assert engine.probe() == {Capability.MULTI_NODE, Capability.CLUSTER_SCOPE}
    again = attached(tmp_path, simulated.engine.kubeconfig())
    assert again.capabilities == engine.capabilities
    assert "labkit-probe-" not in simulated.engine.logs("audit", 2000)


def test_probe_of_a_user_who_may_only_look_offers_what_can_be_seen(
    simulated: SimulatedCluster, tmp_path: Path
) -> None:
    simulated.up(2)
    with simulated.writer() as writer:
        for item in onlooker():
            writer.create(item)
        token = writer.token("onlooker", "default").token
        access = replace(writer.access, certificate="", key="", token=token)
    source = tmp_path / "onlooker.kubeconfig"
    source.write_text(kubeconfig_text(access))
    engine = attached(tmp_path, source)
    engine.start(ClusterConfig("far"), Quiet())
    assert engine.probe() == {Capability.MULTI_NODE}


def test_probe_of_a_real_cluster_tries_everything_and_cleans_up(
    own_cluster: OwnCluster, tmp_path: Path
) -> None:
    own_cluster.labkit("up", "--nodes", "2")
    engine = attached(tmp_path, own_cluster.kubeconfig)
    engine.start(ClusterConfig("far"), Quiet())
    with own_cluster.reader() as reader:
        wait_for_dns(reader)
        offers = engine.probe()
        assert offers >= {
            Capability.REAL_PODS,
            Capability.DNS,
            Capability.MULTI_NODE,
            Capability.LOAD_BALANCER,
            Capability.NETWORK_POLICY,
            Capability.CLUSTER_SCOPE,
        }
        assert not offers & {Capability.STORAGE, Capability.INGRESS}
        assert reader.list("Namespace", labels=LABEL) == []


def everything(reader: Reader) -> set[str]:
    """Uids of what an engine could have made.

    A cluster this young goes on making ServiceAccounts of its own: `default`, and its parts'.
    """
    kinds = ("Namespace", "Node", "Pod", "Secret", "ServiceAccount", "ClusterRole")
    found = [item for kind in kinds for item in reader.list(kind)]
    return {item["metadata"]["uid"] for item in found if not _is_clusters_own(item)}


def _is_clusters_own(item: dict[str, Any]) -> bool:
    place = item["metadata"]
    is_account = item["kind"] == "ServiceAccount"
    return is_account and bool(
        place.get("namespace") == "kube-system" or place["name"] == "default"
    )


def onlooker() -> list[dict[str, Any]]:
    subject = {"kind": "ServiceAccount", "name": "onlooker", "namespace": "default"}
    group = "rbac.authorization.k8s.io"
    rules = [{"apiGroups": [""], "resources": ["nodes"], "verbs": ["get", "list"]}]
    return [
        {
            "apiVersion": "v1",
            "kind": "ServiceAccount",
            "metadata": {"name": "onlooker", "namespace": "default"},
        },
        {
            "apiVersion": f"{group}/v1",
            "kind": "ClusterRole",
            "metadata": {"name": "onlooker"},
            "rules": rules,
        },
        {
            "apiVersion": f"{group}/v1",
            "kind": "ClusterRoleBinding",
            "metadata": {"name": "onlooker"},
            "roleRef": {"apiGroup": group, "kind": "ClusterRole", "name": "onlooker"},
            "subjects": [subject],
        },
    ]
