from pathlib import Path

import yaml

from labkit.cluster.engine import NodeShape
from labkit.cluster.node_record import NodeRecord
from labkit.cluster.simulated.node_object import NODE_LIMIT, node_object
from labkit.cluster.simulated.paths import SimulatedPaths
from labkit.cluster.simulated.plane import (
    PROGRAMS,
    egress_configuration,
    group_of,
    kwok_configuration,
    plane_of,
)
from labkit.cluster.simulated.ports import Ports
from labkit.cluster.simulated.record import SimulatedRecord

PATHS = SimulatedPaths("lab", Path("/home/ada/labkit"))
RECORD = SimulatedRecord("lab", Ports(21001, 21002, 21003, 21004, 21005))
PLANE = plane_of(RECORD, PATHS, {name: Path("/programs") / name for name in PROGRAMS})
COMMANDS = {plan.name: plan.command for plan in group_of(PLANE, PATHS).plans}


def test_everything_listens_on_this_machine_only_and_on_ports_of_its_own() -> None:
    assert "--bind-address=127.0.0.1" in COMMANDS["kube-apiserver"]
    assert "--secure-port=21001" in COMMANDS["kube-apiserver"]
    assert "--listen-client-urls=http://127.0.0.1:21002" in COMMANDS["etcd"]
    assert "--listen-peer-urls=http://127.0.0.1:21003" in COMMANDS["etcd"]
    assert "--secure-port=21004" in COMMANDS["kube-controller-manager"]
    assert "--secure-port=21005" in COMMANDS["kube-scheduler"]


def test_kubernetes_service_leads_to_no_loopback_address() -> None:
    assert "--advertise-address=198.19.0.1" in COMMANDS["kube-apiserver"]


def test_api_server_reaches_neither_nodes_nor_pods() -> None:
    flag = f"--egress-selector-config-file={PATHS.data / 'egress.yaml'}"
    assert flag in COMMANDS["kube-apiserver"]
    (selection,) = yaml.safe_load(egress_configuration(PATHS.data))["egressSelections"]
    assert selection["name"] == "cluster"
    assert selection["connection"]["transport"]["uds"]["udsName"].startswith(str(PATHS.data))


def test_kwok_waits_for_the_api_server_and_reads_nothing_of_the_attendees() -> None:
    kwok = next(plan for plan in group_of(PLANE, PATHS).plans if plan.name == "kwok")
    assert kwok.waits
    assert dict(kwok.environment)["KWOK_WORKDIR"].startswith(str(PATHS.data))


def test_kwok_is_told_each_stage_of_nodes_and_pods() -> None:
    configuration, *stages = yaml.safe_load_all(kwok_configuration())
    assert configuration["options"]["manageAllNodes"] is True
    assert {stage["metadata"]["name"] for stage in stages} == {
        "node-initialize",
        "node-heartbeat",
        "pod-ready",
        "pod-keep-address",
        "pod-complete",
        "pod-delete",
    }
    assert {stage["kind"] for stage in stages} == {"Stage"}


def test_heartbeats_come_twice_within_the_grace_that_a_silent_node_has() -> None:
    stages = {each["metadata"]["name"]: each for each in yaml.safe_load_all(kwok_configuration())}
    assert stages["node-heartbeat"]["spec"]["delay"]["jitterDurationMilliseconds"] < 25_000


def test_node_shows_its_flavor_pool_and_that_it_is_simulated() -> None:
    node = node_object(NodeRecord(3, NodeShape("b2-7", "web", "node3")), "v1.34.4")
    assert node["metadata"]["labels"]["node.kubernetes.io/instance-type"] == "b2-7"
    assert node["metadata"]["labels"]["nodepool"] == "web"
    assert node["status"]["capacity"]["memory"] == "7340032Ki"
    assert node["status"]["allocatable"]["cpu"] == "1900m"
    assert node["status"]["nodeInfo"]["kubeletVersion"] == "v1.34.4+kwok"
    assert node["spec"]["podCIDR"] == "10.2.3.0/24"


def test_node_keeps_the_labels_taints_and_cordon_of_its_shape() -> None:
    shape = NodeShape(
        name="n", labels=(("disk", "fast"),), taints=("gpu=yes:NoSchedule",), cordoned=True
    )
    node = node_object(NodeRecord(1, shape), "v1.34.4")
    assert node["metadata"]["labels"]["disk"] == "fast"
    assert node["spec"]["taints"] == [{"key": "gpu", "value": "yes", "effect": "NoSchedule"}]
    assert node["spec"]["unschedulable"] is True


def test_node_of_a_pool_carries_what_the_cloud_says_about_it() -> None:
    shape = NodeShape(
        "t1-45", name="n", annotations=(("k1", "v1"),), provider_id="openstack:///7d149c79"
    )
    node = node_object(NodeRecord(1, shape), "v1.33.13")
    assert node["metadata"]["annotations"]["k1"] == "v1"
    assert node["spec"]["providerID"] == "openstack:///7d149c79"
    assert node["status"]["allocatable"]["nvidia.com/gpu"] == "1"
    assert node["status"]["nodeInfo"]["kubeletVersion"] == "v1.33.13+kwok"


def test_every_node_up_to_the_limit_has_an_address_and_a_range_of_its_own() -> None:
    nodes = [
        node_object(NodeRecord(index, NodeShape(name=f"node{index}")), "v1.34.4")
        for index in range(1, NODE_LIMIT + 1)
    ]
    assert len({node["spec"]["podCIDR"] for node in nodes}) == NODE_LIMIT
    assert len({node["status"]["addresses"][0]["address"] for node in nodes}) == NODE_LIMIT
