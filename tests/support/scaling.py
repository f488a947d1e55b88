"""Small clusters for the autoscaler: made by hand, drawn by lot, and played over time."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from labkit.cloud.autoscaling.deciding import Decision, Memory, decide
from labkit.cloud.autoscaling.facts import (
    Amounts,
    Budget,
    Node,
    Pod,
    Pool,
    Requirement,
    Taint,
    Toleration,
    World,
)
from labkit.cloud.autoscaling.fitting import place, settle, why_not

GIB = 1 << 30
NOW = datetime(2026, 1, 1, 9, 0, tzinfo=UTC)
ROOMS = {"small": Amounts(900, 2 * GIB, 110), "large": Amounts(1900, 7 * GIB, 110)}
NIGHT = Taint("shift", "night", "NoSchedule")


def pod(name: str, millicpu: int = 150, memory: int = 0, **more: Any) -> Pod:
    asks = Amounts(millicpu, memory, 1)
    return replace(Pod(name, "shop", name, asks, waits=True), **more)


def pool(name: str = "tram", room: str = "large", **more: Any) -> Pool:
    template = Node(f"a new node of {name}", name, ROOMS[room], (("nodepool", name),))
    made = Pool(name, name, template, 0, 10, 0, autoscale=True, unneeded_seconds=60)
    return replace(made, **more)


def tainted(given: Pool) -> Pool:
    return replace(given, template=replace(given.template, taints=(NIGHT,)))


def node(name: str, of: Pool) -> Node:
    return replace(of.template, name=name)


def oracle(pods: Sequence[Pod], pools: Sequence[Pool]) -> tuple[int, int]:
    """Exhaustive: (Pods that cannot be placed, fewest nodes) over every way to place them.

    Pods are placed in turn on an open node, on a new one of each pool, or nowhere; branches that
    cannot become better than the best so far are cut.
    """
    best = [len(pods) + 1, 10**6]

    def go(rest: Sequence[Pod], open_: list[tuple[Pool, list[Pod]]], left: int) -> None:
        if (left, len(open_)) >= (best[0], best[1]):
            return
        if not rest:
            best[:] = [left, len(open_)]
            return
        first, others = rest[0], rest[1:]
        tried: set[tuple[str, tuple[tuple[int, int], ...]]] = set()
        for number, (where, there) in enumerate(open_):
            kind = (where.id, tuple(sorted((p.asks.millicpu, p.asks.memory) for p in there)))
            if kind in tried or why_not(first, place(where.template, there)):
                continue
            tried.add(kind)
            changed = [*open_]
            changed[number] = (where, [*there, first])
            go(others, changed, left)
        for where in pools:
            used = sum(1 for one, _ in open_ if one is where)
            if where.desired + used < where.high and not why_not(first, place(where.template)):
                go(others, [*open_, (where, [first])], left)
        go(others, open_, left + 1)

    go(sorted(pods, key=lambda one: -one.asks.millicpu), [], 0)
    return best[0], best[1]


def drawn_question(seed: int) -> tuple[list[Pod], list[Pool]]:
    """Waiting Pods and pools, few enough for the oracle."""
    chance = Random(seed)
    pools = [pool("tram", chance.choice(["small", "large"]), high=chance.randint(1, 5))]
    if chance.random() < 0.6:
        second = pool("night", chance.choice(["small", "large"]), high=chance.randint(1, 4))
        pools.append(tainted(second) if chance.random() < 0.5 else second)
    pods = []
    for number in range(chance.randint(1, 7)):
        more: dict[str, Any] = {}
        if chance.random() < 0.3:
            more["tolerations"] = (Toleration("shift", "Exists"),)
        if chance.random() < 0.2:
            wish = Requirement("nodepool", "In", (chance.choice(["tram", "night"]),))
            more["affinity"] = ((wish,),)
        if chance.random() < 0.2:
            more["labels"] = (("app", "apart"),)
            more["apart"] = ((Requirement("app", "In", ("apart",)),),)
        cpu = chance.choice([100, 150, 300, 500, 800, 1000, 2500])
        pods.append(pod(f"p{number}", cpu, chance.choice([0, GIB, 3 * GIB]), **more))
    return pods, pools


@dataclass(slots=True)
class Played:
    """A cluster over lab time: a scheduler, machines that come at once, and the autoscaler."""

    pools: dict[str, Pool]
    budgets: tuple[Budget, ...] = ()
    pods: dict[str, Pod] = field(default_factory=dict)
    nodes: dict[str, Node] = field(default_factory=dict)
    memory: Memory = field(default_factory=Memory)
    now: datetime = NOW
    made: int = 0
    evicted: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        """A pool has its smallest size from the start."""
        for one in list(self.pools.values()):
            self._resize(one.id, one.low)

    def world(self) -> World:
        nodes, pools = tuple(self.nodes.values()), tuple(self.pools.values())
        return World(tuple(self.pods.values()), nodes, pools, self.budgets)

    def round(self, seconds: float = 10) -> Decision:
        """Schedule, decide, act; then time passes."""
        self.schedule()
        decision = decide(self.world(), self.memory, self.now)
        self.memory = decision.memory
        for one in decision.leaving:
            self._remove(one.node.name)
        for id_, size in decision.sizes.items():
            self._resize(id_, size)
        self.now += timedelta(seconds=seconds)
        return decision

    def schedule(self) -> None:
        for one in list(self.pods.values()):
            if one.node:
                continue
            places = [place(each, self._on(each.name)) for each in self.nodes.values()]
            left = settle([one], places)
            found = next((each.node.name for each in places if one in each.pods), "")
            self.pods[one.uid] = replace(one, node=found, waits=bool(left))

    def add(self, pods: Iterable[Pod]) -> None:
        self.pods |= {one.uid: one for one in pods}

    def _resize(self, id_: str, size: int) -> None:
        before = self.pools[id_]
        for _ in range(size - before.desired):
            self.made += 1
            name = f"{before.name}-node-{self.made}"
            self.nodes[name] = node(name, before)
        self.pools[id_] = replace(before, desired=size)

    def _remove(self, name: str) -> None:
        gone = self.nodes.pop(name)
        before = next(one for one in self.pools.values() if one.name == gone.pool)
        self.pools[before.id] = replace(before, desired=before.desired - 1)
        for one in [each for each in self.pods.values() if each.node == name]:
            if one.of_the_node:
                del self.pods[one.uid]
                continue
            self.evicted.append(one.uid)
            self.pods[one.uid] = replace(one, node="", waits=False)

    def _on(self, name: str) -> list[Pod]:
        return [one for one in self.pods.values() if one.node == name]
