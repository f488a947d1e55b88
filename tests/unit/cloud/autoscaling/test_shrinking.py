"""What is not needed leaves, after a while, and nobody is harmed by it."""

from dataclasses import replace
from datetime import timedelta
from random import Random
from typing import Any

import pytest

from labkit.cloud.autoscaling.deciding import Memory, decide
from labkit.cloud.autoscaling.facts import Budget, Pool, Requirement, World
from tests.support.scaling import NOW, Played, node, pod, pool

SEEDS = range(60)
LATER = NOW + timedelta(seconds=60)
IS_X = (Requirement("app", "In", ("x",)),)


def two_nodes(one: Pool, *pods: object) -> World:
    return World(pods, (node("n1", one), node("n2", one)), (one,))  # type: ignore[arg-type]


def left_after_a_minute(world: World, memory: Memory | None = None) -> list[str]:
    first = decide(world, memory or Memory(), NOW)
    assert first.leaving == ()
    return sorted(one.node.name for one in decide(world, first.memory, LATER).leaving)


def reason(world: World, name: str) -> str:
    return next(one.stays for one in decide(world, Memory(), NOW).verdicts if one.node.name == name)


BUSY = pod("busy", 1000, node="n1", waits=False, owner="ReplicaSet")
IDLE = pod("idle", 100, node="n2", waits=False, owner="ReplicaSet")


def test_a_nearly_empty_node_leaves_when_its_time_has_come() -> None:
    assert left_after_a_minute(two_nodes(pool(desired=2), BUSY, IDLE)) == ["n2"]


def test_empty_nodes_leave_together_but_not_below_the_minimum() -> None:
    assert left_after_a_minute(two_nodes(pool(desired=2))) == ["n1", "n2"]
    assert left_after_a_minute(two_nodes(pool(desired=2, low=1))) == ["n1"]


def test_a_node_that_a_minimum_keeps_is_a_home_for_others() -> None:
    kept, other = pool("kept", desired=1, low=1), pool("other", desired=1)
    idle = replace(IDLE, node="o1")
    world = World((idle,), (node("k1", kept), node("o1", other)), (kept, other))
    assert left_after_a_minute(world) == ["o1"]


def test_a_faster_lab_waits_less() -> None:
    world = two_nodes(pool(desired=2), BUSY, IDLE)
    first = decide(world, Memory(), NOW, speed=10)
    soon = decide(world, first.memory, NOW + timedelta(seconds=6), speed=10)
    assert [one.node.name for one in soon.leaving] == ["n2"]


@pytest.mark.parametrize(
    ("pod_", "words"),
    [
        (replace(IDLE, unmovable="nothing would make it again"), "must not be moved"),
        (replace(IDLE, asks=replace(IDLE.asks, millicpu=940)), "no other place"),
        (replace(IDLE, asks=replace(IDLE.asks, millicpu=1200)), "threshold"),
    ],
)
def test_a_node_stays_and_says_why(pod_: object, words: str) -> None:
    world = two_nodes(pool(desired=2), BUSY, pod_)
    assert words in reason(world, "n2")
    assert "n2" not in left_after_a_minute(world)


def test_a_budget_that_allows_nothing_keeps_the_node() -> None:
    keeper = replace(IDLE, labels=(("app", "x"),))
    world = replace(
        two_nodes(pool(desired=2), BUSY, keeper), budgets=(Budget("shop", IS_X, allowed=0),)
    )
    assert "PodDisruptionBudget" in reason(world, "n2")
    assert left_after_a_minute(world) == []
    open_ = replace(world, budgets=(Budget("shop", IS_X, allowed=1),))
    assert left_after_a_minute(open_) == ["n2"]


def test_pods_of_the_node_itself_keep_nobody() -> None:
    daemon = replace(IDLE, of_the_node=True, owner="DaemonSet")
    assert left_after_a_minute(two_nodes(pool(desired=2), BUSY, daemon)) == ["n2"]


def test_nothing_leaves_while_somebody_waits_or_a_node_is_coming() -> None:
    waiting = pod("w", 2500)
    assert left_after_a_minute(two_nodes(pool(desired=2), BUSY, IDLE, waiting)) == []
    assert left_after_a_minute(two_nodes(pool(desired=3), BUSY, IDLE)) == []


def test_growth_delays_the_way_down() -> None:
    world = two_nodes(pool(desired=2), BUSY, IDLE)
    first = decide(world, Memory(grown_at=NOW + timedelta(seconds=30)), NOW)
    assert decide(world, first.memory, LATER).leaving == ()
    assert decide(world, first.memory, LATER + timedelta(seconds=30)).leaving != ()


def test_an_unready_node_leaves_after_its_own_time() -> None:
    one = pool(desired=2, unready_seconds=120)
    dead = replace(node("n2", one), ready=False)
    world = World((BUSY,), (node("n1", one), dead), (replace(one, desired=1),))
    first = decide(world, Memory(), NOW)
    assert decide(world, first.memory, LATER).leaving == ()
    gone = decide(world, first.memory, LATER + timedelta(seconds=60)).leaving
    assert [one.node.name for one in gone] == ["n2"]


def drawn_play(seed: int) -> tuple[Played, Random]:
    chance = Random(seed)
    pools = [pool("tram", high=chance.randint(2, 8), low=chance.randint(0, 1))]
    if chance.random() < 0.5:
        pools.append(pool("small", "small", high=4))
    budgets = (Budget("shop", IS_X, allowed=chance.choice([0, 1, 100])),)
    play = Played({one.id: one for one in pools}, budgets)
    for number in range(chance.randint(3, 40)):
        words: dict[str, Any] = {"labels": (("app", "x"),)} if chance.random() < 0.2 else {}
        if chance.random() < 0.1:
            words["unmovable"] = "nothing would make it again"
        cpu = chance.choice([100, 150, 300, 700])
        play.add([pod(f"p{number}", cpu, owner="ReplicaSet", **words)])
    return play, chance


@pytest.mark.parametrize("seed", SEEDS)
def test_a_rush_comes_and_goes_without_harm_or_flutter(seed: int) -> None:
    play, chance = drawn_play(seed)
    kept = {one.uid for one in play.pods.values() if one.unmovable}
    for _ in range(12):
        play.round()
        assert all(one.low <= one.desired <= one.high for one in play.pools.values())
    for uid in [one.uid for one in play.pods.values() if chance.random() < 0.7]:
        del play.pods[uid]
    for _ in range(60):
        play.round()
    sizes = {one.id: one.desired for one in play.pools.values()}
    for _ in range(60):
        play.round()
    assert {one.id: one.desired for one in play.pools.values()} == sizes, "it has come to rest"
    assert not kept & set(play.evicted)
    no_budget = play.budgets[0].allowed == 0
    assert not (
        no_budget
        and any(("app", "x") in play.pods[uid].labels for uid in play.evicted if uid in play.pods)
    )


def test_when_all_load_is_gone_every_pool_is_at_its_minimum() -> None:
    play, _ = drawn_play(7)
    for _ in range(5):
        play.round()
    assert play.nodes
    play.pods.clear()
    for _ in range(60):
        play.round()
    assert all(one.desired <= one.low for one in play.pools.values())
