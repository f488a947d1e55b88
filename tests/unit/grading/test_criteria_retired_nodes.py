"""What criteria say of a pool that had to lose one node, and of the node that left."""

from typing import Any

import pytest

from labkit.grading.criteria.retired_nodes import Retiring, resized, retired
from labkit.grading.verdict import State, not_yet, passed

OK = passed("so it is")
SIZE = {"desiredNodes": 2, "minNodes": 1, "maxNodes": 2}
POOL = {"id": "p", "name": "rails", "status": "READY", "currentNodes": 2, **SIZE}
ORDER = Retiring("rails-node-1", "i1", ("i2", "i3"))


def nodes(*instances: str) -> list[dict[str, Any]]:
    return [{"instanceId": one} for one in instances]


def members(*names: str) -> list[dict[str, Any]]:
    return [{"metadata": {"name": name}} for name in names]


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"id": "q"}, "pool.replaced"),
        ({"minNodes": 3}, "pool.other_fields"),
        ({"maxNodes": 3}, "pool.other_fields"),
        ({"desiredNodes": 3}, "pool.other_fields"),
        ({"status": "RESIZING"}, "cloud.pool_not_ready"),
        ({"currentNodes": 3}, "pool.on_its_way"),
        ({"name": "wires"}, "cloud.no_pool"),
    ],
)
def test_a_pool_that_is_not_the_one_ordered(changed: dict[str, Any], code: str) -> None:
    found = resized(({**POOL, **changed},), "rails", "p", SIZE)
    assert found.state is not State.PASSED
    assert found.message == code


def test_the_same_pool_with_its_new_size() -> None:
    assert resized((POOL,), "rails", "p", SIZE).state is State.PASSED


@pytest.mark.parametrize(
    ("left", "listed", "code"),
    [
        (["i1", "i2"], [], "retired.another_left"),
        (["i2", "i4"], [], "retired.too_many_left"),
        (["i2", "i3"], ["rails-node-1"], "retired.still_member"),
    ],
)
def test_the_wrong_node_left(left: list[str], listed: list[str], code: str) -> None:
    found = retired(nodes(*left), members(*listed), ORDER, before=OK)
    assert found.state is not State.PASSED
    assert found.message == code


def test_the_failing_node_left_and_the_others_stayed() -> None:
    found = retired(nodes("i2", "i3"), members("rails-node-2"), ORDER, before=OK)
    assert found.state is State.PASSED


def test_the_size_is_told_first() -> None:
    small = not_yet("pool.other_fields", seen="too large", expected="2", next_step="PUT")
    found = retired(nodes("i1"), [], ORDER, before=small)
    assert (found.state, found.message) == (State.NOT_STARTED, "retired.not_before")
    assert "too large" not in found.seen


def test_a_pool_with_the_numbers_of_setup_is_not_started() -> None:
    start = {"desiredNodes": 3, "minNodes": 3, "maxNodes": 3}
    found = resized(({**POOL, **start},), "rails", "p", SIZE, start=start)
    assert (found.state, found.message) == (State.NOT_STARTED, "pool.other_fields")
    begun = resized(({**POOL, **start, "minNodes": 1},), "rails", "p", SIZE, start=start)
    assert (begun.state, begun.message) == (State.NOT_YET, "pool.other_fields")


def test_who_named_the_node_learns_that_ids_are_taken_and_which_one_left() -> None:
    found = retired(nodes("i1", "i2"), [], ORDER, before=OK)
    assert "its id into nodesToRemove; it takes no names" in found.next_step
    assert "another one left in its place (its instance: i3)" in found.seen
    nobody = retired(nodes("i1", "i2", "i3"), [], ORDER, before=OK)
    assert nobody.seen == "Node rails-node-1 is still there."
