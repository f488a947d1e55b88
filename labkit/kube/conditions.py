"""What an object says of itself; pure. An object that does not exist is the empty dict."""

from collections.abc import Mapping
from typing import Any

from labkit.foundation.text import say

AnyObject = Mapping[str, Any]


def is_gone(object_: AnyObject) -> bool:
    return not object_


def condition(object_: AnyObject, kind: str) -> Mapping[str, Any]:
    """The condition of a type, {} when the object has none."""
    for found in (object_.get("status") or {}).get("conditions") or ():
        if found.get("type") == kind:
            given: Mapping[str, Any] = found
            return given
    return {}


def is_true(object_: AnyObject, kind: str) -> bool:
    return condition(object_, kind).get("status") == "True"


def is_observed(object_: AnyObject) -> bool:
    """Whether the status speaks of the spec as it is, not of an earlier one."""
    generation = (object_.get("metadata") or {}).get("generation")
    observed = (object_.get("status") or {}).get("observedGeneration")
    return bool(object_) and (observed is None or generation is None or observed >= generation)


def deployment_available(object_: AnyObject) -> bool:
    """The newest spec is rolled out: every replica updated and available, none left over."""
    status = object_.get("status") or {}
    if "observedGeneration" not in status or not is_observed(object_):
        return False
    wanted = (object_.get("spec") or {}).get("replicas", 1)
    counts = [status.get(key, 0) for key in ("updatedReplicas", "replicas", "availableReplicas")]
    return counts == [wanted] * 3


def daemon_set_available(object_: AnyObject) -> bool:
    status = object_.get("status") or {}
    if "observedGeneration" not in status or not is_observed(object_):
        return False
    wanted = status.get("desiredNumberScheduled", 0)
    counts = [status.get(key, 0) for key in ("updatedNumberScheduled", "numberAvailable")]
    return counts == [wanted] * 2


def pod_ready(object_: AnyObject) -> bool:
    return is_true(object_, "Ready") and not is_leaving(object_)


def restarts(object_: AnyObject) -> int:
    """How often a Pod's containers were started over, together."""
    statuses = (object_.get("status") or {}).get("containerStatuses") or ()
    return sum(one.get("restartCount", 0) for one in statuses)


def has_companions(object_: AnyObject) -> bool:
    """Of a Pod: whether more than one container is in it, those that come first included."""
    spec = object_.get("spec") or {}
    return len(spec.get("containers") or ()) + len(spec.get("initContainers") or ()) > 1


def containers_begun(object_: AnyObject) -> tuple[str, ...]:
    """Of a Pod: those with a log. Init containers only where they stay beside the others."""
    spec, status = object_.get("spec") or {}, object_.get("status") or {}
    before = {
        box["name"]
        for box in spec.get("initContainers") or ()
        if box.get("restartPolicy") != "Always"
    }
    boxes = [
        *(status.get("initContainerStatuses") or ()),
        *(status.get("containerStatuses") or ()),
    ]
    return tuple(
        box["name"] for box in boxes if box.get("containerID") and box["name"] not in before
    )


def pod_finished(object_: AnyObject) -> bool:
    return (object_.get("status") or {}).get("phase") in ("Succeeded", "Failed")


def node_ready(object_: AnyObject) -> bool:
    return is_true(object_, "Ready")


def node_version(node: AnyObject | None) -> str:
    """The kubelet's, such as v1.34.4; "" where there is no Node or no kubelet has spoken."""
    info = ((node or {}).get("status") or {}).get("nodeInfo") or {}
    return str(info.get("kubeletVersion", ""))


def job_complete(object_: AnyObject) -> bool:
    return is_true(object_, "Complete")


def is_leaving(object_: AnyObject) -> bool:
    """Deleted, and waiting for its finalizers or its grace period."""
    return bool((object_.get("metadata") or {}).get("deletionTimestamp"))


def summary(object_: AnyObject) -> str:
    """One line about its state, for the end of a wait that came to nothing."""
    if not object_:
        return say("it does not exist")
    if is_leaving(object_):
        return say("it is being deleted")
    return _waiting_container(object_) or _replicas(object_) or _conditions(object_)


def _waiting_container(object_: AnyObject) -> str:
    for container in (object_.get("status") or {}).get("containerStatuses") or ():
        waiting = (container.get("state") or {}).get("waiting") or {}
        if waiting:
            return say(
                "container {name} waits: {reason} {message}",
                name=container.get("name"),
                reason=waiting.get("reason", ""),
                message=waiting.get("message", ""),
            ).strip()
    return ""


def _replicas(object_: AnyObject) -> str:
    wanted = (object_.get("spec") or {}).get("replicas")
    if wanted is None:
        return ""
    status = object_.get("status") or {}
    return say(
        "{available} of {wanted} replicas available, {updated} updated",
        available=status.get("availableReplicas", 0),
        wanted=wanted,
        updated=status.get("updatedReplicas", 0),
    )


def _conditions(object_: AnyObject) -> str:
    """Conditions that are not true say why; else the phase, else that nothing is said yet."""
    status = object_.get("status") or {}
    told = [
        f"{found.get('type')}={found.get('status')} {found.get('message', '')}".strip()
        for found in status.get("conditions") or ()
        if found.get("status") != "True"
    ]
    return "; ".join(told) or str(status.get("phase") or say("it exists"))
