"""Whatever is killed, whenever: the cluster works again, or `up` repairs it; `down` cleans up."""

import os
import shutil
import signal
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from labkit.cluster.local.cgroups import members
from labkit.cluster.local.network import interface_name
from labkit.cluster.local.paths import MachinePaths
from labkit.cluster.supervision import Supervisor
from labkit.foundation.process import SystemRunner
from labkit.foundation.waiting import SystemClock, wait_until
from labkit.kube.errors import KubeError
from tests.support.killing import ended_at
from tests.support.own_cluster import OwnCluster, hello_deployment, wait_for_state
from tests.support.rights import needs_root
from tests.support.traces import cgroup_folders, processes_of, traces
from tests.support.waiting import eventually

pytestmark = [pytest.mark.cluster, needs_root]

MACHINE = MachinePaths()
INTERRUPTED = 130
COMPONENTS = (
    "/etcd",
    "/kube-apiserver",
    "/kube-controller-manager",
    "/kube-scheduler",
    ".controllers/controllers",
    ".node1/containerd",
    ".node1/kubelet",
    ".node1/kube-proxy",
)


def supervisor_pid() -> int:
    return Supervisor(MACHINE.supervisor, Path("python")).pid()


def pid_of(cluster: OwnCluster, component: str) -> int | None:
    return processes_of(cluster.name).get(f"{cluster.name}{component}")


def test_each_component_comes_back_when_killed(own_cluster: OwnCluster) -> None:
    own_cluster.labkit("up")
    for component in COMPONENTS:
        killed = _running(own_cluster, component)
        os.kill(killed, signal.SIGKILL)
        eventually(_is_another(own_cluster, component, killed), f"{component} to come back")
    wait_for_state(own_cluster, "running")
    _run_hello(own_cluster)


def _running(cluster: OwnCluster, component: str) -> int:
    """Its pid; a controller manager ends by itself when its API server vanishes at its start."""
    return wait_until(
        lambda: pid_of(cluster, component),
        f"{component} to run",
        limit_seconds=60,
        clock=SystemClock(),
        pause_seconds=0.05,
    )


def _is_another(cluster: OwnCluster, component: str, killed: int) -> Callable[[], bool]:
    return lambda: pid_of(cluster, component) not in (None, killed)


def test_killed_supervisor_is_replaced_and_adopts_what_runs(own_cluster: OwnCluster) -> None:
    own_cluster.labkit("up")
    before = processes_of(own_cluster.name)
    dead = supervisor_pid()
    os.kill(dead, signal.SIGKILL)
    eventually(_replaced(dead), "the agent to start another supervisor")
    wait_for_state(own_cluster, "running")
    assert {mark for mark, pid in before.items() if Path(f"/proc/{pid}").exists()} == set(before)
    scheduler = before[f"{own_cluster.name}/kube-scheduler"]
    os.kill(scheduler, signal.SIGKILL)
    eventually(
        lambda: pid_of(own_cluster, "/kube-scheduler") not in (None, scheduler),
        "the new supervisor to start the scheduler again",
    )
    _run_hello(own_cluster)


def test_up_repairs_when_everything_was_killed_at_once(own_cluster: OwnCluster) -> None:
    own_cluster.labkit("up")
    _run_hello(own_cluster)
    _kill_everything(own_cluster)
    assert own_cluster.status()["state"] == "stopped"
    own_cluster.labkit("up")
    _hello_runs_again(own_cluster)


def test_machine_restart_keeps_the_data(own_cluster: OwnCluster) -> None:
    own_cluster.labkit("up")
    _run_hello(own_cluster)
    _kill_everything(own_cluster)
    _forget_as_a_restart_does(own_cluster)
    own_cluster.labkit("up")
    _hello_runs_again(own_cluster)
    own_cluster.labkit("down")
    assert traces(own_cluster.name) == set()


def test_down_after_a_crash_leaves_nothing(own_cluster: OwnCluster) -> None:
    own_cluster.labkit("up")
    _run_hello(own_cluster)
    _kill_everything(own_cluster)
    own_cluster.labkit("down")
    assert traces(own_cluster.name) == set()
    own_cluster.labkit("down")


def _node(cluster: OwnCluster) -> Path:
    return MACHINE.cluster(cluster.name).node("node1").data


MOMENTS: dict[str, Callable[[OwnCluster], bool]] = {
    "record written": lambda c: MACHINE.cluster(c.name).record.exists(),
    "authority written": lambda c: (MACHINE.cluster(c.name).pki / "ca.crt").exists(),
    "cluster namespace made": lambda c: Path(f"/run/netns/lab.{c.name}").exists(),
    "node namespace made": lambda c: Path(f"/run/netns/lab.{c.name}.node1").exists(),
    "host link made": lambda c: Path(f"/sys/class/net/{interface_name(c.name, 'host')}").exists(),
    "kubelet configured": lambda c: (_node(c) / "kubelet.yaml").exists(),
    "mounts made": lambda c: any(t.startswith("mount") for t in traces(c.name)),
    "cgroup made": lambda c: any((f / "node1").exists() for f in cgroup_folders(c.name)),
    "etcd started": lambda c: pid_of(c, "/etcd") is not None,
    "kubelet started": lambda c: pid_of(c, ".node1/kubelet") is not None,
    "scheduler started": lambda c: pid_of(c, "/kube-scheduler") is not None,
    "controllers started": lambda c: pid_of(c, ".controllers/controllers") is not None,
}


@pytest.mark.parametrize("moment", MOMENTS, ids=lambda name: name.replace(" ", "-"))
def test_up_goes_on_from_where_it_was_killed(own_cluster: OwnCluster, moment: str) -> None:
    assert _stop_up_at(own_cluster, moment, signal.SIGKILL) is None
    own_cluster.labkit("up")
    assert own_cluster.status()["state"] == "running"
    own_cluster.labkit("down")
    assert traces(own_cluster.name) == set()


def test_interrupted_first_up_takes_back_what_it_started(own_cluster: OwnCluster) -> None:
    assert _stop_up_at(own_cluster, "kubelet started", signal.SIGINT) == INTERRUPTED
    assert traces(own_cluster.name) == set()


def test_interrupted_up_leaves_a_new_cluster_when_asked_and_one_that_was_there_always(
    own_cluster: OwnCluster,
) -> None:
    assert _stop_up_at(own_cluster, "kubelet started", signal.SIGINT, "--keep") == INTERRUPTED
    assert pid_of(own_cluster, "/etcd") is not None
    own_cluster.labkit("stop")
    assert _stop_up_at(own_cluster, "kubelet started", signal.SIGINT) == INTERRUPTED
    assert pid_of(own_cluster, "/etcd") is not None


def _stop_up_at(
    cluster: OwnCluster, moment: str, stop: signal.Signals, *options: str
) -> int | None:
    """The exit code of `labkit up` when it gets a signal; None when that ended it."""
    return ended_at(
        lambda: MOMENTS[moment](cluster),
        cluster.command("up", *options),
        cluster.home.parent / "up.log",
        awaited=moment,
        environment=cluster.environment,
        sent=stop,
    )


def _replaced(dead: int) -> Callable[[], bool]:
    return lambda: _other_supervisor(dead)


def test_down_ends_what_runc_left_frozen(own_cluster: OwnCluster) -> None:
    """As it does when it is killed amid killing a container."""
    own_cluster.labkit("up")
    _run_hello(own_cluster)
    folders = sorted(Path(f"/sys/fs/cgroup/freezer/labkit/{own_cluster.name}").rglob("pod*"))
    if not folders:
        pytest.skip("version 2 kills what is frozen")
    for folder in folders:
        (folder / "freezer.state").write_text("FROZEN")
    own_cluster.labkit("down")
    assert traces(own_cluster.name) == set()


def _other_supervisor(dead: int) -> bool:
    supervisor = Supervisor(MACHINE.supervisor, Path("python"))
    return supervisor.is_alive() and supervisor.pid() != dead


def _kill_everything(cluster: OwnCluster) -> None:
    """Supervisor and agent first, or they would mend what is killed meanwhile."""
    doomed = [supervisor_pid(), *_agents(), *processes_of(cluster.name).values()]
    doomed += [int(line.split()[1]) for line in traces(cluster.name) if "process " in line]
    doomed += members(Path("/sys/fs/cgroup"), f"/labkit/{cluster.name}")
    for pid in doomed:
        with suppress(ProcessLookupError):  # it ended with another one
            os.kill(pid, signal.SIGKILL)
    eventually(lambda: not processes_of(cluster.name), "everything to be dead")


def _agents() -> list[int]:
    return [pid for mark, pid in processes_of("agent").items() if mark == "agent/agent"]


def _forget_as_a_restart_does(cluster: OwnCluster) -> None:
    """What lives in the kernel or in /run only is gone after a restart."""
    run = SystemRunner()
    for line in sorted(traces(cluster.name), reverse=True):
        kind, _, rest = line.partition(" ")
        if kind == "mount":
            run(["umount", "--lazy", rest], may_fail=True)
        if kind == "namespace":
            run(["ip", "netns", "del", rest])
    run(["ip", "link", "del", interface_name(cluster.name, "host")], may_fail=True)
    for folder in cgroup_folders(cluster.name):
        for inner in sorted(folder.rglob("*"), reverse=True):
            if inner.is_dir():
                inner.rmdir()
        folder.rmdir()
    shutil.rmtree(MACHINE.cluster(cluster.name).run)


def _run_hello(cluster: OwnCluster) -> None:
    with cluster.writer() as writer:
        writer.apply(hello_deployment(), namespace="default")
    _hello_runs_again(cluster)


def _hello_runs_again(cluster: OwnCluster) -> None:
    """A Pod that answers through the API server's proxy now, not one that once did."""

    def answers() -> bool:
        with cluster.reader() as reader:
            pods = reader.list("Pod", namespace="default", labels="app=hello")
            for pod in pods:
                name = pod["metadata"]["name"]
                try:
                    page = reader.through_pod("default", name, 8080, "/info", timeout_seconds=2)
                except KubeError:
                    continue
                if page.status == 200:
                    return True
        return False

    eventually(answers, "a hello Pod that answers")


def test_supervisor_killed_twice_leaves_one_of_everything(own_cluster: OwnCluster) -> None:
    own_cluster.labkit("up")
    for _ in range(2):
        dead = supervisor_pid()
        os.kill(dead, signal.SIGKILL)
        eventually(_replaced(dead), "another supervisor")
        wait_for_state(own_cluster, "running")
    scheduler = pid_of(own_cluster, "/kube-scheduler")
    assert scheduler is not None
    os.kill(scheduler, signal.SIGKILL)
    wait_for_state(own_cluster, "running")
    marks = [line.split()[2] for line in traces(own_cluster.name) if line.startswith("process")]
    assert marks.count(f"{own_cluster.name}/kube-scheduler") == 1
