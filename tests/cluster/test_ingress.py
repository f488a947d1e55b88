"""Ingresses on real Pods: hosts, paths, certificates, and a controller that dies and is removed."""

import base64
import os
import signal
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import pytest

from labkit.foundation.settings import read_settings
from labkit.foundation.waiting import SystemClock, wait_until
from labkit.kube.conditions import pod_ready
from labkit.kube.reader import Reader
from labkit.kube.writer import Writer
from labkit.workshop.addons import ensure_addons
from labkit.workshop.lab import open_lab
from tests.support.authority import Authority
from tests.support.ingresses import (
    Answer,
    ask,
    backend,
    connection,
    endpoints,
    everything,
    ingress,
    service,
    serving_pod,
)
from tests.support.own_cluster import OwnCluster
from tests.support.proc import pids, told
from tests.support.rights import needs_root
from tests.support.slow_download import HALF, slow_server
from tests.support.waiting import eventually

pytestmark = [pytest.mark.cluster, needs_root]
PODS = ("red", "blue")
RED, BLUE, NOBODY = Answer(404, "red"), Answer(404, "blue"), Answer(404, "")
"""hello's own pages are few: for any other path it says 404, and its Pod's name with it."""
AT_ONCE = 50


@dataclass(frozen=True, slots=True)
class Site:
    """A cluster with the controller, and two Pods behind two Services."""

    cluster: OwnCluster
    reader: Reader
    writer: Writer
    address: str
    """The controller's."""

    @contextmanager
    def applied(self, *objects: dict[str, Any]) -> Iterator[None]:
        """For as long as the test needs them."""
        try:
            for each in objects:
                self.writer.apply(each, namespace="default")
            yield
        finally:
            for each in objects:
                self.writer.delete(each["kind"], each["metadata"]["name"], "default")

    def answers(self, host: str, path: str, wanted: Answer) -> None:
        seen: list[Answer] = []

        def look() -> bool:
            seen.append(ask(self.address, host, path))
            return seen[-1] == wanted

        wait_until(
            look,
            f"{wanted} of {host}{path}",
            limit_seconds=20,
            clock=SystemClock(),
            last_seen=lambda: str(seen[-1]),
        )


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The controller comes as it does for an exercise that needs it."""
    cluster = OwnCluster("tingress", tmp_path_factory.mktemp("ingress"))
    try:
        cluster.labkit("up")
        settings = replace(read_settings(), home=cluster.home, cluster=cluster.name)
        with cluster.reader() as reader, cluster.writer() as writer:
            for name in PODS:
                writer.apply(serving_pod(name), namespace="default")
                writer.apply(service(name), namespace="default")
            ensure_addons(open_lab(settings), ("real-pods", "ingress"))
            eventually(
                lambda: all(map(pod_ready, reader.list("Pod", namespace="default"))), "the Pods"
            )
            eventually(lambda: bool(controllers_address(reader)), "the controller's address")
            yield Site(cluster, reader, writer, controllers_address(reader))
    finally:
        cluster.labkit("down")


def controllers_address(reader: Reader) -> str:
    found = reader.get("Service", "traefik", namespace="kube-system")
    return str((given(found) or [{}])[0].get("ip", ""))


def given(found: dict[str, Any]) -> list[dict[str, Any]]:
    return list(found["status"].get("loadBalancer", {}).get("ingress") or [])


def test_host_leads_to_its_service_and_an_unknown_one_nowhere(site: Site) -> None:
    hosts = [ingress(f"host-{name}", f"{name}.example", everything(name)) for name in PODS]
    with site.applied(*hosts):
        site.answers("red.example", "/any", RED)
        site.answers("blue.example", "/any", BLUE)
        assert ask(site.address, "red.example", "/info") == Answer(200, "red")
        assert ask(site.address, "green.example", "/any") == NOBODY
    site.answers("red.example", "/any", NOBODY)


def test_paths_are_matched_as_kubernetes_means_them(site: Site) -> None:
    paths = {("/exact", "Exact"): "red", ("/api", "Prefix"): "red", ("/api/v2", "Prefix"): "blue"}
    expected = {
        "/exact": RED,
        "/exact/": NOBODY,
        "/exact/x": NOBODY,
        "/api": RED,
        "/api/": RED,
        "/api/x": RED,
        "/apix": NOBODY,
        "/API": NOBODY,
        "/api/v2": BLUE,
        "/api/v2/x": BLUE,
        "/api/v20": RED,
        "/": NOBODY,
    }
    with site.applied(ingress("paths", "paths.example", paths)):
        site.answers("paths.example", "/exact", RED)
        assert {path: ask(site.address, "paths.example", path) for path in expected} == expected


def test_each_host_shows_its_own_certificate(site: Site) -> None:
    authority = Authority("the test's authority")
    objects, hosts = [], {name: f"{name}.secure.example" for name in PODS}
    for name, host in hosts.items():
        tls = [{"hosts": [host], "secretName": f"tls-{name}"}]
        objects += [
            tls_secret(f"tls-{name}", authority, host),
            ingress(f"secure-{name}", host, everything(name), tls=tls),
        ]
    trusted = ssl.create_default_context(cadata=authority.certificate)
    with site.applied(*objects):
        for name, host in hosts.items():
            site.answers(host, "/any", Answer(404, name))  # without TLS it answers, too
            assert ask(site.address, host, "/any", trusted) == Answer(404, name)
        with pytest.raises(ssl.SSLCertVerificationError):
            ask(site.address, "green.secure.example", "/any", trusted)


def tls_secret(name: str, authority: Authority, host: str) -> dict[str, Any]:
    pair = authority.pair_of_host(host)
    parts = {"tls.crt": pair.certificate, "tls.key": pair.key}
    data = {key: base64.b64encode(text.encode()).decode() for key, text in parts.items()}
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": name},
        "type": "kubernetes.io/tls",
        "data": data,
    }


def test_default_backend_takes_whom_nobody_else_takes(site: Site) -> None:
    last = {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "Ingress",
        "metadata": {"name": "last"},
        "spec": {"defaultBackend": backend("blue")},
    }
    with site.applied(last, ingress("first", "first.example", everything("red"))):
        site.answers("whoever.example", "/any", BLUE)
        site.answers("first.example", "/any", RED)


def test_ingress_says_where_it_is_reached_and_is_of_the_default_class(site: Site) -> None:
    with site.applied(ingress("told", "told.example", everything("red"))):

        def found() -> dict[str, Any]:
            return dict(site.reader.get("Ingress", "told", namespace="default"))

        eventually(lambda: bool(given(found())), "the Ingress's address", limit_seconds=20)
        assert [entry["ip"] for entry in given(found())] == [site.address]
        assert found()["spec"]["ingressClassName"] == "traefik"


def test_ingress_of_another_class_is_left_alone(site: Site) -> None:
    others = ingress("others", "others.example", everything("red"), ingressClassName="other")
    with site.applied(others, ingress("ours", "ours.example", everything("red"))):
        site.answers("ours.example", "/any", RED)
        assert ask(site.address, "others.example", "/any") == NOBODY


def test_fifty_hosts_are_taken_up_at_once(site: Site) -> None:
    hosts = {f"h{number}.many.example": PODS[number % 2] for number in range(AT_ONCE)}
    objects = [
        ingress(host.partition(".")[0], host, everything(name)) for host, name in hosts.items()
    ]
    with site.applied(*objects):
        for host, name in hosts.items():
            site.answers(host, "/any", Answer(404, name))


def test_service_without_pods_is_unavailable_and_not_unknown(site: Site) -> None:
    with site.applied(service("empty"), ingress("empty", "empty.example", everything("empty"))):
        site.answers("empty.example", "/any", Answer(503, ""))


def test_download_goes_on_while_rules_change(site: Site) -> None:
    """The server is the test's, on the host: it stops in the middle for as long as we want."""
    host = site.cluster.status()["api_server"].removeprefix("https://").rpartition(".")[0] + ".254"
    with slow_server(host) as server:
        slow = [
            service("slow", selected=False, port=server.server_port),
            endpoints("slow", host, server.server_port),
            ingress("slow", "slow.example", everything("slow")),
        ]
        before, after = (
            ingress(name, f"{name}.example", everything("red")) for name in ("before", "after")
        )
        with site.applied(*slow, before):
            site.answers("before.example", "/any", RED)  # from then on the door is open
            with connection(site.address, "slow.example") as visit:
                visit.request("GET", "/", headers={"Host": "slow.example"})
                download = visit.getresponse()
                first = download.read(len(HALF))
                with site.applied(after):
                    site.answers("after.example", "/any", RED)
                site.answers("after.example", "/any", NOBODY)
                server.go_on.set()
                assert first + download.read() == 2 * HALF
        assert server.visits == 1


def test_killed_controller_comes_back_with_its_rules(site: Site) -> None:
    with site.applied(ingress("kept", "kept.example", everything("red"))):
        site.answers("kept.example", "/any", RED)
        (before,) = controllers(site.cluster)
        os.kill(before, signal.SIGKILL)
        eventually(lambda: controllers(site.cluster) not in ([], [before]), "the next one")
        site.answers("kept.example", "/any", RED)
    assert controllers_address(site.reader) == site.address


def controllers(cluster: OwnCluster) -> list[int]:
    """Found in /proc, by name and by the cluster's own cgroups."""
    own = f"/labkit/{cluster.name}/"
    return [
        pid
        for pid in pids()
        if told(pid, "comm").strip() == "traefik" and own in told(pid, "cgroup")
    ]


def test_removed_add_on_leaves_nothing_and_can_be_added_again(site: Site) -> None:
    assert site.cluster.labkit("addon", "list").output.split() == [
        *("coredns", "ready", "metrics-server", "ready", "traefik", "ready")
    ]
    try:
        site.cluster.labkit("addon", "remove", "traefik")
        eventually(lambda: not any(map(traefiks, leftovers(site))), "nothing to be left")
        assert "not installed" in site.cluster.labkit("addon", "list").output
    finally:
        site.cluster.labkit("addon", "add", "traefik")
    eventually(lambda: controllers_address(site.reader) == site.address, "the address again")
    with site.applied(ingress("again", "again.example", everything("red"))):
        site.answers("again.example", "/any", RED)


def leftovers(site: Site) -> list[dict[str, Any]]:
    own = ("Deployment", "Pod", "Service", "ServiceAccount")
    kinds = (*own, "IngressClass", "ClusterRole", "ClusterRoleBinding")
    return [dict(each) for kind in kinds for each in site.reader.list(kind)]


def traefiks(found: dict[str, Any]) -> bool:
    return "traefik" in found["metadata"]["name"]
