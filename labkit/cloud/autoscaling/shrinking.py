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
    """Emptiest first; each judged as if those before it had gone."""
    pools = {pool.name: pool for pool in world.pools if pool.autoscale}
    nodes = sorted(
        (node for node in world.nodes if node.pool in pools),
        key=lambda node: (utilisation(world, node), node.name),
    )
    verdicts: list[Verdict] = []
    gone: set[str] = set()
    for node in nodes:
        verdict = _judge(world, node, pools[node.pool], gone)
        verdicts.append(verdict)
        if not verdict.stays:
            gone.add(node.name)
    return verdicts


def utilisation(world: World, node: Node) -> float:
    asked = total(pod.asks for pod in world.on(node.name) if not pod.of_the_node)
    cpu = asked.millicpu / node.room.millicpu if node.room.millicpu else 0.0
    memory = asked.memory / node.room.memory if node.room.memory else 0.0
    return max(cpu, memory)


def _judge(world: World, node: Node, pool: Pool, gone: set[str]) -> Verdict:
    used = utilisation(world, node)
    pods = [pod for pod in world.on(node.name) if not pod.of_the_node]
    reason = _why_stay(world, node, pool, pods, gone) if node.ready else ""
    if node.ready and used >= pool.threshold:
        reason = f"{used:.0%} of it is requested, the threshold is {pool.threshold:.0%}"
    return Verdict(node, pool, reason, empty=not pods, used=used)


def _why_stay(world: World, node: Node, pool: Pool, pods: Sequence[Pod], gone: set[str]) -> str:
    for pod in pods:
        if pod.unmovable:
            return f"Pod {pod.key} must not be moved: {pod.unmovable}"
    refused = _refused(world, pods)
    if refused:
        return f"the PodDisruptionBudget of Pod {refused.key} allows no disruption"
    left = settle(pods, _elsewhere(world, node, gone))
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


def _elsewhere(world: World, node: Node, gone: set[str]) -> list[Place]:
    """The other nodes, with those Pods on them that are there, or will come from nodes before."""
    places = [
        place(other, world.on(other.name))
        for other in world.nodes
        if other.name != node.name and other.name not in gone and other.ready
    ]
    moved = [pod for name in sorted(gone) for pod in world.on(name) if not pod.of_the_node]
    settle(moved, places)
    return places


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
