"""Version 1 is what labkit was tried on; version 2 is held here and nowhere else, untried."""

from pathlib import Path

import pytest

from labkit.cluster.local.cgroups import (
    CgroupStep,
    create,
    creation,
    is_version_2,
    members,
    remove,
    remove_patiently,
    thaw,
    trees,
)
from tests.support.clock import HeldClock

NODE = "/labkit/lab/node1"


@pytest.fixture
def first(tmp_path: Path) -> Path:
    """Version 1: a hierarchy with cpusets, one without, one of two names."""
    for name in ("cpuset", "memory", "cpu,cpuacct"):
        write(tmp_path / name / "cgroup.procs", "1\n")
    write(tmp_path / "cpuset" / "cpuset.cpus", "0-3\n")
    write(tmp_path / "cpuset" / "cpuset.mems", "0\n")
    (tmp_path / "cpu").symlink_to("cpu,cpuacct")
    write(tmp_path / "notes", "not a hierarchy")
    (tmp_path / "empty").mkdir()
    return tmp_path


@pytest.fixture
def second(tmp_path: Path) -> Path:
    write(tmp_path / "cgroup.controllers", "cpuset cpu io memory hugetlb pids rdma\n")
    write(tmp_path / "cgroup.procs", "1\n")
    return tmp_path


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def lineage(mount: Path) -> list[Path]:
    return [mount / "labkit", mount / "labkit/lab", mount / "labkit/lab/node1"]


def test_each_hierarchy_is_taken_once_whatever_its_names(first: Path) -> None:
    assert not is_version_2(first)
    assert trees(first) == [first / name for name in ("cpu,cpuacct", "cpuset", "memory")]


def test_version_1_makes_parents_first_in_every_hierarchy(first: Path) -> None:
    made = [step.folder for step in creation(first, NODE)]
    expected = [lineage(tree) for tree in trees(first)]
    assert made == [folder for folders in expected for folder in folders]


def test_version_1_hands_the_cpusets_down_before_a_process_could_need_them(first: Path) -> None:
    for folder in lineage(first / "cpuset"):  # the kernel makes these files, empty
        write(folder / "cpuset.cpus", "\n")
        write(folder / "cpuset.mems", "")
    create(creation(first, NODE))
    assert (first / "cpuset" / NODE[1:] / "cpuset.cpus").read_text() == "0-3\n"
    assert (first / "cpuset" / NODE[1:] / "cpuset.mems").read_text() == "0\n"


def test_cpuset_that_somebody_narrowed_stays_narrow(first: Path) -> None:
    for folder in lineage(first / "cpuset"):
        write(folder / "cpuset.cpus", "1\n")
        write(folder / "cpuset.mems", "0\n")
    create(creation(first, NODE))
    assert (first / "cpuset" / NODE[1:] / "cpuset.cpus").read_text() == "1\n"


def test_version_2_switches_controllers_on_from_the_top_down(second: Path) -> None:
    steps = creation(second, NODE)
    assert [step.folder for step in steps] == [second, *lineage(second)]
    assert {step.written for step in steps} == {
        (("cgroup.subtree_control", "+cpu +cpuset +hugetlb +io +memory +pids"),)
    }


def test_version_2_asks_for_no_controller_that_the_kernel_lacks(second: Path) -> None:
    write(second / "cgroup.controllers", "cpu memory pids\n")
    written = {step.written for step in creation(second, NODE)}
    assert written == {(("cgroup.subtree_control", "+cpu +memory +pids"),)}


def test_version_2_is_made_as_planned_and_may_be_there_already(second: Path) -> None:
    create(creation(second, NODE))
    create(creation(second, NODE))
    assert (second / "labkit/lab/cgroup.subtree_control").read_text().startswith("+cpu")


def test_members_are_those_of_the_whole_tree_in_any_hierarchy(first: Path) -> None:
    write(first / "memory" / NODE[1:] / "cgroup.procs", "11\n12\n")
    write(first / "memory" / NODE[1:] / "kubepods/pod1/cgroup.procs", "13\n")
    write(first / "cpuset/labkit/lab/cgroup.procs", "11\n14\n")
    write(first / "memory/labkit/lab2/node1/cgroup.procs", "99\n")
    assert members(first, "/labkit/lab") == {11, 12, 13, 14}
    assert members(first, NODE) == {11, 12, 13}
    assert members(first, "/labkit/nobody") == set()


def test_removal_takes_the_tree_and_what_it_leaves_empty_above(first: Path) -> None:
    for tree in trees(first):
        (tree / NODE[1:] / "kubepods/besteffort/pod1").mkdir(parents=True)
    remove(first, "/labkit/lab")
    assert [tree for tree in trees(first) if (tree / "labkit").exists()] == []
    remove(first, "/labkit/lab")


def test_removal_leaves_the_neighbours_of_node_and_cluster(first: Path) -> None:
    (first / "memory/labkit/lab/node1").mkdir(parents=True)
    (first / "memory/labkit/lab/node2").mkdir(parents=True)
    (first / "memory/labkit/lab2/node1").mkdir(parents=True)
    remove(first, NODE)
    assert (first / "memory/labkit/lab/node2").is_dir()
    remove(first, "/labkit/lab")
    assert sorted(path.name for path in (first / "memory/labkit").iterdir()) == ["lab2"]


def test_removal_waits_for_a_process_that_a_dying_one_started(first: Path) -> None:
    late = first / "memory/labkit/lab/node1/cgroup.procs"
    write(late, "31\n")
    ended: list[set[int]] = []

    def end(processes: set[int]) -> None:
        ended.append(processes)
        late.unlink()

    remove_patiently(first, NODE, end, HeldClock())
    assert ended == [{31}]
    assert not late.parent.exists()


def test_steps_say_what_they_would_do(second: Path) -> None:
    asked = "+cpu +cpuset +hugetlb +io +memory +pids"
    top = CgroupStep(second, written=(("cgroup.subtree_control", asked),))
    assert creation(second, NODE)[0] == top


def test_what_is_frozen_thaws_so_that_it_can_end(first: Path) -> None:
    tree, pod = first / "memory" / NODE.strip("/"), first / "memory" / NODE.strip("/") / "pod"
    write(tree / "freezer.state", "THAWED\n")
    write(pod / "freezer.state", "FROZEN\n")
    write(pod / "inner" / "freezer.state", "FREEZING\n")
    before = (tree / "freezer.state").stat().st_mtime_ns
    thaw(first, NODE)
    assert (pod / "freezer.state").read_text() == "THAWED"
    assert (pod / "inner" / "freezer.state").read_text() == "THAWED"
    assert (tree / "freezer.state").stat().st_mtime_ns == before


def test_version_2_thaws_by_its_own_file(second: Path) -> None:
    frozen = second / NODE.strip("/") / "cgroup.freeze"
    write(frozen, "1\n")
    thaw(second, NODE)
    assert frozen.read_text() == "0"
