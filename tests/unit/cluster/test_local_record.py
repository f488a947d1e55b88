from dataclasses import replace
from pathlib import Path

import pytest

from labkit.cluster.engine import NodeShape, OpenIdConnect
from labkit.cluster.local.record import ClusterRecord, read_record, write_record
from labkit.cluster.plane_settings import PlaneSettings
from labkit.foundation.errors import FileProblem

SHAPE = NodeShape("d2-2", "web", "web", (("disk", "ssd"),), ("only=web:NoSchedule",), cordoned=True)
RECORD = ClusterRecord("lab", 7, 1000, safe_writes=True).with_nodes([SHAPE, NodeShape()])


def test_record_is_read_as_it_was_written(tmp_path: Path) -> None:
    write_record(tmp_path / "cluster.json", RECORD)
    assert read_record(tmp_path / "cluster.json") == RECORD


def test_control_planes_settings_are_read_as_they_were_written(tmp_path: Path) -> None:
    oidc = OpenIdConnect(
        "https://i", "lab", required_claims=(("a", "b"),), signing_algorithms=("E",)
    )
    record = replace(RECORD, plane=PlaneSettings("1.33", 2, oidc, ("10.0.0.0/8",)))
    write_record(tmp_path / "cluster.json", record)
    assert read_record(tmp_path / "cluster.json") == record


def test_record_of_an_earlier_labkit_is_of_the_minor_it_had(tmp_path: Path) -> None:
    path = tmp_path / "cluster.json"
    path.write_text('{"name": "lab", "network": 1, "owner": 0, "nodes": []}')
    record = read_record(path)
    assert record is not None
    assert record.plane.minor == "1.34"


def test_nodes_keep_their_version_when_the_control_plane_gets_another() -> None:
    older = ClusterRecord("lab", 7, 0, plane=PlaneSettings("1.33")).with_nodes([NodeShape()])
    newer = older.with_plane(PlaneSettings("1.34")).with_nodes([NodeShape()])
    assert [node.shape.version for node in newer.nodes] == ["1.33", "1.34"]


def test_cluster_that_was_never_made_has_no_record(tmp_path: Path) -> None:
    assert read_record(tmp_path / "cluster.json") is None


@pytest.mark.parametrize(
    "text",
    ["", "{", "null", "[]", '"lab"', "{}", '{"name": "lab", "nodes": []}', '{"nodes": [null]}'],
)
def test_spoilt_record_is_named_with_the_way_out(tmp_path: Path, text: str) -> None:
    path = tmp_path / "cluster.json"
    path.write_text(text)
    with pytest.raises(FileProblem, match="is not a cluster's record") as spoilt:
        read_record(path)
    assert spoilt.value.path == path
    assert spoilt.value.next_step == "Run `labkit down`, then `labkit up`."


@pytest.mark.parametrize("node", ['{"index": 1, "shape": "d2-2"}', '{"index": 1}', "7"])
def test_spoilt_node_spoils_the_record(tmp_path: Path, node: str) -> None:
    path = tmp_path / "cluster.json"
    path.write_text(f'{{"name": "lab", "network": 1, "owner": 0, "nodes": [{node}]}}')
    with pytest.raises(FileProblem):
        read_record(path)


def test_record_of_a_later_labkit_is_refused_rather_than_half_read(tmp_path: Path) -> None:
    path = tmp_path / "cluster.json"
    path.write_text('{"name": "lab", "network": 1, "owner": 0, "nodes": [], "colour": "red"}')
    with pytest.raises(FileProblem, match="colour"):
        read_record(path)


def test_removed_nodes_place_is_taken_by_the_next() -> None:
    without = RECORD.without_node("web")
    assert (without.node("web"), without.nodes) == (None, RECORD.nodes[1:])
    again = without.with_nodes([NodeShape()]).nodes[-1]
    assert (again.index, again.name) == (1, "node1")
    assert replace(RECORD).without_node("nobody") == RECORD
