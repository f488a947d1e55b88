"""Which nodes are not needed, and which of them may leave now. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from labkit.cloud.autoscaling.facts import Node, Pod, Pool, World, total
from labkit.cloud.autoscaling.fitting import Place, place, settle

MOST_EMPTY_AT_ONCE = 10  # OVHcloud's max-empty-bulk-delete


@dataclass(frozen=True, slots=True)
class Verdict:
    """Of one node: why it stays, or that it could go."""

    node: Node
    pool: Pool
    stays: str = ""
    empty: bool = False
    used: float = 0.0
    """The larger share of CPU or memory that is requested, by Pods that are not the node's own."""


def looked_at(world: World) -> list[Verdict]:
    """Emptiest first; each judged as if those before it had gone, and their Pods had moved."""
    pools = {pool.name: pool for pool in world.pools if pool.autoscale}
    there = world.by_node()
    used = {node.name: utilisation(node, there[node.name]) for node in world.nodes}
    places = {node.name: place(node, there[node.name]) for node in world.nodes if node.ready}
    spare = {pool.name: pool.desired - pool.low for pool in world.pools}
    verdicts = []
    for node in sorted(world.nodes, key=lambda node: (used[node.name], node.name)):
        if node.pool not in pools:
            continue
        pods = [pod for pod in there[node.name] if not pod.of_the_node]
        question = _Question(node, pools[node.pool], pods, used[node.name])
        stays = _why_held(world, question) if node.ready else ""
        if spare[node.pool] <= 0:  # it stays in thought too: others may move to it
            stays = stays or "its pool is at its minimum"
        if not stays:
            moved = {name: one.copy() for name, one in places.items() if name != node.name}
            stays = _why_homeless(question, moved) if node.ready else ""
            places = places if stays else moved
            spare[node.pool] -= not stays
        verdicts.append(Verdict(node, question.pool, stays, empty=not pods, used=question.used))
    return verdicts


@dataclass(frozen=True, slots=True)
class _Question:
    node: Node
    pool: Pool
    pods: Sequence[Pod]
    used: float


def utilisation(node: Node, pods: Sequence[Pod]) -> float:
    asked = total(pod.asks for pod in pods if not pod.of_the_node)
    cpu = asked.millicpu / node.room.millicpu if node.room.millicpu else 0.0
    memory = asked.memory / node.room.memory if node.room.memory else 0.0
    return max(cpu, memory)


def _why_held(world: World, question: _Question) -> str:
    used, threshold = question.used, question.pool.threshold
    if used >= threshold:
        return f"{used:.0%} of it is requested, the threshold is {threshold:.0%}"
    for pod in question.pods:
        if pod.unmovable:
            return f"Pod {pod.key} must not be moved: {pod.unmovable}"
    refused = _refused(world, question.pods)
    if refused:
        return f"the PodDisruptionBudget of Pod {refused.key} allows no disruption"
    return ""


def _why_homeless(question: _Question, others: Mapping[str, Place]) -> str:
    """The node's Pods are moved to `others` on the way."""
    left = settle(question.pods, list(others.values()))
    return f"Pod {left[0].key} would find no other place" if left else ""


def _refused(world: World, pods: Sequence[Pod]) -> Pod | None:
    """The Pod for which a budget has nothing left when all of these go together."""
    for budget in world.budgets:
        allowed = budget.allowed
        for pod in pods:
            labels = dict(pod.labels)
            if pod.namespace == budget.namespace and all(
                one.holds(labels) for one in budget.selector
            ):
                allowed -= 1
                if allowed < 0:
                    return pod
    return None


def leaving(
    verdicts: Sequence[Verdict], since: Mapping[str, datetime], now: datetime, speed: float
) -> list[Verdict]:
    """Those whose time has come: empty ones together, of the others one; never below a minimum."""
    ripe = [one for one in verdicts if not one.stays and _is_ripe(one, since, now, speed)]
    empty = [one for one in ripe if one.empty or not one.node.ready][:MOST_EMPTY_AT_ONCE]
    chosen: list[Verdict] = []
    for verdict in empty or ripe[:1]:
        same = sum(1 for one in chosen if one.pool.id == verdict.pool.id)
        if verdict.pool.desired - same > verdict.pool.low:
            chosen.append(verdict)
    return chosen


def _is_ripe(verdict: Verdict, since: Mapping[str, datetime], now: datetime, speed: float) -> bool:
    pool = verdict.pool
    seconds = pool.unneeded_seconds if verdict.node.ready else pool.unready_seconds
    begin = since.get(verdict.node.name)
    return begin is not None and now - begin >= timedelta(seconds=seconds / speed)
