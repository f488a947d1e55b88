"""One round of the autoscaler: what it would do, say and remember. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from labkit.cloud.autoscaling.facts import Pod, Pool, World
from labkit.cloud.autoscaling.growing import Growth, growth
from labkit.cloud.autoscaling.shrinking import Verdict, leaving, looked_at

DELAY_AFTER_GROWTH_SECONDS = 600.0
"""OVHcloud's scale-down-delay-after-add; never longer than a pool's own unneeded time."""


@dataclass(frozen=True, slots=True)
class Memory:
    """What one round hands to the next."""

    unneeded_since: Mapping[str, datetime] = field(default_factory=dict)
    grown_at: datetime | None = None
    told: frozenset[str] = frozenset()
    """Events that were written already, so that each is written once."""
    shown: str = ""
    """The status that was written last."""


@dataclass(frozen=True, slots=True)
class Event:
    kind: str
    name: str
    namespace: str
    uid: str
    reason: str
    message: str
    warning: bool = False

    @property
    def key(self) -> str:
        return f"{self.kind}/{self.uid or self.name}/{self.reason}/{self.message}"


@dataclass(frozen=True, slots=True)
class Decision:
    sizes: Mapping[str, int]
    """Wanted sizes of pools that grow, by id."""
    leaving: tuple[Verdict, ...]
    events: tuple[Event, ...]
    verdicts: tuple[Verdict, ...]
    memory: Memory


def decide(world: World, memory: Memory, now: datetime, speed: float = 1.0) -> Decision:
    """`speed` shortens waits, not attention: Pods that wait are seen at once."""
    grown = growth(world)
    verdicts = tuple(looked_at(world))
    since = {
        one.node.name: memory.unneeded_since.get(one.node.name, now)
        for one in verdicts
        if not one.stays
    }
    grown_at = now if grown.sizes else memory.grown_at
    may_shrink = not grown.sizes and not _is_busy(world)
    going = leaving(verdicts, since, now, speed) if may_shrink else []
    going = [one for one in going if _is_over(one.pool, grown_at, now, speed)]
    said = [*_about_growth(world, grown), *(_about_leaving(one) for one in going)]
    new = tuple(event for event in said if event.key not in memory.told)
    sizes = {
        pool.id: pool.desired + grown.sizes[pool.id]
        for pool in world.pools
        if pool.id in grown.sizes
    }
    told = frozenset(event.key for event in said) | _still_true(memory, world)
    return Decision(sizes, tuple(going), new, verdicts, Memory(since, grown_at, told))


def _is_busy(world: World) -> bool:
    """Pods wait, or nodes are on their way: not the time to take any away."""
    return any(pod.waits for pod in world.pods) or any(
        pool.autoscale and world.coming(pool) for pool in world.pools
    )


def _is_over(pool: Pool, grown_at: datetime | None, now: datetime, speed: float) -> bool:
    if grown_at is None:
        return True
    delay = min(DELAY_AFTER_GROWTH_SECONDS, pool.unneeded_seconds)
    return now - grown_at >= timedelta(seconds=delay / speed)


def _still_true(memory: Memory, world: World) -> frozenset[str]:
    """Of what was told before, what is about somebody who is still there."""
    there = {pod.uid for pod in world.pods} | {node.name for node in world.nodes}
    return frozenset(key for key in memory.told if key.split("/")[1] in there)


def _about_growth(world: World, grown: Growth) -> list[Event]:
    words = ", ".join(
        f"{pool.name} {pool.desired}->{pool.desired + grown.sizes[pool.id]} (max: {pool.high})"
        for pool in world.pools
        if pool.id in grown.sizes
    )
    helped = [
        _of_pod(pod, "TriggeredScaleUp", f"pod triggered scale-up: [{{{words}}}]")
        for pod in grown.helped
        if words
    ]
    hopeless = [
        _of_pod(pod, "NotTriggerScaleUp", f"pod didn't trigger scale-up: {reason}")
        for pod in world.pods
        if (reason := grown.hopeless.get(pod.uid))
    ]
    return helped + hopeless


def _of_pod(pod: Pod, reason: str, message: str) -> Event:
    return Event("Pod", pod.name, pod.namespace, pod.uid, reason, message)


def _about_leaving(verdict: Verdict) -> Event:
    reason = "ScaleDownEmpty" if verdict.empty else "ScaleDown"
    message = f"node removed by cluster autoscaler (requested: {verdict.used:.0%})"
    return Event("Node", verdict.node.name, "", verdict.node.name, reason, message)
