"""As few new nodes as give every waiting Pod a place."""

from dataclasses import replace

import pytest

from labkit.cloud.autoscaling.facts import Amounts, Requirement, Toleration, World
from labkit.cloud.autoscaling.growing import growth
from tests.support.scaling import drawn_question, node, oracle, pod, pool, tainted

SEEDS = range(400)


def test_nobody_waits_nothing_grows() -> None:
    assert growth(World(pools=(pool(),))).sizes == {}


def test_pods_of_150m_fill_nodes_of_1900m_by_twelves() -> None:
    pods = tuple(pod(f"p{number}") for number in range(24))
    assert growth(World(pods, pools=(pool(),))).sizes == {"tram": 2}


def test_room_that_is_there_and_nodes_that_come_are_used_first() -> None:
    one = pool(desired=2)  # one stands, one is on its way
    pods = tuple(pod(f"p{number}") for number in range(24))
    assert growth(World(pods, (node("n1", one),), (one,))).sizes == {}


def test_the_maximum_is_kept_and_said() -> None:
    pods = tuple(pod(f"p{number}") for number in range(40))
    grown = growth(World(pods, pools=(pool(high=3),)))
    assert grown.sizes == {"tram": 3}
    assert set(grown.hopeless.values()) == {"1 max node group size reached"}
    assert len(grown.hopeless) == 4


def test_a_pod_larger_than_any_machine_grows_nothing() -> None:
    grown = growth(World((pod("p", 2500),), pools=(pool(),)))
    assert grown.sizes == {}
    assert list(grown.hopeless.values()) == ["1 Insufficient cpu"]


def test_a_taint_keeps_out_whom_it_should() -> None:
    stranger, guest = pod("a"), pod("b", tolerations=(Toleration("shift", "Exists"),))
    night = tainted(pool("night"))
    assert growth(World((stranger,), pools=(night,))).sizes == {}
    assert growth(World((guest,), pools=(night,))).sizes == {"night": 1}


def test_a_wish_for_a_pool_is_followed() -> None:
    wish = ((Requirement("nodepool", "In", ("night",)),),)
    grown = growth(World((pod("p", affinity=wish),), pools=(pool(), pool("night"))))
    assert grown.sizes == {"night": 1}


def test_pods_that_keep_apart_get_a_node_each() -> None:
    rule = ((Requirement("app", "In", ("x",)),),)
    pods = tuple(pod(f"p{n}", labels=(("app", "x"),), apart=rule) for n in range(3))
    assert growth(World(pods, pools=(pool(),))).sizes == {"tram": 3}


def test_a_pool_without_autoscale_is_left_alone() -> None:
    assert growth(World((pod("p"),), pools=(pool(autoscale=False),))).sizes == {}


def test_the_smaller_machine_is_taken_when_it_is_enough() -> None:
    assert growth(World((pod("p"),), pools=(pool("large"), pool("small", "small")))).sizes == {
        "small": 1
    }


def test_what_daemon_sets_take_is_no_room() -> None:
    template = pool().template
    less = replace(template, room=template.room.minus(Amounts(1800, 0, 1)))
    assert growth(World((pod("p"),), pools=(pool(template=less),))).sizes == {}


@pytest.mark.parametrize("seed", SEEDS)
def test_never_more_than_one_node_above_the_best_packing(seed: int) -> None:
    pods, pools = drawn_question(seed)
    left, nodes = oracle(pods, pools)
    grown = growth(World(tuple(pods), pools=tuple(pools)))
    assert len(grown.hopeless) == left, "everybody whom a packing places is placed"
    assert sum(grown.sizes.values()) <= nodes + 1
    assert all(grown.sizes.get(one.id, 0) <= one.high for one in pools)
