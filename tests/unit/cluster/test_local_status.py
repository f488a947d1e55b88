import sys
from pathlib import Path

import pytest

from labkit.cluster.engine import NodeShape, State
from labkit.cluster.errors import ClusterError, ClusterUnknown
from labkit.cluster.local.paths import MachinePaths
from labkit.cluster.local.record import ClusterRecord, write_record
from labkit.cluster.local.site import Site
from labkit.cluster.local.status import (
    component_name,
    component_place,
    known_components,
    log_file,
    logs,
    status,
)
from labkit.cluster.supervision import ProcessState
from labkit.foundation.progress import Quiet
from tests.support.clock import HeldClock
from tests.support.processes import RecordedProcesses

RECORD = ClusterRecord("lab", 7, 1000).with_nodes([NodeShape(), NodeShape(name="controllers-1")])


@pytest.fixture
def site(tmp_path: Path) -> Site:
    """Of a cluster that was made once and is stopped."""
    machine = MachinePaths(tmp_path / "data", tmp_path / "run")
    run, clock = RecordedProcesses(), HeldClock()
    made = Site("lab", machine, run, clock, Quiet(), Path(sys.executable))
    write_record(made.paths.record, RECORD)
    return made


def write_log(site: Site, name: str, text: str) -> None:
    path = log_file(site, name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def supervised(site: Site, name: str) -> ProcessState:
    group, process = component_place("lab", name)
    return ProcessState(group, process, running=True, pid=1, description="")


def test_each_component_has_a_log_of_its_own(site: Site) -> None:
    files = [log_file(site, name) for name in known_components(RECORD)]
    assert len(set(files)) == len(files) == 4 + 2 * 3 + 2
    assert log_file(site, "etcd") == site.paths.data / "logs/etcd.log"
    assert log_file(site, "node1/kubelet") == site.paths.data / "nodes/node1/logs/kubelet.log"
    assert log_file(site, "controllers") == site.paths.data / "logs/controllers.log"
    assert log_file(site, "audit") == site.paths.data / "audit.log"


def test_component_has_one_name_wherever_it_is_named(site: Site) -> None:
    supervised_ones = [name for name in known_components(RECORD) if name != "audit"]
    named = [component_name(site, supervised(site, name)) for name in supervised_ones]
    assert named == supervised_ones
    assert len({component_place("lab", name) for name in named}) == len(named)


def test_components_are_under_the_groups_that_the_supervisor_has() -> None:
    assert component_place("lab", "etcd") == ("lab", "etcd")
    assert component_place("lab", "node1/kubelet") == ("lab.node1", "kubelet")
    assert component_place("lab", "controllers") == ("lab.controllers", "controllers")


def test_logs_end_with_as_many_lines_as_were_asked_for(site: Site) -> None:
    write_log(site, "node1/kubelet", "".join(f"line {number}\n" for number in range(500)))
    assert logs(site, "node1/kubelet", 2) == "line 498\nline 499\n"
    assert logs(site, "node1/kubelet", 0) == ""


def test_log_with_bytes_that_are_no_text_is_shown_all_the_same(site: Site) -> None:
    write_log(site, "etcd", "")
    log_file(site, "etcd").write_bytes(b"before\n\xff\xfe\nafter\n")
    assert logs(site, "etcd", 3).splitlines()[::2] == ["before", "after"]


@pytest.mark.parametrize("name", known_components(RECORD))
def test_component_that_never_ran_has_an_empty_log(site: Site, name: str) -> None:
    assert logs(site, name, 10) == ""


@pytest.mark.parametrize(
    "name", ["kubelet", "node9/kubelet", "", "../../etc/passwd", "node1/../../x", "node1/"]
)
def test_unknown_component_is_answered_with_those_there_are(site: Site, name: str) -> None:
    with pytest.raises(ClusterError) as unknown:
        logs(site, name, 10)
    assert f"There is no component {name!r}." in unknown.value.what_happened
    assert "kube-scheduler, node1/containerd, node1/kubelet" in unknown.value.next_step


def test_cluster_that_was_never_made_has_no_logs(site: Site) -> None:
    site.paths.record.unlink()
    with pytest.raises(ClusterUnknown, match="'lab'"):
        logs(site, "etcd", 10)


def test_cluster_that_was_never_made_is_absent(site: Site) -> None:
    site.paths.record.unlink()
    assert status(site).state is State.ABSENT


def test_spoilt_record_is_no_reason_to_fail(site: Site) -> None:
    site.paths.record.write_text("null")
    assert status(site).state is State.ABSENT


def test_stopped_cluster_shows_its_nodes_and_asks_nobody(site: Site) -> None:
    seen = status(site)
    assert seen.state is State.STOPPED
    assert [(node.name, node.ready, node.address) for node in seen.nodes] == [
        ("node1", False, "198.18.7.11"),
        ("controllers-1", False, "198.18.7.12"),
    ]
    assert seen.api_server == "https://198.18.7.1:6443"
    assert seen.components == ()


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '{"coredns": 7}'])
def test_spoilt_note_of_addons_is_no_reason_to_fail(site: Site, text: str) -> None:
    (site.paths.data / "addons.json").write_text(text)
    assert status(site).state is State.STOPPED


def test_addons_are_shown_as_they_were_noted(site: Site) -> None:
    (site.paths.data / "addons.json").write_text('{"coredns": "ready", "metrics": "starting"}')
    assert status(site).addons == (("coredns", "ready"), ("metrics", "starting"))


def test_etcds_size_is_a_figure(site: Site) -> None:
    assert status(site).figures["etcd_bytes"] == 0
    database = site.paths.data / "etcd/member/snap/db"
    database.parent.mkdir(parents=True)
    database.write_bytes(b"x" * 1234)
    assert status(site).figures["etcd_bytes"] == 1234
