"""What is made of a cluster, over an API server on the loopback that says what is scripted."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from labkit.cluster import certificates
from labkit.foundation.settings import Settings, read_settings
from labkit.foundation.waiting import SystemClock
from labkit.kube.kubeconfig import Access, kubeconfig_text
from labkit.preflight.cluster import Cluster, has_route, look_at_cluster
from labkit.preflight.facts import Route
from labkit.preflight.finding import Finding, Level
from labkit.preflight.report import judge_cluster
from labkit.preflight.surroundings import Surroundings
from tests.support.api_server import ApiServer, Scripted, listed, refusal, said
from tests.support.authority import Authority, Pair
from tests.support.clock import HeldClock
from tests.support.objects import pod, with_conditions
from tests.unit.preflight.healthy import IMAGES, MACHINE

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])
NODES = "/api/v1/nodes"
CLASSES = "/apis/networking.k8s.io/v1/ingressclasses"
DNS = "/api/v1/namespaces/kube-system/pods"
FORBIDDEN = refusal(403, 'nodes is forbidden: User "ada" cannot list resource "nodes"')


def settings(home: Path) -> Settings:
    words = {"HOME": home, "LABKIT_HOME": home, "LABKIT_CLUSTER": "lab"}
    return read_settings({key: str(value) for key, value in words.items()})


def around(clock: HeldClock | None = None) -> Surroundings:
    return Surroundings(clock=clock or SystemClock(), environment={})


def node(name: str, ready: str = "True", **annotations: str) -> dict[str, object]:
    bare = {"metadata": {"name": name, "annotations": annotations}}
    images = [{"names": sorted(IMAGES)}]
    return with_conditions({**bare, "status": {"images": images}}, Ready=ready)


@contextmanager
def cluster(
    home: Path, nodes: Scripted, dns: Scripted, authority: Authority | None = None
) -> Iterator[ApiServer]:
    with ApiServer(authority or Authority()) as server:
        server.answers("/version", said({"gitVersion": "v1.34.4"}))
        server.answers(NODES, nodes)
        server.answers(DNS, dns)
        server.answers(CLASSES, listed([{"metadata": {"name": "traefik"}}]))
        write_kubeconfig(home, server.access())
        yield server


def write_kubeconfig(home: Path, access: Access) -> Path:
    path = home / "kubeconfig"
    path.write_text(kubeconfig_text(access))
    path.chmod(0o600)
    return path


def worst(seen: Cluster) -> list[tuple[str, Level]]:
    findings = judge_cluster(seen, MACHINE)
    return [(finding.id, finding.level) for finding in findings if finding.level is not Level.OK]


def blockers(seen: Cluster) -> list[Finding]:
    return [each for each in judge_cluster(seen, MACHINE) if each.level is Level.BLOCKING]


def test_healthy_cluster_has_nothing_to_say_but_that_it_is(tmp_path: Path) -> None:
    dns = with_conditions(pod("coredns-1"), Ready="True")
    authority = ForYears(tmp_path / "pki", SystemClock().now())
    with cluster(tmp_path, listed([node("node1")]), listed([dns]), authority):
        seen = look_at_cluster(settings(tmp_path), around())
    assert worst(seen) == []
    assert seen.version == (1, 34, 4)
    assert "Ingresses are served by traefik." in [
        each.seen for each in judge_cluster(seen, MACHINE)
    ]
    assert {each.whose for each in seen.certificates} == {"API server", "authority"}


def test_user_who_may_see_no_nodes_hears_nothing_of_them(tmp_path: Path) -> None:
    authority = ForYears(tmp_path / "pki", SystemClock().now())
    with cluster(tmp_path, FORBIDDEN, FORBIDDEN, authority):
        seen = look_at_cluster(settings(tmp_path), around())
    assert worst(seen) == []
    assert (seen.nodes, seen.dns) == (None, None)


def test_simulated_nodes_need_no_dns_and_no_images(tmp_path: Path) -> None:
    simulated = node("node1", **{"kwok.x-k8s.io/node": "fake"})
    simulated["status"] = {**simulated["status"], "images": []}  # type: ignore[dict-item]
    authority = ForYears(tmp_path / "pki", SystemClock().now())
    with cluster(tmp_path, listed([simulated]), listed([]), authority):
        assert worst(look_at_cluster(settings(tmp_path), around())) == []


def test_node_that_is_not_ready_is_named_beside_its_neighbours(tmp_path: Path) -> None:
    dns = with_conditions(pod("coredns-1"), Ready="True")
    nodes = listed([node("node1"), node("node2", ready="False")])
    with cluster(tmp_path, nodes, listed([dns]), ForYears(tmp_path / "pki", SystemClock().now())):
        seen = look_at_cluster(settings(tmp_path), around())
    assert worst(seen) == [("nodes", Level.WARNING)]
    assert "node2" in next(each.seen for each in judge_cluster(seen, MACHINE) if each.id == "nodes")


class ForYears(Authority):
    """The lab's own certificates, made at a given time and valid for a year from then."""

    def __init__(self, folder: Path, made: datetime) -> None:
        super().__init__()
        self.folder = folder
        self.own = certificates.Authority.ensure(folder, "ca", made)
        self.certificate = self.own.pair.certificate.read_text()

    def pair(self, name: str, organisation: str = "") -> Pair:
        subject = certificates.Subject(name, addresses=("127.0.0.1",))
        made = self.own.ensure_pair(self.folder, name, subject)
        return Pair(made.certificate.read_text(), made.key.read_text())


def test_expired_certificate_of_the_server_is_found_though_tls_refuses_it(tmp_path: Path) -> None:
    long_ago = SystemClock().now() - timedelta(days=400)
    authority = ForYears(tmp_path / "pki", long_ago)
    with cluster(tmp_path, listed([]), listed([]), authority):
        found = blockers(look_at_cluster(settings(tmp_path), around()))
    assert {finding.id for finding in found} == {"api", "certificate"}
    assert f"{long_ago + timedelta(days=365):%Y-%m-%d}" in found[-1].seen


def test_expired_certificate_of_the_user_is_found(tmp_path: Path) -> None:
    long_ago = SystemClock().now() - timedelta(days=400)
    clients = ForYears(tmp_path / "pki", long_ago)
    pair = clients.pair("ada")
    with ApiServer(Authority(), clients) as server:
        access = server.access(certificate=pair.certificate, key=pair.key, user="ada")
        write_kubeconfig(tmp_path, access)
        found = blockers(look_at_cluster(settings(tmp_path), around()))
    assert {finding.id for finding in found} == {"api", "certificate"}
    assert any("ada" in finding.seen for finding in found if finding.id == "certificate")


def test_clock_far_from_the_servers_date_is_found(tmp_path: Path) -> None:
    now = SystemClock().now()
    authority = ForYears(tmp_path / "pki", now - timedelta(days=30))
    late = HeldClock(now - timedelta(minutes=10))
    dns = with_conditions(pod("coredns-1"), Ready="True")
    with cluster(tmp_path, listed([node("node1")]), listed([dns]), authority):
        seen = look_at_cluster(settings(tmp_path), around(late))
    assert worst(seen) == [("clock-skew", Level.WARNING)]


def test_api_server_that_is_gone_is_a_blocker_with_a_next_step(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        write_kubeconfig(tmp_path, Access(f"https://127.0.0.1:{port}"))
        found = blockers(look_at_cluster(settings(tmp_path), around()))
    assert [finding.id for finding in found] == ["api"]
    assert "labkit" in found[0].fix


@pytest.mark.parametrize(
    "text", ["", "{", "kind: Config", "current-context: x\n"], ids=["empty", "half", "bare", "lost"]
)
def test_broken_kubeconfig_is_a_blocker_that_names_the_file(tmp_path: Path, text: str) -> None:
    path = tmp_path / "kubeconfig"
    path.write_text(text)
    found = blockers(look_at_cluster(settings(tmp_path), around()))
    assert [finding.id for finding in found] == ["kubeconfig"]
    assert str(path) in found[0].seen


def test_kubeconfig_that_others_may_read_is_told_with_the_command(tmp_path: Path) -> None:
    with cluster(tmp_path, FORBIDDEN, FORBIDDEN, ForYears(tmp_path / "p", SystemClock().now())):
        path = tmp_path / "kubeconfig"
        path.chmod(0o644)
        seen = look_at_cluster(settings(tmp_path), around())
    assert worst(seen) == [("kubeconfig-mode", Level.WARNING)]
    assert f"chmod 600 {path}" in {each.fix for each in judge_cluster(seen, MACHINE)}


def test_administrators_kubeconfig_of_the_named_cluster_is_looked_through(tmp_path: Path) -> None:
    authority = ForYears(tmp_path / "pki", SystemClock().now())
    with cluster(tmp_path, listed([node("node1")]), listed([]), authority) as server:
        folder = tmp_path / "clusters" / "other"
        folder.mkdir(parents=True)
        (tmp_path / "kubeconfig").rename(folder / "admin.kubeconfig")
        chosen = replace(settings(tmp_path), cluster="other")
        assert look_at_cluster(chosen, around()).server == server.address
        assert look_at_cluster(settings(tmp_path), around()).kubeconfigs == ()


def test_stopped_local_cluster_is_not_asked_for_another_may_answer_there(tmp_path: Path) -> None:
    write_kubeconfig(tmp_path, Access("https://198.18.3.1:6443"))
    seen = look_at_cluster(settings(tmp_path), around(), [Route("198.18.2.0/24", "lk")])
    assert [finding.id for finding in blockers(seen)] == ["api"]
    assert "stopped" in blockers(seen)[0].seen
    assert blockers(seen)[0].fix == "labkit up"


def test_route_to_a_local_cluster_and_any_other_address_are_good_enough_to_ask() -> None:
    routes = [Route("198.18.3.0/24", "lk")]
    assert has_route("https://198.18.3.1:6443", routes)
    assert has_route("https://cluster.example:6443", [])
    assert has_route("https://192.0.2.1:6443", [])
    assert not has_route("https://198.19.3.1:6443", routes)
