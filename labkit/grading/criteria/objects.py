"""What an object says of itself: name, labels, conditions, owners."""

from collections.abc import Iterable, Mapping
from typing import Any

from labkit.grading.snapshot import Object
from labkit.grading.verdict import Evidence
from labkit.kube.conditions import node_ready

NO_NEW_PODS = ("NoSchedule", "NoExecute")


def name_of(found: Object) -> str:
    return str(found["metadata"]["name"])


def uid_of(found: Object) -> str:
    return str(found["metadata"].get("uid", ""))


def names_of(found: Iterable[Object]) -> str:
    """As a sentence lists them."""
    return ", ".join(sorted(name_of(item) for item in found))


def labels_of(found: Object) -> Mapping[str, str]:
    return found["metadata"].get("labels") or {}


def annotations_of(found: Object) -> Mapping[str, str]:
    return found["metadata"].get("annotations") or {}


def has_labels(found: Object, wanted: Mapping[str, str]) -> bool:
    """Also for a Pod template, whose labels are in the same place."""
    labels = (found.get("metadata") or {}).get("labels") or {}
    return all(labels.get(key) == value for key, value in wanted.items())


def labelled(objects: Iterable[Object], wanted: Mapping[str, str]) -> list[Object]:
    return [item for item in objects if has_labels(item, wanted)]


def as_selector(labels: Mapping[str, str]) -> str:
    """As `kubectl -l` takes it."""
    return ",".join(f"{key}={value}" for key, value in labels.items())


def owned_by(objects: Iterable[Object], owners: Iterable[Object]) -> list[Object]:
    """Those that name one of the owners as theirs, by its uid."""
    uids = {uid_of(owner) for owner in owners}
    return [
        item
        for item in objects
        if uids & {owner.get("uid") for owner in item["metadata"].get("ownerReferences") or ()}
    ]


def evidence(*objects: Object) -> tuple[Evidence, ...]:
    return tuple(
        Evidence(item.get("kind", ""), name_of(item), item["metadata"].get("namespace", ""))
        for item in objects
    )


def selects(selector: Mapping[str, Any], labels: Mapping[str, str]) -> bool:
    """A workload's selector, matchLabels and matchExpressions, over an object's labels."""
    exact = selector.get("matchLabels") or {}
    rules = selector.get("matchExpressions") or ()
    return all(labels.get(key) == value for key, value in exact.items()) and all(
        _holds(rule, labels) for rule in rules
    )


def can_take_work(node: Object) -> bool:
    """Ready, schedulable, and no taint keeps new Pods away."""
    spec = node.get("spec") or {}
    taints = spec.get("taints") or ()
    return (
        node_ready(node)
        and not spec.get("unschedulable", False)
        and not any(taint["effect"] in NO_NEW_PODS for taint in taints)
    )


def _holds(rule: Mapping[str, Any], labels: Mapping[str, str]) -> bool:
    value = labels.get(rule["key"])
    match rule["operator"]:
        case "In":
            return value in rule["values"]
        case "NotIn":
            return value not in rule["values"]
        case "Exists":
            return value is not None
        case "Gt" | "Lt" as comparison:  # of node affinity; the API takes one whole number
            bound = int(rule["values"][0])
            number = int(value) if value is not None and value.lstrip("-").isdecimal() else bound
            return number > bound if comparison == "Gt" else number < bound
        case _:
            return value is None
