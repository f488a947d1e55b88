from pathlib import Path

import pytest

from labkit.cluster.local.allocation import allocate, read_allocations, release
from labkit.cluster.local.network import NETWORKS, Network
from labkit.foundation.errors import LabError


def test_cluster_keeps_its_number_and_no_other_gets_it(tmp_path: Path) -> None:
    record = tmp_path / "networks.json"
    first, second = allocate(record, "lab", ""), allocate(record, "lab2", "")
    assert first.number != second.number
    assert allocate(record, "lab", f"{first.range} via {first.router_address}") == first
    assert read_allocations(record) == {"lab": first.number, "lab2": second.number}


@pytest.mark.parametrize(
    ("routes", "expected"),
    [
        pytest.param("default via 10.0.0.1 dev eth0\n", 1, id="nothing of ours"),
        pytest.param("198.18.1.0/24 via 198.18.1.253 dev lk0\n", 2, id="a cluster's"),
        pytest.param("198.18.10.0/24 dev tun0\n198.18.11.0/24 dev tun0\n", 1, id="a longer one"),
        pytest.param("198.18.1.77 dev tun0\n", 2, id="a single address in it"),
        pytest.param("198.18.0.0/23 dev tun0\n", 2, id="a wider range around it"),
        pytest.param("198.18.0.0/16 dev tun0\n", 256, id="half of all"),
        pytest.param("unreachable 198.18.1.0/24 metric 9\n", 2, id="a kind before it"),
        pytest.param("10.9.0.0/24 via 198.18.1.1 dev tun0\n", 2, id="a gateway in it"),
        pytest.param("198.18.0.0/15 dev tun0\n198.18.1.0/24 dev tun0\n", 2, id="all of all"),
        pytest.param("0.0.0.0/1 dev tun0\n128.0.0.0/1 dev tun0\n", 1, id="all of the internet"),
    ],
)
def test_number_that_something_else_routes_is_passed_over(
    tmp_path: Path, routes: str, expected: int
) -> None:
    assert allocate(tmp_path / "networks.json", "lab", routes).number == expected


def test_next_cluster_gets_the_number_that_one_gave_back(tmp_path: Path) -> None:
    record = tmp_path / "networks.json"
    first, _ = allocate(record, "lab", ""), allocate(record, "lab2", "")
    release(record, "lab")
    release(record, "lab")
    assert allocate(record, "lab3", "").number == first.number
    assert set(read_allocations(record)) == {"lab2", "lab3"}


def test_reader_is_told_when_every_number_is_taken(tmp_path: Path) -> None:
    routes = "".join(f"{Network('', number).range} dev tun0\n" for number in range(NETWORKS))
    with pytest.raises(LabError, match=r"All 511 networks of 198\.18\.0\.0/15 are taken"):
        allocate(tmp_path / "networks.json", "lab", routes)
    assert read_allocations(tmp_path / "networks.json") == {}
