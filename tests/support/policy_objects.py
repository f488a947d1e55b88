"""Network policies in few words, for cases that must be read at a glance."""

from typing import Any

Object = dict[str, Any]


def policy(home: str, selected: Object | None = None, **spec: Any) -> Object:
    """Of all Pods of a namespace unless some are `selected`."""
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": {"name": "it", "namespace": home},
        "spec": {"podSelector": selected or {}, **spec},
    }


def named(name: str, made: Object) -> Object:
    return {**made, "metadata": {**made["metadata"], "name": name}}


def come(*peers: Object, ports: list[Object] | None = None) -> list[Object]:
    """Ingress of one rule."""
    rule: Object = {"from": list(peers)} if peers else {}
    return [{**rule, "ports": ports} if ports else rule]


def go(*peers: Object, ports: list[Object] | None = None) -> list[Object]:
    """Egress of one rule."""
    rule: Object = {"to": list(peers)} if peers else {}
    return [{**rule, "ports": ports} if ports else rule]


def app(name: str) -> Object:
    return {"matchLabels": {"app": name}}


def where(key: str, operator: str, *values: str) -> Object:
    expression: Object = {"key": key, "operator": operator}
    return {"matchExpressions": [{**expression, "values": list(values)} if values else expression]}


def pods(selector: Object) -> Object:
    return {"podSelector": selector}


def teams(selector: Object) -> Object:
    return {"namespaceSelector": selector}


def block(cidr: str, *holes: str) -> Object:
    return {"ipBlock": {"cidr": cidr, **({"except": list(holes)} if holes else {})}}


def tcp(port: int | str, end: int | None = None) -> Object:
    return {"port": port, "protocol": "TCP", **({"endPort": end} if end else {})}


def udp(port: int | str) -> Object:
    return {"port": port, "protocol": "UDP"}


IN, OUT, BOTH = ["Ingress"], ["Egress"], ["Ingress", "Egress"]
STORE = app("store")
SHOP, BANK = {"matchLabels": {"team": "shop"}}, {"matchLabels": {"team": "bank"}}
ANY: Object = {}
