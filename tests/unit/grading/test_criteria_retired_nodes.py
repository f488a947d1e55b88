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
    small = not_yet("pool.other_fields", seen="3", expected="2", next_step="PUT")
    assert retired(nodes("i1"), [], ORDER, before=small) is small
