import os
from pathlib import Path

import pytest

from labkit.cluster.plan import ProcessGroup, ProcessPlan
from labkit.cluster.processes import is_living, kill, marked_processes, strays, survivors
from labkit.cluster.supervisor_files import ADOPT, LOGGED, MARK
from labkit.foundation.process import start_detached
from labkit.foundation.waiting import SystemClock
from tests.support.fake_proc import FakeProc

NSENTER = ("nsenter", "--net=/run/netns/lab.lab.node1", "--")
STRANGER = 54321
RUNTIME = ("/usr/bin/containerd", "-c", "/data/containerd.toml")
KUBELET = ("/programs/kubelet", "--node-ip=198.18.1.11")
DISGUISE = ("unshare", "--mount", "--", "sh", "-c", 'mount && exec "$@"', "kubelet", "/meminfo")
GROUP = ProcessGroup(
    "lab.node1",
    (
        ProcessPlan("containerd", (*NSENTER, *RUNTIME)),
        ProcessPlan("kubelet", (*NSENTER, *DISGUISE, *KUBELET)),
    ),
    "/data/logs",
)


@pytest.fixture
def proc(tmp_path: Path) -> FakeProc:
    (tmp_path / "self").mkdir()
    (tmp_path / "meminfo").write_text("MemTotal: 1 kB\n")
    return FakeProc(tmp_path)


def test_program_that_its_supervisor_left_behind_is_a_survivor(proc: FakeProc) -> None:
    proc.process(21, RUNTIME, "lab.node1/containerd")
    proc.process(22, KUBELET, "lab.node1/kubelet")
    assert survivors(GROUP, proc.folder) == {"containerd": 21, "kubelet": 22}
    assert strays(GROUP, proc.folder) == set()


def test_program_on_its_way_into_its_namespaces_is_the_same_process(proc: FakeProc) -> None:
    proc.process(22, DISGUISE[3:] + KUBELET, "lab.node1/kubelet")
    assert survivors(GROUP, proc.folder) == {"kubelet": 22}
    assert strays(GROUP, proc.folder) == set()


def test_shims_that_inherit_the_mark_are_not_taken_for_containerd(proc: FakeProc) -> None:
    shim = ("/usr/bin/containerd-shim-runc-v2", "-namespace", "k8s.io", "-address", "/run/c.sock")
    proc.process(20, shim, "lab.node1/containerd")
    proc.process(31, ("runc", "--root", "/run/runc", "create"), "lab.node1/containerd")
    assert survivors(GROUP, proc.folder) == {}
    assert strays(GROUP, proc.folder) == set()


def test_shell_that_opens_the_log_is_not_taken_for_the_program(proc: FakeProc) -> None:
    wrapper = (*LOGGED, "/data/logs/containerd.log", *NSENTER, *RUNTIME)
    proc.process(20, wrapper, "lab.node1/containerd")
    proc.process(21, RUNTIME, "lab.node1/containerd")
    assert survivors(GROUP, proc.folder) == {"containerd": 21}


def test_program_with_other_flags_is_a_stray(proc: FakeProc) -> None:
    proc.process(22, (KUBELET[0], "--node-ip=198.18.9.9"), "lab.node1/kubelet")
    assert survivors(GROUP, proc.folder) == {}
    assert strays(GROUP, proc.folder) == {22}


def test_second_of_the_same_program_is_a_stray(proc: FakeProc) -> None:
    proc.process(22, KUBELET, "lab.node1/kubelet")
    proc.process(45, KUBELET, "lab.node1/kubelet")
    assert survivors(GROUP, proc.folder) == {"kubelet": 22}
    assert strays(GROUP, proc.folder) == {45}


def test_stand_in_of_an_earlier_supervisor_is_a_stray_beside_its_survivor(proc: FakeProc) -> None:
    stand_in = ("/usr/bin/python3", "-I", "-S", str(ADOPT), "22", *NSENTER, *KUBELET)
    proc.process(22, KUBELET, "lab.node1/kubelet")
    proc.process(40, stand_in, "lab.node1/kubelet")
    assert survivors(GROUP, proc.folder) == {"kubelet": 22}
    assert strays(GROUP, proc.folder) == {40}


def test_own_module_under_an_earlier_interpreter_is_a_stray(proc: FakeProc) -> None:
    module = ("-m", "labkit.cluster.local.controllers", "lab")
    group = ProcessGroup("lab.x", (ProcessPlan("x", ("nice", "/new/python", *module)),), "/logs")
    proc.process(22, ("/old/python", *module), "lab.x/x")
    assert survivors(group, proc.folder) == {}
    assert strays(group, proc.folder) == {22}


def test_plan_that_the_group_no_longer_has_is_nobodys_survivor(proc: FakeProc) -> None:
    proc.process(22, KUBELET, "lab.node1/kubelet-of-old")
    assert survivors(GROUP, proc.folder) == {}


def test_zombie_does_not_live(proc: FakeProc) -> None:
    proc.process(22, KUBELET, "lab.node1/kubelet", state="Z")
    assert survivors(GROUP, proc.folder) == {}
    assert not is_living(22, proc.folder)
    assert not is_living(23, proc.folder)


def test_leader_that_ended_before_its_threads_still_lives(proc: FakeProc) -> None:
    proc.process(22, KUBELET, "lab.node1/kubelet", state="Z", threads=2)
    assert is_living(22, proc.folder)


def test_name_of_a_program_may_hold_anything(proc: FakeProc) -> None:
    proc.process(22, ("x",), name="a) Z (b")
    assert is_living(22, proc.folder)


@pytest.mark.parametrize("other", ["lab2/etcd", "lab-b/etcd", "lab.node1/kubelet", "my.lab/etcd"])
def test_group_never_finds_the_processes_of_a_neighbour(proc: FakeProc, other: str) -> None:
    proc.process(20, ("/programs/etcd",), "lab/etcd")
    proc.process(21, ("/programs/etcd",), other)
    proc.process(22, ("/programs/etcd",))
    assert marked_processes("lab/", proc.folder) == {20: "lab/etcd"}


def test_labkit_in_a_container_of_this_kernel_keeps_its_own_processes(proc: FakeProc) -> None:
    proc.process(21, RUNTIME, "lab.node1/containerd")
    inside = proc.folder / "21"
    (inside / "root").symlink_to("/")
    (inside / "ns").mkdir()
    (inside / "ns" / "pid").symlink_to("/proc/self/ns/pid")
    assert marked_processes("lab.node1/", proc.folder) == {21: "lab.node1/containerd"}
    (inside / "ns" / "pid").unlink()
    (inside / "ns" / "pid").symlink_to("/proc/self/ns/net")
    assert marked_processes("lab.node1/", proc.folder) == {}


def test_mark_that_is_no_text_is_nobodys_and_stops_nobody(proc: FakeProc) -> None:
    proc.process(21, RUNTIME, "lab.node1/containerd")
    proc.process(22, ("/bin/other",))
    (proc.folder / "22" / "environ").write_bytes(f"{MARK}=lab.node1/\xff\0".encode("latin-1"))
    found = marked_processes("lab.node1/containerd", proc.folder)
    assert found == {21: "lab.node1/containerd"}


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
def test_mark_counts_on_processes_of_root_and_its_registries_and_of_nobody_else(
    proc: FakeProc,
) -> None:
    for pid, user in ((21, 0), (22, 65534), (23, STRANGER)):
        proc.process(pid, RUNTIME, "lab.node1/containerd")
        os.chown(proc.folder / str(pid), user, -1)
    assert set(marked_processes("lab.node1/", proc.folder)) == {21, 22}


def test_process_that_ended_while_we_looked_is_passed_over(proc: FakeProc) -> None:
    (proc.folder / "77").mkdir()
    assert marked_processes("", proc.folder) == {}


def test_killed_process_is_gone_when_the_call_returns(tmp_path: Path) -> None:
    pid = start_detached(["sleep", "1000"], tmp_path / "log")
    kill([pid], SystemClock())
    assert not is_living(pid)
    kill([pid], SystemClock())
    kill([], SystemClock())
    os.waitpid(pid, 0)
