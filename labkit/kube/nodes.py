"""Takes Nodes out of service and back: cordon, drain by eviction, uncordon."""

from typing import Any

from labkit.foundation.errors import TimedOut
from labkit.foundation.text import say
from labkit.kube.conditions import is_leaving, pod_finished
from labkit.kube.errors import Busy, ObjectRejected
from labkit.kube.reader import Reader
from labkit.kube.resources import Object, Objects, Selection
from labkit.kube.waiting import wait_for_all
from labkit.kube.writer import Writer

MIRROR = "kubernetes.io/config.mirror"  # a static Pod's image in the API; only its node can end it
ENDING = "because it is being terminated"  # a namespace; it takes no new object, no eviction either
BUDGET_PAUSE_SECONDS = 1.0  # a budget opens when another Pod becomes ready: seconds, not less


def cordon(writer: Writer, node: str) -> None:
    writer.patch("Node", node, {"spec": {"unschedulable": True}})


def uncordon(writer: Writer, node: str) -> None:
    writer.patch("Node", node, {"spec": {"unschedulable": None}})


def drain(
    writer: Writer,
    reader: Reader,
    node: str,
    *,
    limit_seconds: float = 60,
    grace_seconds: int | None = None,
) -> tuple[str, ...]:
    """Cordon, evict what is not the node's own, wait until it is gone; "namespace/name" of each.

    Raises TimedOut with the disruption budget's own words when it stays closed until the limit.
    Pods without a controller are evicted too, and nothing brings those back.
    """
    clock = reader.clock
    end = clock.monotonic() + limit_seconds
    cordon(writer, node)
    leaving = to_evict(reader.list("Pod", fields=f"spec.nodeName={node}"))
    refused = {_key(pod): "" for pod in leaving if not is_leaving(pod)}
    while refused:
        refused = _evicted(writer, list(refused), grace_seconds)
        if refused and clock.monotonic() >= end:
            raise TimedOut(
                say("Node {node} to be drained", node=node),
                limit_seconds,
                "; ".join(f"{pod}: {reason}" for pod, reason in refused.items()),
                say("Look at `kubectl get pdb -A`: add replicas, or loosen the budget."),
            )
        if refused:
            clock.pause(BUDGET_PAUSE_SECONDS)
    _wait_until_gone(reader, node, leaving, max(end - clock.monotonic(), 1.0))
    return tuple(_key(pod) for pod in leaving)


def to_evict(pods: Objects) -> Objects:
    """Not those of DaemonSets, which tolerate the cordon, nor mirrors of static Pods."""
    return [pod for pod in pods if not _is_the_nodes_own(pod)]


def _is_the_nodes_own(pod: Object) -> bool:
    metadata: dict[str, Any] = pod["metadata"]
    owners = metadata.get("ownerReferences") or ()
    of_daemon_set = any(o.get("kind") == "DaemonSet" and o.get("controller") for o in owners)
    if pod_finished(pod):
        return False
    return of_daemon_set or MIRROR in (metadata.get("annotations") or {})


def _evicted(writer: Writer, pods: list[str], grace_seconds: int | None) -> dict[str, str]:
    """Ask once for each; what a budget refused, with its reason."""
    refused: dict[str, str] = {}
    for pod in pods:
        namespace, _, name = pod.partition("/")
        try:
            writer.evict(name, namespace, grace_seconds=grace_seconds)
        except Busy as trouble:
            refused[pod] = trouble.reason
        except ObjectRejected as trouble:
            if ENDING not in trouble.reason:  # else its namespace takes it away by itself
                raise
    return refused


def _wait_until_gone(reader: Reader, node: str, pods: Objects, limit_seconds: float) -> None:
    uids = {pod["metadata"]["uid"] for pod in pods}
    wait_for_all(
        reader,
        Selection("Pod", fields=f"spec.nodeName={node}"),
        lambda left: not any(pod["metadata"]["uid"] in uids for pod in left),
        limit_seconds=limit_seconds,
        awaited=say("the Pods of Node {node} to end", node=node),
    )


def _key(pod: Object) -> str:
    return f"{pod['metadata']['namespace']}/{pod['metadata']['name']}"
