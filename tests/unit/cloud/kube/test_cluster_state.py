import pytest

from labkit.cloud.kube.state import shown
from tests.unit.cloud.objects import VERSION, a_cluster, a_node


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, "READY"),
        ({"applied": 0}, "INSTALLING"),
        ({"applied": 0, "busy": "REDEPLOYING", "generation": 2}, "INSTALLING"),
        ({"busy": "REDEPLOYING", "generation": 2}, "REDEPLOYING"),
        ({"busy": "UPDATING", "generation": 2, "applied": 2}, "READY"),
        ({"trouble": "no disk"}, "ERROR"),
        ({"trouble": "no disk", "busy": "DELETING"}, "DELETING"),
    ],
)
def test_a_cluster_is_busy_while_its_keeper_is_behind(
    given: dict[str, object], expected: str
) -> None:
    assert a_cluster(**given).status == expected


def test_it_is_up_to_date_when_control_plane_and_nodes_are() -> None:
    old = a_node(1, version="1.32.1-1")
    with_old_node = shown(a_cluster(plane_version=VERSION), [old])
    assert (with_old_node.is_up_to_date, with_old_node.control_plane_is_up_to_date) == (False, True)
    with_old_plane = shown(a_cluster(plane_version="1.32.1-1"), [])
    assert not with_old_plane.control_plane_is_up_to_date
    assert shown(a_cluster(plane_version=VERSION), [a_node(1)]).is_up_to_date


def test_addresses_are_written_as_the_api_writes_them() -> None:
    answer = shown(a_cluster(), [])
    assert answer.url == "abc123.c1.gra7.k8s.ovh.net"
    assert answer.nodes_url == "abc123.nodes.c1.gra7.k8s.ovh.net"
    assert answer.next_upgrade_versions == ("1.34",)
    assert shown(a_cluster(version="1.34.1-1"), []).next_upgrade_versions == ()
