"""Does a Pod fit on a node? As the scheduler sees it, for the rules that keep Pods waiting.

Left out, because nothing in a lesson needs it: affinity between Pods, and spreading. Pods with
those count as fitting anywhere when the cluster grows, and are never moved when it shrinks.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from labkit.cloud.autoscaling.facts import Amounts, Node, Pod, Requirement, total

NO_ENTRY = ("NoSchedule", "NoExecute")


@dataclass(slots=True)
class Place:
    """A node while Pods are being tried on it."""

    node: Node
    free: Amounts
    pods: list[Pod] = field(default_factory=list)

    def copy(self) -> "Place":
        return Place(self.node, self.free, list(self.pods))

    def take(self, pod: Pod) -> None:
        self.free = self.free.minus(pod.asks)
        self.pods.append(pod)


def place(node: Node, pods: Sequence[Pod] = ()) -> Place:
    return Place(node, node.room.minus(total(pod.asks for pod in pods)), list(pods))


def why_not(pod: Pod, there: Place) -> str:
    """The scheduler's own kind of words; "" when it fits."""
    node = there.node
    if not (node.ready and node.schedulable):
        return "node(s) were unschedulable"
    if any(taint.effect in NO_ENTRY and not _tolerates(pod, taint) for taint in node.taints):
        return "node(s) had untolerated taint(s)"
    if pod.affinity and not any(_all(group, node.labels) for group in pod.affinity):
        return "node(s) didn't match Pod's node affinity/selector"
    if any(_are_apart(pod, other) or _are_apart(other, pod) for other in there.pods):
        return "node(s) didn't match pod anti-affinity rules"
    lacking = there.free.lacking(pod.asks)
    return f"Insufficient {lacking[0]}" if lacking else ""


def _tolerates(pod: Pod, taint: object) -> bool:
    return any(one.covers(taint) for one in pod.tolerations)  # type: ignore[arg-type]


def _all(group: Iterable[Requirement], labels: tuple[tuple[str, str], ...]) -> bool:
    known = dict(labels)
    return all(one.holds(known) for one in group)


def _are_apart(pod: Pod, other: Pod) -> bool:
    return pod.namespace == other.namespace and any(
        _all(group, other.labels) for group in pod.apart
    )


def settle(pods: Iterable[Pod], places: Sequence[Place]) -> list[Pod]:
    """Put each on the fullest place that takes it; those that found none."""
    left = []
    for pod in pods:
        fitting = [one for one in places if not why_not(pod, one)]
        if not fitting:
            left.append(pod)
            continue
        min(fitting, key=lambda one: (one.free.millicpu, one.free.memory)).take(pod)
    return left
