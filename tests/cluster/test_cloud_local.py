"""The emulated cloud before real clusters: what is ordered is there, and does what it says."""

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from labkit.kube.conditions import deployment_available
from labkit.kube.errors import ClusterUnreachable, CredentialsRefused
from tests.support.own_cloud import Ordered, OwnCloud, ordered
from tests.support.own_cluster import hello_deployment
from tests.support.rights import needs_root
from tests.support.traces import traces
from tests.support.waiting import eventually

pytestmark = [pytest.mark.cluster, needs_root]

# Targets are 6, 5 and 5 s on a quiet machine; a suite runs beside other things.
MOST_SECONDS = 15.0
ELSEWHERE = "203.0.113.0/24"


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OwnCloud]:
    own = OwnCloud(tmp_path_factory.mktemp("cloud") / "home", "local")
    own.up()
    yield own
    names = [f"cloud-{id_[:8]}" for id_ in own.client().get(own.clusters)]
    own.down()
    assert set().union(*(traces(name) for name in names)) == set()


@pytest.fixture(scope="module")
def cluster(cloud: OwnCloud) -> Ordered:
    """With one node."""
    pool = {"name": "tram", "flavorName": "b2-7", "desiredNodes": 1, "maxNodes": 3}
    made = ordered(cloud, nodepools=[pool])
    made.ready()
    made.ready(tram(made))
    return made


def tram(cluster: Ordered) -> str:
    pools = cluster.client.get(f"{cluster.path}/nodepool")
    return f"/nodepool/{next(pool['id'] for pool in pools if pool['name'] == 'tram')}"


def test_ordered_nodes_are_in_the_cluster_with_what_their_pool_says(cluster: Ordered) -> None:
    template: dict[str, Any] = {
        "metadata": {"labels": {"shift": "night"}, "annotations": {}, "finalizers": []},
        "spec": {"unschedulable": False, "taints": []},
    }
    pool = cluster.pool(flavorName="d2-2", name="night", desiredNodes=2, template=template)
    assert cluster.ready(pool) < MOST_SECONDS
    with cluster.reader() as reader:
        found = {n["metadata"]["name"]: n for n in reader.list("Node", labels="nodepool=night")}
        shown = [node for node in cluster.nodes() if node["name"].startswith("night-")]
        assert {one["name"] for one in shown} == set(found)
        for one in shown:
            spec = found[one["name"]]["spec"]
            assert spec["providerID"] == f"openstack:///{one['instanceId']}"
        assert reader.list("Node", labels="shift=night")
        template["metadata"]["labels"] = {"shift": "day"}
        cluster.client.put(cluster.path + pool, template=template)
        eventually(lambda: len(reader.list("Node", labels="shift=day")) == 2, "the new label")
        assert reader.list("Node", labels="shift=night") == []
    leaving = shown[0]
    cluster.client.delete(f"{cluster.path}/node/{leaving['id']}")
    eventually(lambda: leaving["id"] not in {n["id"] for n in cluster.nodes()}, "the node to go")
    assert cluster.client.get(cluster.path + pool)["desiredNodes"] == 1


def test_pending_pods_make_the_pool_grow_and_shrink_again(cluster: Ordered) -> None:
    pool = tram(cluster)
    settings = {"scaleDownUnneededTimeSeconds": 5}
    cluster.client.put(
        cluster.path + pool, autoscale=True, minNodes=1, maxNodes=2, autoscaling=settings
    )
    wanted = hello_deployment(16)
    container = wanted["spec"]["template"]["spec"]["containers"][0]
    container["resources"] = {"requests": {"cpu": "150m"}}
    wanted["spec"]["template"]["spec"]["nodeSelector"] = {"nodepool": "tram"}
    with cluster.reader() as reader, cluster.writer() as writer:
        writer.apply(wanted, namespace="default")
        eventually(lambda: size(cluster, pool) == 2, "a second node to be ordered")
        eventually(
            lambda: deployment_available(reader.get("Deployment", "hello", namespace="default")),
            "all Pods to find a place",
        )
        events = reader.list("Event", namespace="default", fields="reason=TriggeredScaleUp")
        assert "tram 1->2 (max: 2)" in events[0]["message"]
        writer.delete("Deployment", "hello", "default")
        eventually(lambda: size(cluster, pool) == 1, "the pool to shrink")
        eventually(lambda: len(reader.list("Node", labels="nodepool=tram")) == 1, "a node to go")


def size(cluster: Ordered, pool: str) -> int:
    return int(cluster.client.get(cluster.path + pool)["desiredNodes"])


def test_restrictions_shut_out_and_let_in(cluster: Ordered) -> None:
    with cluster.reader() as reader:
        cluster.client.put(f"{cluster.path}/ipRestrictions", ips=[ELSEWHERE])
        cluster.ready()
        with pytest.raises(ClusterUnreachable):
            reader.list("Namespace")
        cluster.client.put(f"{cluster.path}/ipRestrictions", ips=[])
        cluster.ready()
        assert reader.list("Namespace")


def test_reset_kubeconfig_ends_the_old_one(cluster: Ordered) -> None:
    with cluster.reader() as old:
        cluster.client.post(f"{cluster.path}/kubeconfig/reset")
        cluster.ready()
        eventually(lambda: is_refused(old), "the old kubeconfig to be refused")
    with cluster.reader() as new:
        assert new.list("Namespace")


def is_refused(reader: Any) -> bool:
    try:
        reader.list("Namespace")
    except CredentialsRefused:
        return True
    return False


def test_audit_log_says_who_deleted_what(cluster: Ordered) -> None:
    with cluster.writer() as writer:
        tariff = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "tariff"}}
        writer.create(tariff | {"data": {"day": "3"}}, namespace="default")
        writer.delete("ConfigMap", "tariff", "default")
    url = cluster.client.post(f"{cluster.path}/log/url", kind="audit")["url"]
    lines = httpx.get(url, timeout=10).text.splitlines()
    events = [json.loads(line) for line in lines if '"verb":"delete"' in line]
    names = {one["objectRef"].get("name") for one in events}
    assert "tariff" in names


def test_upgrade_goes_to_the_next_minor_node_after_node(cloud: OwnCloud) -> None:
    old = ordered(
        cloud,
        name="old",
        version="1.33",
        nodepools=[{"name": "tram", "flavorName": "d2-2", "desiredNodes": 1}],
    )
    old.ready()
    old.ready(tram(old))
    old.client.post(f"{old.path}/update", strategy="NEXT_MINOR")
    assert old.client.get(old.path)["status"] == "UPDATING"
    old.ready()
    with old.reader() as reader:
        assert reader.version().startswith("v1.34.")
        (node,) = reader.list("Node")
    assert node["status"]["nodeInfo"]["kubeletVersion"].startswith("v1.34.")
    assert old.client.get(old.path)["isUpToDate"]
    old.client.delete(old.path)
    eventually(
        lambda: old.path.rpartition("/")[2] not in cloud.client().get(cloud.clusters), "the end"
    )
