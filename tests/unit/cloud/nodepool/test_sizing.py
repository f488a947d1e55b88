import pytest

from labkit.cloud.nodepool.sizing import is_named, sizing
from tests.unit.cloud.objects import a_node

THREE = [a_node(1), a_node(2), a_node(3)]


def leaving(*arguments: object) -> list[str]:
    return [node.id for node in sizing(*arguments).leaving]  # type: ignore[arg-type]


def test_growing_only_adds() -> None:
    assert (leaving(THREE, 5), sizing(THREE, 5).arriving) == ([], 2)


def test_the_newest_leave_first() -> None:
    assert (leaving(THREE, 1), sizing(THREE, 1).arriving) == (["node-3", "node-2"], 0)


def test_those_that_never_came_up_leave_before_the_newest() -> None:
    broken = a_node(0, status="ERROR", instance_id=None)
    assert leaving([broken, *THREE], 3) == ["node-0"]


@pytest.mark.parametrize("name", ["node-1", "instance-1", "openstack:///instance-1"])
def test_a_node_is_named_in_three_ways(name: str) -> None:
    assert leaving(THREE, 2, (name,)) == ["node-1"]


def test_a_named_node_leaves_and_its_place_is_filled_where_as_many_are_wanted() -> None:
    plan = sizing(THREE, 3, ("node-1",))
    assert ([node.id for node in plan.leaving], plan.arriving) == (["node-1"], 1)


def test_more_leave_than_are_named_where_fewer_are_wanted() -> None:
    assert leaving(THREE, 1, ("node-1",)) == ["node-1", "node-3"]


def test_who_leaves_already_counts_for_nothing() -> None:
    going = a_node(4, status="DELETING")
    assert leaving([*THREE, going], 3, ("node-4",)) == []


def test_a_node_without_a_machine_has_one_name() -> None:
    node = a_node(1, instance_id=None)
    assert is_named(node, ["node-1"])
    assert not is_named(node, ["openstack:///None", "None", "openstack:///"])
