"""A local cluster from up to down, as people use it."""

import errno
import json
import socket
import sys
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from labkit.cluster.local.balancers import addresses_of
from labkit.foundation.process import SystemRunner
from labkit.foundation.settings import read_settings
from labkit.kube.conditions import deployment_available
from labkit.kube.kubeconfig import read_access
from labkit.kube.reader import Reader
from labkit.kube.writer import Writer
from labkit.toolchain.images import images_at_hand
from tests.support.own_cluster import OwnCluster, hello_deployment, hello_service
from tests.support.rights import needs_root
from tests.support.shared_cluster import SharedCluster
from tests.support.traces import processes_of, shared_places, traces
from tests.support.waiting import eventually

pytestmark = pytest.mark.cluster


@needs_root
def test_hello_answers_and_down_leaves_nothing(own_cluster: OwnCluster) -> None:
    own_cluster.labkit("up")
    with own_cluster.writer() as writer, own_cluster.reader() as reader:
        writer.apply(hello_deployment(3), namespace="default")
        writer.apply(hello_service(), namespace="default")
        page = _page(reader)
    assert json.loads(page)["namespace"] == "default"
    assert _connected(f"lab.{own_cluster.name}.node1", "10.3.255.250") == errno.EHOSTUNREACH
    shared = shared_places(own_cluster.name)
    assert shared
    own_cluster.labkit("down")
    assert traces(own_cluster.name) == set()
    assert not [path for path in shared if path.exists()]
    own_cluster.labkit("down")


@needs_root
def test_up_again_changes_nothing(own_cluster: OwnCluster) -> None:
    own_cluster.labkit("up")
    before = processes_of(own_cluster.name)
    own_cluster.labkit("up")
    assert processes_of(own_cluster.name) == before
    assert own_cluster.status()["state"] == "running"


def test_stopped_cluster_resumes_with_its_data(own_cluster: OwnCluster) -> None:
    own_cluster.labkit("up")
    with own_cluster.writer() as writer, own_cluster.reader() as reader:
        writer.apply(hello_deployment(), namespace="default")
        writer.apply(hello_service(), namespace="default")
        _page(reader)
    own_cluster.labkit("stop")
    assert own_cluster.status()["state"] == "stopped"
    own_cluster.labkit("up")
    with own_cluster.reader() as reader:
        assert json.loads(_page(reader))["app"] == "hello"


@needs_root
def test_stop_ends_every_process(own_cluster: OwnCluster) -> None:
    own_cluster.labkit("up")
    assert processes_of(own_cluster.name)
    own_cluster.labkit("stop")
    assert processes_of(own_cluster.name) == {}


@needs_root
def test_nodes_come_and_go_under_a_running_application(own_cluster: OwnCluster) -> None:
    own_cluster.labkit("up")
    with own_cluster.writer() as writer, own_cluster.reader() as reader:
        writer.apply(hello_deployment(4), namespace="default")
        writer.apply(hello_service(), namespace="default")
        _page(reader)
        added = json.loads(own_cluster.labkit("node", "add", "--flavor", "d2-2", "--json").output)
        node = reader.get("Node", added["name"])
        assert node["status"]["allocatable"]["cpu"] == "900m"
        assert node["spec"]["podCIDR"] == node["spec"]["podCIDRs"][0]
        assert node["metadata"]["labels"]["node.kubernetes.io/instance-type"] == "d2-2"
        own_cluster.labkit("node", "remove", "node1")
        names = [each["metadata"]["name"] for each in reader.list("Node")]
        assert names == [added["name"]]
        eventually(
            lambda: deployment_available(reader.get("Deployment", "hello", namespace="default")),
            "hello to run on the other node",
        )
        assert json.loads(_page(reader))["app"] == "hello"
    assert not [trace for trace in traces(own_cluster.name) if "node1" in trace]


@needs_root
def test_two_clusters_do_not_meet(own_cluster: OwnCluster, tmp_path: Path) -> None:
    other = OwnCluster(f"{own_cluster.name}b", tmp_path / "other")
    own_cluster.labkit("up")
    try:
        other.labkit("up")
        assert own_cluster.status()["api_server"] != other.status()["api_server"]
    finally:
        other.labkit("down")
    assert traces(other.name) == set()
    assert own_cluster.status()["state"] == "running"


@needs_root
def test_two_ups_of_one_name_end_in_one_cluster(own_cluster: OwnCluster) -> None:
    with ThreadPoolExecutor() as pool:
        ups = [pool.submit(own_cluster.labkit, "up", "--json") for _ in range(2)]
        servers = {json.loads(up.result().output)["api_server"] for up in ups}
    assert len(servers) == 1
    assert len([mark for mark in processes_of(own_cluster.name) if mark.endswith("/etcd")]) == 1


def test_loaded_image_is_on_every_chosen_node(own_cluster: OwnCluster) -> None:
    own_cluster.labkit("up")
    archive = images_at_hand(["pause"], settings=read_settings())["pause"]
    loaded = json.loads(own_cluster.labkit("image", "load", str(archive), "--json").output)
    assert list(loaded) == ["node1"]
    listed = json.loads(own_cluster.labkit("image", "list", "--json").output)
    assert "registry.lab.example:5000/pause:1.0" in listed["node1"]


def test_every_call_to_a_service_without_pods_is_refused_at_once(
    cluster: SharedCluster, namespace: str
) -> None:
    """Left alone, the kernel refuses six in a row, and lets the others wait."""
    access = read_access(cluster.kubeconfig)
    with Writer(access) as writer, Reader(access) as reader:
        writer.apply(hello_service(), namespace=namespace)

        def given() -> list[str]:
            return addresses_of(reader.get("Service", "hello", namespace=namespace))

        eventually(lambda: bool(given()), "an address")
        address = given()[0]
    eventually(lambda: _knocked(address) == errno.ECONNREFUSED, "a first refusal")
    assert {_knocked(address) for _ in range(20)} == {errno.ECONNREFUSED}


def _knocked(address: str) -> int:
    with socket.socket() as caller:
        caller.settimeout(0.5)
        return caller.connect_ex((address, 80))


def _connected(namespace: str, address: str) -> int:
    """What comes of a call from a node to an address; nobody may answer for a Service of no one."""
    call = "import socket, sys; s = socket.socket(); s.settimeout(5)"
    tell = f"print(s.connect_ex(({address!r}, 80)))"
    command = ["nsenter", f"--net=/run/netns/{namespace}", sys.executable, "-c", f"{call}; {tell}"]
    return int(SystemRunner()(command).output)


def _page(reader: Reader) -> str:
    """The hello page from outside, as soon as its LoadBalancer answers."""
    pages: list[str] = []

    def look() -> bool:
        for address in addresses_of(reader.get("Service", "hello", namespace="default")):
            try:
                with urllib.request.urlopen(f"http://{address}/info", timeout=2) as answer:
                    pages.append(answer.read().decode())
            except OSError:
                return False
        return bool(pages)

    eventually(look, "the hello page")
    return pages[0]
