from pathlib import Path

import pytest

from labkit.cluster.engine import NodeShape
from labkit.cluster.simulated.paths import (
    SimulatedPaths,
    ensure_private,
    run_folder,
    simulated_names,
)
from labkit.cluster.simulated.ports import LAST, Ports, choose_ports, mended
from labkit.cluster.simulated.record import SimulatedRecord, read_record, write_record
from labkit.foundation.errors import FileProblem, LabError

PORTS = Ports(21001, 21002, 21003, 21004, 21005)


def test_supervisor_lives_with_the_data_where_its_socket_fits() -> None:
    paths = SimulatedPaths("lab", Path("/home/ada/labkit"))
    assert paths.supervisor == Path("/home/ada/labkit/simulated/lab/supervisor")


@pytest.mark.parametrize(
    "home",
    [
        pytest.param("/home/ada/" + "x" * 60, id="too long for a socket"),
        pytest.param("/home/ada/my lab", id="a space"),
        pytest.param("/home/ada/100%", id="a percent sign"),
    ],
)
def test_supervisor_moves_to_a_short_path_where_its_socket_does_not_fit(home: str) -> None:
    paths = SimulatedPaths("lab", Path(home))
    assert not paths.supervisor.is_relative_to(home)
    assert len(str(paths.supervisor / "supervisor.sock.4194304")) < 108


def test_clusters_of_one_name_in_two_homes_have_processes_of_their_own() -> None:
    first, second = (SimulatedPaths("lab", Path(home)) for home in ("/home/ada", "/home/ada/two"))
    assert first.group != second.group
    assert not first.group.startswith("lab")


def test_run_folder_is_the_sessions_own_where_there_is_one(tmp_path: Path) -> None:
    (tmp_path / "run" / "1000").mkdir(parents=True)
    places = (tmp_path / "run", tmp_path / "tmp")
    assert run_folder(1000, places) == tmp_path / "run" / "1000" / "labkit"
    assert run_folder(1001, places) == tmp_path / "tmp" / "labkit-1001"


def test_folder_that_others_can_enter_is_refused(tmp_path: Path) -> None:
    user = tmp_path.stat().st_uid
    ensure_private(tmp_path / "own", user)
    ensure_private(tmp_path / "own", user)
    assert (tmp_path / "own").stat().st_mode & 0o777 == 0o700
    (tmp_path / "open").mkdir(mode=0o755)
    for folder in ("open", "link"):
        (tmp_path / "link").unlink(missing_ok=True)
        (tmp_path / "link").symlink_to(tmp_path / "own")
        with pytest.raises(FileProblem, match="is not a folder that only user"):
            ensure_private(tmp_path / folder, user)


def test_ports_are_free_ones_that_no_other_cluster_keeps() -> None:
    begin = choose_ports("0", (), lambda _: True).api
    assert choose_ports("0", {begin + 1}, lambda port: port != begin + 2).numbers() == tuple(
        begin + step for step in (0, 3, 4, 5, 6)
    )


def test_search_for_ports_begins_again_at_the_end_of_the_range() -> None:
    found = choose_ports(f"{LAST - 21000:x}", (), lambda _: True)
    assert found.numbers() == (LAST, 21000, 21001, 21002, 21003)


def test_no_free_port_is_said() -> None:
    with pytest.raises(LabError, match="No port from 21000 to 29999 is free"):
        choose_ports("0", (), lambda _: False)


def test_only_a_port_that_was_taken_is_replaced() -> None:
    again = mended(PORTS, "0", (), lambda port: port != PORTS.manager)
    kept = [getattr(again, name) for name in ("api", "etcd_client", "etcd_peer", "scheduler")]
    assert kept == [21001, 21002, 21003, 21005]
    assert again.manager not in PORTS.numbers()


def test_record_is_read_as_it_was_written(tmp_path: Path) -> None:
    shape = NodeShape("d2-2", labels=(("a", "b"),), taints=("a=b:NoSchedule",), cordoned=True)
    record = SimulatedRecord("lab", PORTS, safe_writes=True).with_nodes([shape, NodeShape()])
    write_record(tmp_path / "lab" / "cluster.json", record)
    assert read_record(tmp_path / "lab" / "cluster.json") == record
    assert read_record(tmp_path / "none") is None


def test_removed_nodes_name_and_index_are_free_again() -> None:
    record = SimulatedRecord("lab", PORTS).with_nodes([NodeShape()] * 3).without_node("node2")
    assert record.node("node2") is None
    assert [node.name for node in record.with_nodes([NodeShape()]).nodes] == [
        "node1",
        "node3",
        "node2",
    ]


@pytest.mark.parametrize("text", ["", "{", "[]", '{"name": "lab"}', '{"nodes": [], "ports": {}}'])
def test_spoilt_record_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / "cluster.json").write_text(text)
    with pytest.raises(FileProblem, match=r"cluster\.json is not a cluster's record"):
        read_record(tmp_path / "cluster.json")


def test_clusters_of_a_home_are_those_with_a_record(tmp_path: Path) -> None:
    for name in ("b", "a"):
        write_record(tmp_path / "simulated" / name / "cluster.json", SimulatedRecord(name, PORTS))
    (tmp_path / "simulated" / "half").mkdir()
    assert simulated_names(tmp_path) == ["a", "b"]
    assert simulated_names(tmp_path / "nowhere") == []
