"""The Node object of a simulated node: what a kubelet of that flavor would report. Pure."""

from ipaddress import IPv4Address
from typing import Any

from labkit.cluster.flavors import Flavor, known_flavor
from labkit.cluster.node_record import NodeRecord, taint_from

NODE_LIMIT = 250  # Pods of node i have addresses in 10.2.i.0/24
FIRST_ADDRESS = IPv4Address("198.19.1.0")
RESERVED_MILLICPU = 100  # as on a real node of this lab
EVICTION_MIB = 50
PODS = 110
STORAGE = "50Gi"


def node_address(index: int) -> str:
    return str(FIRST_ADDRESS + index)


def node_object(node: NodeRecord, version: str) -> dict[str, Any]:
    """`version` is a kubelet's; the Node's own shows that it is simulated."""
    flavor = known_flavor(node.shape.flavor)
    pods_range = f"10.2.{node.index}.0/24"
    spec: dict[str, Any] = {
        "podCIDR": pods_range,
        "podCIDRs": [pods_range],
        "providerID": node.shape.provider_id or f"kwok://{node.name}",
        "taints": [taint_from(text) for text in node.shape.taints],
    }
    if node.shape.cordoned:
        spec["unschedulable"] = True
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {
            "name": node.name,
            "labels": _labels(node),
            "annotations": {"kwok.x-k8s.io/node": "fake", **dict(node.shape.annotations)},
        },
        "spec": spec,
        "status": {
            "capacity": _capacity(flavor),
            "allocatable": _allocatable(flavor),
            "addresses": [
                {"type": "InternalIP", "address": node_address(node.index)},
                {"type": "Hostname", "address": node.name},
            ],
            "nodeInfo": _node_info(version),
        },
    }


def _labels(node: NodeRecord) -> dict[str, str]:
    return {
        "kubernetes.io/hostname": node.name,
        "kubernetes.io/os": "linux",
        "kubernetes.io/arch": "amd64",
        "nodepool": node.shape.pool,
        "node.kubernetes.io/instance-type": node.shape.flavor,
        **dict(node.shape.labels),
    }


def _capacity(flavor: Flavor) -> dict[str, str]:
    gpus = {"nvidia.com/gpu": str(flavor.gpus)} if flavor.gpus else {}
    return gpus | {
        "cpu": str(flavor.vcpus),
        "memory": f"{flavor.memory_kib}Ki",
        "ephemeral-storage": STORAGE,
        "pods": str(PODS),
    }


def _allocatable(flavor: Flavor) -> dict[str, str]:
    return _capacity(flavor) | {
        "cpu": f"{flavor.vcpus * 1000 - RESERVED_MILLICPU}m",
        "memory": f"{flavor.memory_kib - EVICTION_MIB * 1024}Ki",
    }


def _node_info(version: str) -> dict[str, str]:
    empty = dict.fromkeys(("machineID", "systemUUID", "bootID"), "")
    return empty | {
        "kubeletVersion": f"{version}+kwok",
        "kubeProxyVersion": "",
        "containerRuntimeVersion": "kwok://simulated",
        "kernelVersion": "simulated",
        "osImage": "Simulated by kwok",
        "operatingSystem": "linux",
        "architecture": "amd64",
    }
