"""How many new nodes of which pools give every waiting Pod a place: as few as can be found. Pure.

The best packing is a hard question; several quick ones are tried, and the best of them is taken.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from labkit.cloud.autoscaling.facts import Node, Pod, Pool, World
from labkit.cloud.autoscaling.fitting import Place, place, settle, why_not


@dataclass(frozen=True, slots=True)
class Growth:
    sizes: Mapping[str, int]
    """New nodes of each pool, by id; only those that grow."""
    helped: tuple[Pod, ...]
    """Waiting Pods that will find a place on them."""
    hopeless: Mapping[str, str]
    """By uid: why no pool helps this Pod."""


def growth(world: World) -> Growth:
    waiting = [pod for pod in world.pods if pod.waits]
    there = world.by_node()
    standing = [place(node, there[node.name]) for node in world.nodes]
    coming = [
        place(numbered(pool.template, -number))
        for pool in world.pools
        for number in range(1, world.coming(pool) + 1)
    ]
    lacking = settle(_largest_first(waiting, _by_cpu), [*standing, *coming])
    pools = [pool for pool in world.pools if pool.autoscale]
    sizes, left = _best(lacking, pools)
    hopeless = {pod.uid: _reason(pod, pools, sizes) for pod in left}
    helped = tuple(pod for pod in lacking if pod.uid not in hopeless)
    return Growth({id_: count for id_, count in sizes.items() if count}, helped, hopeless)


def numbered(template: Node, number: int) -> Node:
    return replace(template, name=f"{template.name}#{number}")


Order = Callable[[Pod], tuple[float, ...]]


def _by_cpu(pod: Pod) -> tuple[float, ...]:
    return pod.asks.millicpu, pod.asks.memory


def _by_memory(pod: Pod) -> tuple[float, ...]:
    return pod.asks.memory, pod.asks.millicpu


def _by_share(pod: Pod) -> tuple[float, ...]:
    """A core weighs as much as four GiB, as in most flavors."""
    return (pod.asks.millicpu / 1000 + pod.asks.memory / (4 << 30),)


ORDERS: tuple[Order, ...] = (_by_cpu, _by_memory, _by_share)


def _largest_first(pods: Iterable[Pod], order: Order) -> list[Pod]:
    return sorted(pods, key=lambda pod: (order(pod), pod.uid), reverse=True)


def _best(lacking: list[Pod], pools: Sequence[Pool]) -> tuple[dict[str, int], list[Pod]]:
    """Fewest Pods left, then fewest nodes, then the smallest machines."""
    orders = [_largest_first(lacking, order) for order in ORDERS]
    orders.append(_largest_first(lacking, _by_share)[::-1])  # most Pods where room is short
    orders.append(sorted(orders[-2], key=lambda pod: _choices(pod, pools)))
    tries = [_fill(pods, preferred) for pods in orders for preferred in _preferences(pools)]
    cpus = {pool.id: pool.template.room.millicpu for pool in pools}

    def cost(found: tuple[dict[str, int], list[Pod]]) -> tuple[int, int, int]:
        sizes, left = found
        machines = sum(cpus[id_] * count for id_, count in sizes.items())
        return len(left), sum(sizes.values()), machines

    return min(tries, key=cost, default=({}, list(lacking)))


def _choices(pod: Pod, pools: Sequence[Pool]) -> int:
    """In how many pools it could be: who has little choice comes first."""
    return sum(1 for pool in pools if not why_not(pod, place(pool.template)))


def _preferences(pools: Sequence[Pool]) -> list[tuple[Pool, ...]]:
    """All pools, and each of them first: a pool that wins every node may still lose the whole."""
    return [tuple(pools), *((one, *(p for p in pools if p is not one)) for one in pools)]


def _fill(pods: list[Pod], pools: Sequence[Pool]) -> tuple[dict[str, int], list[Pod]]:
    """Node after node, each of the pool where one more helps most."""
    sizes = {pool.id: 0 for pool in pools}
    left = list(pods)
    while left:
        tried = [_one_more(left, pool) for pool in pools if _has_room(pool, sizes)]
        taken = max(tried, key=lambda one: _worth(one[1]), default=None)
        if taken is None or not taken[1].pods:
            break
        sizes[taken[0].id] += 1
        gone = {pod.uid for pod in taken[1].pods}
        left = [pod for pod in left if pod.uid not in gone]
    return sizes, left


def _has_room(pool: Pool, sizes: Mapping[str, int]) -> bool:
    return pool.desired + sizes[pool.id] < pool.high


def _one_more(pods: list[Pod], pool: Pool) -> tuple[Pool, Place]:
    there = place(pool.template)
    settle(pods, [there])
    return pool, there


def _worth(there: Place) -> tuple[float, int]:
    return sum(_by_share(pod)[0] for pod in there.pods), len(there.pods)


def _reason(pod: Pod, pools: Sequence[Pool], sizes: Mapping[str, int]) -> str:
    """As upstream's events say it: how many pools, and what is wrong with each."""
    counted: dict[str, int] = {}
    for pool in pools:
        words = why_not(pod, place(pool.template)) or "max node group size reached"
        counted[words] = counted.get(words, 0) + 1
    return ", ".join(f"{count} {words}" for words, count in sorted(counted.items()))
