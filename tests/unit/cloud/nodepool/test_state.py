import pytest

from labkit.cloud.nodepool.state import shown, size_status, status
from tests.unit.cloud.objects import VERSION, a_node, a_pool


@pytest.mark.parametrize(
    ("statuses", "expected"),
    [
        (["READY", "READY"], "READY"),
        ([], "READY"),
        (["READY", "INSTALLING"], "UPSCALING"),
        (["READY", "DELETING"], "DOWNSCALING"),
        (["INSTALLING", "DELETING"], "DOWNSCALING"),
        (["UPDATING", "READY"], "UPDATING"),
        (["ERROR", "INSTALLING"], "ERROR"),
        (["FLAVOR_OUT_OF_STOCK_ERROR", "READY"], "ERROR"),
        (["USER_QUOTA_ERROR", "ERROR"], "USER_QUOTA_ERROR"),
    ],
)
def test_a_pool_is_as_the_worst_of_its_nodes(statuses: list[str], expected: str) -> None:
    nodes = [a_node(number, status=one) for number, one in enumerate(statuses)]
    assert status(a_pool(), nodes) == expected


def test_a_new_pool_is_installing_until_it_was_ready_once() -> None:
    nodes = [a_node(1), a_node(2, status="INSTALLING")]
    assert status(a_pool(installed=False), nodes) == "INSTALLING"


def test_a_pool_that_goes_says_nothing_else() -> None:
    assert status(a_pool(deleting=True), [a_node(1, status="ERROR")]) == "DELETING"


@pytest.mark.parametrize(
    ("desired", "expected"),
    [(1, "OVER_CAPACITY"), (2, "CAPACITY_OK"), (3, "UNDER_CAPACITY")],
)
def test_the_size_compares_machines_with_what_is_wanted(desired: int, expected: str) -> None:
    nodes = [a_node(1), a_node(2), a_node(3, instance_id=None, status="USER_QUOTA_ERROR")]
    assert size_status(a_pool(desired_nodes=desired), nodes) == expected


def test_counters_count_machines_ready_ones_and_current_ones() -> None:
    nodes = [
        a_node(1),
        a_node(2, version="1.32.1-1"),
        a_node(3, status="INSTALLING"),
        a_node(4, status="INSTALLING", instance_id=None),
    ]
    answer = shown(a_pool(desired_nodes=4), nodes, VERSION)
    counted = (answer.current_nodes, answer.available_nodes, answer.up_to_date_nodes)
    assert counted == (3, 2, 1)
