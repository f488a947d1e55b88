"""The stage of the policy cases: its Pods and ways, and how a case says which are open."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase

from tests.support.own_cluster import HELLO
from tests.support.policy_objects import Object

TEAMS = {"shop": {"team": "shop"}, "bank": {"team": "bank", "region": "eu"}}
PODS = {
    "shop/front": {"app": "front", "tier": "web"},
    "shop/cart": {"app": "cart", "tier": "back"},
    "shop/store": {"app": "store", "tier": "back"},
    "bank/front": {"app": "front"},
    "bank/vault": {"app": "vault", "tier": "back"},
}
NODES = {
    "shop/front": "node1",
    "shop/cart": "node2",
    "shop/store": "node1",
    "bank/front": "node2",
    "bank/vault": "node2",
}
OUTSIDE = "outside"
PORTS = {"t8080": ("TCP", 8080), "t9090": ("TCP", 9090), "u5353": ("UDP", 5353)}


@dataclass(frozen=True, slots=True)
class Cell:
    source: str
    target: str
    port: str

    def matches(self, pattern: str) -> bool:
        source, _, rest = pattern.partition(" > ")
        target, _, port = rest.partition(" ")
        return (
            fnmatchcase(self.source, source)
            and fnmatchcase(self.target, target)
            and fnmatchcase(self.port, port or "*")
        )


CELLS = [
    Cell(source, target, port)
    for source in (*PODS, OUTSIDE)
    for target in (*PODS, OUTSIDE)
    for port in PORTS
    if source != target
]


@dataclass(frozen=True, slots=True)
class Case:
    policies: tuple[Object, ...]
    cut: tuple[str, ...] = ()
    passes: tuple[str, ...] = ()

    def is_open(self, cell: Cell) -> bool:
        is_cut = any(map(cell.matches, self.cut))
        return not is_cut or any(map(cell.matches, self.passes))

    def policies_at(self, addresses: Mapping[str, str]) -> list[Object]:
        """With the addresses that Pods have; `@shop/front` stands for one."""
        text = json.dumps(self.policies)
        for name, address in addresses.items():
            text = text.replace(f"@{name}", address)
        found: list[Object] = json.loads(text)
        return found


ADDRESSES = {
    "shop/front": "10.2.1.2",
    "shop/store": "10.2.1.3",
    "shop/cart": "10.2.2.2",
    "bank/front": "10.2.2.3",
    "bank/vault": "10.2.2.4",
    OUTSIDE: "198.18.7.1",
}
WEB = {"shop/store": 9090}
"""What a Pod calls by the name that others give to 8080."""


def namespace_objects() -> list[Object]:
    return [namespace_object(name, labels) for name, labels in TEAMS.items()]


def namespace_object(name: str, labels: Mapping[str, str]) -> Object:
    every = {**labels, "kubernetes.io/metadata.name": name}
    return {
        "apiVersion": "v1",
        "kind": "Namespace",
        "metadata": {"name": name, "labels": every},
    }


def pod_object(key: str, node: str, labels: Mapping[str, str]) -> Object:
    """It only waits: whoever tests listens and asks in its place."""
    namespace, name = key.split("/")
    ports = [
        {"name": "web", "containerPort": WEB.get(key, 8080)},
        {"name": "ask", "containerPort": 5353, "protocol": "UDP"},
    ]
    container = {
        "name": "still",
        "image": HELLO,
        "imagePullPolicy": "IfNotPresent",
        "args": ["sleep", "infinity"],
        "ports": ports,
    }
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "namespace": namespace, "labels": dict(labels)},
        "spec": {
            "nodeName": node,
            "containers": [container],
            "terminationGracePeriodSeconds": 0,
            "automountServiceAccountToken": False,
        },
    }


def pods_at(addresses: Mapping[str, str]) -> dict[str, Object]:
    """Running, each at its address; whoever is outside is a Pod of nobody's."""
    found = {
        key: {**pod_object(key, NODES[key], labels), "status": {"podIP": addresses[key]}}
        for key, labels in PODS.items()
    }
    stranger = {"metadata": {"name": OUTSIDE, "namespace": ""}, "spec": {}}
    return {**found, OUTSIDE: {**stranger, "status": {"podIP": addresses[OUTSIDE]}}}
