"""What the autoscaler knows of a cluster: Pods, nodes, pools, budgets."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

Labels = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Amounts:
    """Of CPU in thousandths of a core, of memory in bytes, and of Pods."""

    millicpu: int = 0
    memory: int = 0
    pods: int = 0
    others: tuple[tuple[str, int], ...] = ()
    """Extended resources, by name."""

    def plus(self, more: "Amounts") -> "Amounts":
        others = dict(self.others)
        for name, amount in more.others:
            others[name] = others.get(name, 0) + amount
        return Amounts(
            self.millicpu + more.millicpu,
            self.memory + more.memory,
            self.pods + more.pods,
            tuple(sorted(others.items())),
        )

    def lacking(self, wanted: "Amounts") -> tuple[str, ...]:
        """Names of what there is too little of."""
        pairs = [
            ("cpu", self.millicpu, wanted.millicpu),
            ("memory", self.memory, wanted.memory),
            ("pods", self.pods, wanted.pods),
        ]
        own = dict(self.others)
        pairs += [(name, own.get(name, 0), amount) for name, amount in wanted.others]
        return tuple(name for name, there, needed in pairs if needed > there)

    def minus(self, taken: "Amounts") -> "Amounts":
        return self.plus(
            Amounts(
                -taken.millicpu,
                -taken.memory,
                -taken.pods,
                tuple((name, -amount) for name, amount in taken.others),
            )
        )


def total(amounts: Iterable[Amounts]) -> Amounts:
    result = Amounts()
    for one in amounts:
        result = result.plus(one)
    return result


@dataclass(frozen=True, slots=True)
class Taint:
    key: str
    value: str
    effect: str


@dataclass(frozen=True, slots=True)
class Toleration:
    key: str = ""
    operator: str = "Equal"
    value: str = ""
    effect: str = ""

    def covers(self, taint: Taint) -> bool:
        if self.effect not in ("", taint.effect):
            return False
        if self.key not in ("", taint.key):
            return False
        return self.operator == "Exists" or (bool(self.key) and self.value == taint.value)


@dataclass(frozen=True, slots=True)
class Requirement:
    """One line of a node affinity or of a label selector."""

    key: str
    operator: str
    values: tuple[str, ...] = ()

    def holds(self, labels: Labels) -> bool:
        there = labels.get(self.key)
        match self.operator:
            case "In":
                return there in self.values
            case "NotIn":
                return there not in self.values
            case "Exists":
                return there is not None
            case "DoesNotExist":
                return there is None
            case "Gt" | "Lt":
                return self._compares(there)
        return False

    def _compares(self, there: str | None) -> bool:
        try:
            number, limit = int(there or ""), int(self.values[0])
        except (ValueError, IndexError):
            return False
        return number > limit if self.operator == "Gt" else number < limit


@dataclass(frozen=True, slots=True)
class Pod:
    uid: str
    namespace: str
    name: str
    asks: Amounts
    labels: tuple[tuple[str, str], ...] = ()
    node: str = ""
    """"" while it has none."""
    waits: bool = False
    """The scheduler found no place for it."""
    tolerations: tuple[Toleration, ...] = ()
    affinity: tuple[tuple[Requirement, ...], ...] = ()
    """Required of a node: all of one of these groups. The node selector is in each."""
    apart: tuple[tuple[Requirement, ...], ...] = ()
    """Not on a node with a Pod of its namespace whose labels fit."""
    unmovable: str = ""
    """Why it must stay where it is; "" for one that may be evicted."""
    of_the_node: bool = False
    """A DaemonSet's, or a static one: it comes and goes with its node."""
    owner: str = ""

    @property
    def key(self) -> str:
        return f"{self.namespace}/{self.name}"


@dataclass(frozen=True, slots=True)
class Node:
    name: str
    pool: str
    """The pool's name, from its label; "" for one of no pool."""
    room: Amounts
    """Allocatable."""
    labels: tuple[tuple[str, str], ...] = ()
    taints: tuple[Taint, ...] = ()
    ready: bool = True
    schedulable: bool = True
    unready_since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Pool:
    id: str
    name: str
    template: Node
    """What a new node of it will be; its own Pods are taken from its room already."""
    low: int
    high: int
    desired: int
    autoscale: bool
    threshold: float = 0.5
    unneeded_seconds: float = 600
    unready_seconds: float = 1200


@dataclass(frozen=True, slots=True)
class Budget:
    """A PodDisruptionBudget."""

    namespace: str
    selector: tuple[Requirement, ...]
    allowed: int
    """How many of its Pods may go right now."""


@dataclass(frozen=True, slots=True)
class World:
    pods: tuple[Pod, ...] = ()
    nodes: tuple[Node, ...] = ()
    pools: tuple[Pool, ...] = ()
    budgets: tuple[Budget, ...] = ()

    def by_node(self) -> dict[str, list[Pod]]:
        """Every node's Pods; a node without any has none listed."""
        found: dict[str, list[Pod]] = {node.name: [] for node in self.nodes}
        for pod in self.pods:
            if pod.node in found:
                found[pod.node].append(pod)
        return found

    def coming(self, pool: Pool) -> int:
        """Nodes that were asked for and are not there yet."""
        there = sum(1 for node in self.nodes if node.pool == pool.name and node.ready)
        return max(pool.desired - there, 0)
