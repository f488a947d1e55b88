"""Reads a cluster, decides, and acts: the thin part of the autoscaler."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Protocol

from labkit.cloud.autoscaling import reading
from labkit.cloud.autoscaling.deciding import Event, Memory, decide
from labkit.cloud.autoscaling.facts import Pool, Taint, World
from labkit.cloud.autoscaling.status import NAME, NAMESPACE, groups, status_map
from labkit.kube.errors import ObjectNotFound
from labkit.kube.reader import Reader
from labkit.kube.writer import Writer

COMPONENT = "cluster-autoscaler"


@dataclass(frozen=True, slots=True)
class PoolWish:
    """A pool of the cloud, before its template meets the cluster's DaemonSets."""

    id: str
    name: str
    flavor: str
    labels: Mapping[str, str]
    taints: Sequence[Taint]
    low: int
    high: int
    desired: int
    autoscale: bool
    threshold: float
    unneeded_seconds: float
    unready_seconds: float


class Pools(Protocol):
    """The cloud's pools of one cluster, as the autoscaler sees and changes them."""

    def wishes(self) -> Sequence[PoolWish]: ...

    def resize(self, pool_id: str, desired: int) -> None: ...

    def retire(self, pool_id: str, nodes: Sequence[str]) -> None:
        """These nodes, by name, leave; the pool wants as many less."""


def round_once(
    reader: Reader, writer: Writer, pools: Pools, memory: Memory, *, now: datetime, speed: float
) -> Memory:
    """One look at the cluster, and what follows. Raises KubeError where it does not answer."""
    wishes = pools.wishes()
    if not any(wish.autoscale for wish in wishes):
        return Memory()
    world = _world(reader, wishes)
    decision = decide(world, memory, now, speed)
    for pool_id, desired in decision.sizes.items():
        pools.resize(pool_id, desired)
    for pool_id in {one.pool.id for one in decision.leaving}:
        names = [one.node.name for one in decision.leaving if one.pool.id == pool_id]
        pools.retire(pool_id, names)
    for event in decision.events:
        _write_event(writer, event, now)
    shown = _show_status(writer, groups(world, decision), memory.shown, now)
    return replace(decision.memory, shown=shown)


def _world(reader: Reader, wishes: Sequence[PoolWish]) -> World:
    daemons = reader.list("DaemonSet")
    return World(
        reading.pods_from(reader.list("Pod")),
        reading.nodes_from(reader.list("Node")),
        tuple(_pool(wish, daemons) for wish in wishes),
        reading.budgets_from(reader.list("PodDisruptionBudget")),
    )


def _pool(wish: PoolWish, daemons: Sequence[Mapping[str, Any]]) -> Pool:
    template = reading.template_node(
        wish.name, wish.flavor, labels=wish.labels, taints=wish.taints, daemons=daemons
    )
    return Pool(
        wish.id,
        wish.name,
        template,
        wish.low,
        wish.high,
        wish.desired,
        autoscale=wish.autoscale,
        threshold=wish.threshold,
        unneeded_seconds=wish.unneeded_seconds,
        unready_seconds=wish.unready_seconds,
    )


def _write_event(writer: Writer, event: Event, now: datetime) -> None:
    moment = now.strftime("%Y-%m-%dT%H:%M:%SZ")
    namespace = event.namespace or "default"
    writer.create(
        {
            "apiVersion": "v1",
            "kind": "Event",
            "metadata": {"generateName": f"{event.name[:200]}.", "namespace": namespace},
            "involvedObject": {
                "apiVersion": "v1",
                "kind": event.kind,
                "name": event.name,
                "namespace": event.namespace,
                "uid": event.uid,
            },
            "reason": event.reason,
            "message": event.message,
            "type": "Warning" if event.warning else "Normal",
            "source": {"component": COMPONENT},
            "reportingComponent": COMPONENT,
            "firstTimestamp": moment,
            "lastTimestamp": moment,
            "count": 1,
        }
    )


def _show_status(writer: Writer, content: list[dict[str, Any]], before: str, now: datetime) -> str:
    """Written when more than the time has changed: each round would be a write a second."""
    text = str(content)
    if text == before:
        return before
    object_ = status_map(content, now)
    try:
        writer.patch("ConfigMap", NAME, {"data": object_["data"]}, NAMESPACE)
    except ObjectNotFound:
        writer.create(object_)
    return text
