"""From Kubernetes objects to facts. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from labkit.cloud.autoscaling.facts import (
    Amounts,
    Budget,
    Node,
    Pod,
    Requirement,
    Taint,
    Toleration,
    total,
)
from labkit.cluster.flavors import known_flavor
from labkit.kube.quantities import quantity

Object = Mapping[str, Any]

SAFE = "cluster-autoscaler.kubernetes.io/safe-to-evict"
MIRROR = "kubernetes.io/config.mirror"
HOSTNAME = "kubernetes.io/hostname"
KEPT_MILLICPU = 100  # what every node of this lab keeps for itself
KEPT_MEMORY = 100 << 20  # and of memory: 50 MiB reserved, 50 MiB before it evicts
MOST_PODS = 110
OVER = ("Succeeded", "Failed")


def pods_from(items: Iterable[Object]) -> tuple[Pod, ...]:
    """Without those that are over, which hold no room."""
    return tuple(
        pod_from(item) for item in items if (item.get("status") or {}).get("phase") not in OVER
    )


def pod_from(item: Object) -> Pod:
    metadata, spec = item["metadata"], item.get("spec") or {}
    owner = _controller(metadata)
    affinity = spec.get("affinity") or {}
    return Pod(
        uid=metadata.get("uid", ""),
        namespace=metadata.get("namespace", ""),
        name=metadata["name"],
        asks=asked(spec),
        labels=_pairs(metadata.get("labels")),
        node=spec.get("nodeName", ""),
        waits=_waits(item),
        tolerations=tuple(_toleration(one) for one in spec.get("tolerations") or ()),
        affinity=_node_affinity(spec, affinity),
        apart=_apart(affinity),
        unmovable=_unmovable(metadata, spec, affinity, owner),
        of_the_node=owner == "DaemonSet" or MIRROR in (metadata.get("annotations") or {}),
        owner=owner,
    )


def asked(spec: Object) -> Amounts:
    """The sum over containers, or the largest of the init containers where that is more."""
    running = total(_requests(one) for one in spec.get("containers") or ())
    first = [_requests(one) for one in spec.get("initContainers") or ()]
    return Amounts(
        max([running.millicpu, *(one.millicpu for one in first)]),
        max([running.memory, *(one.memory for one in first)]),
        1,
        running.others,
    )


def _requests(container: Object) -> Amounts:
    resources = container.get("resources") or {}
    wanted = {**(resources.get("limits") or {}), **(resources.get("requests") or {})}
    others = {name: int(quantity(str(text))) for name, text in wanted.items() if "/" in name}
    return Amounts(
        int(quantity(str(wanted.get("cpu", "0"))) * 1000),
        int(quantity(str(wanted.get("memory", "0")))),
        0,
        tuple(sorted(others.items())),
    )


def _waits(item: Object) -> bool:
    if item["metadata"].get("deletionTimestamp") or (item.get("spec") or {}).get("nodeName"):
        return False
    return any(
        one.get("type") == "PodScheduled" and one.get("reason") == "Unschedulable"
        for one in (item.get("status") or {}).get("conditions") or ()
    )


def _unmovable(metadata: Object, spec: Object, affinity: Object, owner: str) -> str:
    """By OVHcloud's settings: local storage and system Pods do not keep a node."""
    annotations = metadata.get("annotations") or {}
    if annotations.get(SAFE) == "false":
        return f"its annotation {SAFE} says so"
    if annotations.get(SAFE) == "true" or owner:
        far = affinity.get("podAffinity") or spec.get("topologySpreadConstraints")
        return "it depends on where other Pods are" if far else ""
    return "nothing would make it again"


def _controller(metadata: Object) -> str:
    owners = metadata.get("ownerReferences") or ()
    return next((str(one["kind"]) for one in owners if one.get("controller")), "")


def _toleration(given: Object) -> Toleration:
    return Toleration(
        given.get("key", ""),
        given.get("operator", "Equal"),
        given.get("value", ""),
        given.get("effect", ""),
    )


def _node_affinity(spec: Object, affinity: Object) -> tuple[tuple[Requirement, ...], ...]:
    selector = tuple(
        Requirement(key, "In", (value,)) for key, value in (spec.get("nodeSelector") or {}).items()
    )
    required = (affinity.get("nodeAffinity") or {}).get(
        "requiredDuringSchedulingIgnoredDuringExecution"
    ) or {}
    groups = [
        tuple(_requirement(one) for one in term.get("matchExpressions") or ())
        for term in required.get("nodeSelectorTerms") or ()
    ]
    if groups:
        return tuple((*selector, *group) for group in groups)
    return (selector,) if selector else ()


def _apart(affinity: Object) -> tuple[tuple[Requirement, ...], ...]:
    """Required rules of one Pod a node; those over zones need zones, which a lab has not."""
    terms = (affinity.get("podAntiAffinity") or {}).get(
        "requiredDuringSchedulingIgnoredDuringExecution"
    ) or ()
    return tuple(
        selector_from(term.get("labelSelector") or {})
        for term in terms
        if term.get("topologyKey") == HOSTNAME
    )


def selector_from(selector: Object) -> tuple[Requirement, ...]:
    exact = [
        Requirement(key, "In", (value,))
        for key, value in (selector.get("matchLabels") or {}).items()
    ]
    return (*exact, *(_requirement(one) for one in selector.get("matchExpressions") or ()))


def _requirement(given: Object) -> Requirement:
    values = tuple(str(one) for one in given.get("values") or ())
    return Requirement(given["key"], given["operator"], values)


def nodes_from(items: Iterable[Object]) -> tuple[Node, ...]:
    return tuple(_node(item) for item in items)


def _node(item: Object) -> Node:
    metadata, spec, status = item["metadata"], item.get("spec") or {}, item.get("status") or {}
    conditions: dict[str, Object] = {one["type"]: one for one in status.get("conditions") or ()}
    ready = conditions.get("Ready", {})
    labels = metadata.get("labels") or {}
    is_ready = ready.get("status") == "True"
    return Node(
        metadata["name"],
        labels.get("nodepool", ""),
        _room(status.get("allocatable") or {}),
        labels=_pairs(labels),
        taints=tuple(
            Taint(one["key"], one.get("value", ""), one["effect"])
            for one in spec.get("taints") or ()
        ),
        ready=is_ready,
        schedulable=not spec.get("unschedulable"),
        unready_since=None if is_ready else _moment(ready.get("lastTransitionTime")),
    )


def _room(allocatable: Object) -> Amounts:
    others = {name: int(quantity(str(text))) for name, text in allocatable.items() if "/" in name}
    return Amounts(
        int(quantity(str(allocatable.get("cpu", "0"))) * 1000),
        int(quantity(str(allocatable.get("memory", "0")))),
        int(quantity(str(allocatable.get("pods", "0")))),
        tuple(sorted(others.items())),
    )


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text.replace("Z", "+00:00")) if text else None


def template_node(
    pool: str,
    flavor: str,
    *,
    labels: Mapping[str, str],
    taints: Sequence[Taint],
    daemons: Iterable[Object],
) -> Node:
    """What a new node of this flavor offers, less what the cluster's DaemonSets will take."""
    known = known_flavor(flavor)
    room = Amounts(
        known.vcpus * 1000 - KEPT_MILLICPU, (known.memory_gib << 30) - KEPT_MEMORY, MOST_PODS
    )
    shown = {
        "nodepool": pool,
        "node.kubernetes.io/instance-type": flavor,
        "kubernetes.io/os": "linux",
        "kubernetes.io/arch": "amd64",
        **labels,
    }
    own = total(asked((one["spec"]["template"].get("spec")) or {}) for one in daemons)
    return Node(f"a new node of {pool}", pool, room.minus(own), _pairs(shown), tuple(taints))


def budgets_from(items: Iterable[Object]) -> tuple[Budget, ...]:
    return tuple(
        Budget(
            item["metadata"].get("namespace", ""),
            selector_from((item.get("spec") or {}).get("selector") or {}),
            int((item.get("status") or {}).get("disruptionsAllowed", 0)),
        )
        for item in items
    )


def _pairs(given: Mapping[str, str] | None) -> tuple[tuple[str, str], ...]:
    return tuple(sorted((given or {}).items()))
