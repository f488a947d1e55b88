"""Pods as a policy sees them, and the selectors that choose among them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Address
from typing import Any

from labkit.kube.resources import Object

ENDED = ("Succeeded", "Failed")


@dataclass(frozen=True, slots=True)
class Pod:
    namespace: str
    node: str
    address: int
    labels: Mapping[str, str] = field(default_factory=dict)
    ports: Mapping[tuple[str, str], int] = field(default_factory=dict)
    """By name and protocol."""


def pods_from(objects: Iterable[Object]) -> list[Pod]:
    """Those with an address of their own: not the host's, and not one that may be another's now."""
    return [_pod(each) for each in objects if _has_own_address(each)]


def _has_own_address(found: Object) -> bool:
    status = found.get("status") or {}
    if found["spec"].get("hostNetwork") or status.get("phase") in ENDED:
        return False
    address = status.get("podIP") or ""
    return bool(address) and ":" not in address


def _pod(found: Object) -> Pod:
    spec, metadata = found["spec"], found["metadata"]
    return Pod(
        namespace=metadata["namespace"],
        node=spec.get("nodeName", ""),
        address=int(IPv4Address(found["status"]["podIP"])),
        labels=metadata.get("labels") or {},
        ports=_named_ports(spec),
    )


def _named_ports(spec: Mapping[str, Any]) -> dict[tuple[str, str], int]:
    """Of containers and sidecars; of two that share a name, the first has it."""
    sidecars = [
        each for each in spec.get("initContainers") or () if each.get("restartPolicy") == "Always"
    ]
    found: dict[tuple[str, str], int] = {}
    for container in (*(spec.get("containers") or ()), *sidecars):
        for port in container.get("ports") or ():
            key = port.get("name", ""), port.get("protocol", "TCP")
            found.setdefault(key, port["containerPort"])
    return found


def selects(selector: Mapping[str, Any], labels: Mapping[str, str]) -> bool:
    """An empty selector selects everything."""
    exact = selector.get("matchLabels") or {}
    return all(labels.get(key) == value for key, value in exact.items()) and all(
        _holds(each, labels) for each in selector.get("matchExpressions") or ()
    )


def _holds(expression: Mapping[str, Any], labels: Mapping[str, str]) -> bool:
    """Raises KeyError for an operator that this Kubernetes does not have."""
    key, values = expression["key"], expression.get("values") or ()
    answers = {
        "In": key in labels and labels[key] in values,
        "NotIn": key not in labels or labels[key] not in values,
        "Exists": key in labels,
        "DoesNotExist": key not in labels,
    }
    return answers[expression["operator"]]
