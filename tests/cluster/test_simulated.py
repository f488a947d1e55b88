"""A cluster without rights, from up to down: real control plane, simulated nodes."""

import os
import signal
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from labkit.cluster.engine import Capability, ClusterConfig, NodeShape, State
from labkit.cluster.errors import ClusterError
from labkit.cluster.platform import STAND_IN
from labkit.foundation.errors import SettingInvalid
from labkit.foundation.progress import Quiet
from labkit.kube.conditions import job_complete
from labkit.kube.errors import ServerFailed
from labkit.kube.reader import Reader
from labkit.kube.resources import ObjectReference
from labkit.kube.waiting import wait_for
from tests.support.killing import ended_at
from tests.support.own_cluster import HELLO
from tests.support.simulated import SimulatedCluster, run_hello, wait_for_hello
from tests.support.waiting import eventually

pytestmark = pytest.mark.cluster

COMPONENTS = ("etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler", "kwok")


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[SimulatedCluster]:
    own = SimulatedCluster(tmp_path)
    yield own
    own.delete()


def test_deployment_runs_on_simulated_nodes_and_delete_leaves_nothing(
    cluster: SimulatedCluster,
) -> None:
    status = cluster.up(2)
    assert (status.state, len(status.nodes)) == (State.RUNNING, 2)
    assert {each.name for each in status.components if each.running} >= set(COMPONENTS)
    pods = run_hello(cluster, 6)
    assert {pod["status"]["phase"] for pod in pods} == {"Running"}
    assert len({pod["status"]["podIP"] for pod in pods}) == 6
    cluster.delete()
    assert cluster.processes() == {}
    assert cluster.files() == set()
    assert cluster.engine.status().state == State.ABSENT
    cluster.delete()


def test_up_again_changes_nothing(cluster: SimulatedCluster) -> None:
    first = cluster.up(2)
    before = cluster.processes()
    assert replace(cluster.up(), figures={}) == replace(first, figures={})
    assert cluster.processes() == before


def test_dns_has_an_address_and_says_that_nobody_answers_there(cluster: SimulatedCluster) -> None:
    cluster.up()
    with cluster.reader() as reader:
        service = reader.get("Service", "kube-dns", namespace="kube-system")
    assert service["spec"]["clusterIP"] == "10.3.0.10"
    assert "no DNS server" in service["metadata"]["annotations"][STAND_IN]


def test_job_completes(cluster: SimulatedCluster) -> None:
    cluster.up()
    with cluster.writer() as writer, cluster.reader() as reader:
        writer.create(job(), namespace="default")
        wait_for(reader, ObjectReference("Job", "once", "default"), job_complete, limit_seconds=30)


def test_nodes_come_and_go_under_a_running_application(cluster: SimulatedCluster) -> None:
    cluster.up()
    run_hello(cluster, 4)
    shape = NodeShape("d2-2", "small", labels=(("disk", "fast"),), taints=("a=b:PreferNoSchedule",))
    added = cluster.engine.add_node(shape, Quiet())
    with cluster.reader() as reader:
        node = reader.get("Node", added.name)
        assert node["metadata"]["labels"]["nodepool"] == "small"
        assert node["status"]["allocatable"]["cpu"] == "900m"
        cluster.engine.remove_node("node1", Quiet())
        assert [each["metadata"]["name"] for each in reader.list("Node")] == [added.name]
        wait_for_hello(reader)
        hosts = {pod["spec"]["nodeName"] for pod in reader.list("Pod", namespace="default")}
    assert hosts == {added.name}
    assert [node.name for node in cluster.engine.status().nodes] == [added.name]


def test_node_with_a_daemon_sets_pod_leaves_no_pod_behind(cluster: SimulatedCluster) -> None:
    cluster.up(2)
    with cluster.writer() as writer, cluster.reader() as reader:
        writer.create(daemon_set(), namespace="default")
        eventually(lambda: len(running_pods(reader)) == 2, "a Pod on each node")
        cluster.engine.remove_node("node2", Quiet())
        eventually(lambda: len(reader.list("Pod", namespace="default")) == 1, "one Pod left")


def test_stopped_cluster_resumes_with_its_objects(cluster: SimulatedCluster) -> None:
    cluster.up(2)
    before = {pod["metadata"]["uid"] for pod in run_hello(cluster, 3)}
    server = cluster.engine.status().api_server
    cluster.engine.stop(Quiet())
    assert cluster.processes() == {}
    assert cluster.engine.status().state == State.STOPPED
    cluster.engine.stop(Quiet())
    status = cluster.up()
    assert (status.state, status.api_server, len(status.nodes)) == (State.RUNNING, server, 2)
    pods = run_hello(cluster, 5)
    assert before < {pod["metadata"]["uid"] for pod in pods}


def test_addresses_stay_apart_when_kwok_starts_again(cluster: SimulatedCluster) -> None:
    cluster.up()
    run_hello(cluster, 3)
    killed = cluster.processes()["kwok"]
    os.kill(killed, signal.SIGKILL)
    eventually(lambda: cluster.processes().get("kwok") not in (None, killed), "kwok")
    pods = run_hello(cluster, 6)
    assert len({pod["status"]["podIP"] for pod in pods}) == 6


@pytest.mark.parametrize("component", COMPONENTS)
def test_killed_component_comes_back_by_itself(cluster: SimulatedCluster, component: str) -> None:
    cluster.up()
    killed = cluster.processes()[component]
    os.kill(killed, signal.SIGKILL)
    eventually(lambda: cluster.processes().get(component) not in (None, killed), component)
    eventually(lambda: cluster.engine.status().state == State.RUNNING, "the cluster to run")
    run_hello(cluster, 2)


def test_up_adopts_what_a_killed_supervisor_left(cluster: SimulatedCluster) -> None:
    cluster.up()
    before = cluster.processes()
    os.kill(before["supervisor"], signal.SIGKILL)
    eventually(lambda: "supervisor" not in cluster.processes(), "the supervisor's end")
    assert cluster.engine.status().state == State.DEGRADED
    cluster.up()
    run_hello(cluster, 2)
    after = cluster.processes()
    assert {name: after[name] for name in ("etcd", "kube-apiserver")} == {
        name: before[name] for name in ("etcd", "kube-apiserver")
    }
    os.kill(after["kube-apiserver"], signal.SIGKILL)
    eventually(lambda: cluster.engine.status().state == State.RUNNING, "the new supervisor's care")


def test_up_repairs_a_cluster_of_which_everything_was_killed(cluster: SimulatedCluster) -> None:
    cluster.up()
    before = {pod["metadata"]["uid"] for pod in run_hello(cluster, 2)}
    for pid in cluster.processes().values():
        os.kill(pid, signal.SIGKILL)
    cluster.up()
    assert {pod["metadata"]["uid"] for pod in run_hello(cluster, 2)} == before


MOMENTS: dict[str, Callable[[SimulatedCluster], bool]] = {
    "record written": lambda c: c.engine.paths.record.exists(),
    "authority written": lambda c: (c.engine.paths.pki / "ca.crt").exists(),
    "supervisor started": lambda c: "supervisor" in c.processes(),
    "etcd started": lambda c: "etcd" in c.processes(),
    "API server started": lambda c: "kube-apiserver" in c.processes(),
    "kwok started": lambda c: "kwok" in c.processes(),
}


@pytest.mark.parametrize("moment", MOMENTS, ids=lambda name: name.replace(" ", "-"))
def test_up_goes_on_from_where_it_was_killed(cluster: SimulatedCluster, moment: str) -> None:
    killed = ended_at(
        lambda: MOMENTS[moment](cluster),
        [sys.executable, "-m", "labkit.cli.main", "up", "--nodes", "2"],
        cluster.home.with_name("up.log"),
        awaited=moment,
        environment=cluster.environment,
    )
    assert killed is None
    status = cluster.up(2)
    assert (status.state, len(status.nodes)) == (State.RUNNING, 2)
    assert len(cluster.engine._site(Quiet()).supervisors()) == 1
    run_hello(cluster, 2)


def test_supervisor_without_its_socket_is_replaced(cluster: SimulatedCluster) -> None:
    cluster.up()
    (cluster.engine.paths.supervisor / "supervisor.sock").unlink()
    assert cluster.up().state == State.RUNNING
    supervisors = cluster.engine._site(Quiet()).supervisors()
    assert len(supervisors) == 1


def test_delete_works_after_everything_was_killed(cluster: SimulatedCluster) -> None:
    cluster.up()
    os.kill(cluster.processes()["supervisor"], signal.SIGKILL)
    cluster.delete()
    assert cluster.processes() == {}
    assert cluster.files() == set()


def test_two_clusters_of_one_name_in_two_homes_do_not_meet(
    cluster: SimulatedCluster, tmp_path_factory: pytest.TempPathFactory
) -> None:
    other = SimulatedCluster(tmp_path_factory.mktemp("other"))
    with ThreadPoolExecutor() as pool:
        ups = [pool.submit(each.up) for each in (cluster, other)]
        servers = {up.result().api_server for up in ups}
    try:
        assert len(servers) == 2
    finally:
        other.delete()
    assert cluster.engine.status().state == State.RUNNING


def test_two_ups_of_one_name_end_in_one_cluster(cluster: SimulatedCluster) -> None:
    with ThreadPoolExecutor() as pool:
        ups = [pool.submit(cluster.up) for _ in range(2)]
        assert len({up.result().api_server for up in ups}) == 1
    assert len(cluster.engine._site(Quiet()).supervisors()) == 1


def test_home_with_a_long_name_and_a_space_is_fine(tmp_path: Path) -> None:
    deep = SimulatedCluster(tmp_path / "a home of" / ("x" * 90))
    try:
        assert deep.up().state == State.RUNNING
        assert str(deep.home) not in str(deep.engine.paths.supervisor)
        run_hello(deep, 1)
    finally:
        deep.delete()
    assert (deep.processes(), deep.files()) == ({}, set())


def test_a_simulated_pods_log_says_that_it_is_simulated(cluster: SimulatedCluster) -> None:
    cluster.up()
    pod = run_hello(cluster, 1)[0]["metadata"]["name"]
    with cluster.reader() as reader, pytest.raises(ServerFailed, match="this-pod-is-simulated"):
        reader.log(pod, "default")


def test_audit_log_tells_who_made_what_and_leaves_heartbeats_out(cluster: SimulatedCluster) -> None:
    cluster.up()
    run_hello(cluster, 1)
    audit = cluster.engine.logs("audit", 1000)
    assert '"username":"lab-admin"' in audit
    assert "labkit:kwok" not in audit
    assert cluster.engine.logs("kube-apiserver", 5).count("\n") == 5


def test_bad_input_is_one_sentence_and_changes_nothing(cluster: SimulatedCluster) -> None:
    with pytest.raises(SettingInvalid, match="--flavor is 'huge'"):
        cluster.engine.start(ClusterConfig("sim", (NodeShape("huge"),)), Quiet())
    with pytest.raises(SettingInvalid, match="--nodes is 999"):
        cluster.up(999)
    assert cluster.files() == set()
    cluster.up()
    with pytest.raises(ClusterError, match="There is no node 'nobody'"):
        cluster.engine.remove_node("nobody", Quiet())
    with pytest.raises(ClusterError, match="Node node1 is there already"):
        cluster.engine.add_node(NodeShape(name="node1"), Quiet())
    with pytest.raises(SettingInvalid, match="component is 'kubelet'"):
        cluster.engine.logs("kubelet")


def test_engine_offers_only_what_is_true_without_real_pods(cluster: SimulatedCluster) -> None:
    assert Capability.REAL_PODS not in cluster.engine.capabilities
    assert Capability.CLUSTER_SCOPE in cluster.engine.capabilities


def running_pods(reader: Reader) -> list[dict[str, Any]]:
    pods = reader.list("Pod", namespace="default")
    return [pod for pod in pods if (pod.get("status") or {}).get("phase") == "Running"]


def job() -> dict[str, Any]:
    pod = {"containers": [{"name": "once", "image": HELLO}], "restartPolicy": "Never"}
    return {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {"name": "once"},
        "spec": {"template": {"spec": pod}},
    }


def daemon_set() -> dict[str, Any]:
    labels = {"app": "everywhere"}
    pod = {"containers": [{"name": "everywhere", "image": HELLO}]}
    template = {"metadata": {"labels": labels}, "spec": pod}
    return {
        "apiVersion": "apps/v1",
        "kind": "DaemonSet",
        "metadata": {"name": "everywhere"},
        "spec": {"selector": {"matchLabels": labels}, "template": template},
    }
