"""Which capabilities a cluster that we did not make is said to offer."""

import json
from dataclasses import replace
from typing import Any

import pytest

from labkit.cluster.engine import Capability
from labkit.preflight.finding import Level
from labkit.preflight.probe import PROBED, REVIEWS, Seen, findings, offered, probe
from labkit.preflight.surroundings import Surroundings
from tests.support.api_server import ApiServer, listed, refusal, said
from tests.support.clock import HeldClock
from tests.support.objects import pod, with_conditions


def node(name: str, **spec: Any) -> dict[str, Any]:
    return with_conditions({"metadata": {"name": name}, "spec": spec}, Ready="True")


def named(name: str, **annotations: str) -> dict[str, Any]:
    return {"metadata": {"name": name, "annotations": annotations}}


DEFAULT_CLASS = named("standard", **{"storageclass.kubernetes.io/is-default-class": "true"})
BALANCER = {"status": {"loadBalancer": {"ingress": [{"ip": "192.0.2.7"}]}}}
EVERYTHING = Seen(
    nodes=[node("a"), node("b")],
    dns_pods=[with_conditions(pod("coredns"), Ready="True")],
    services=[BALANCER],
    ingress_classes=[named("traefik")],
    storage_classes=[DEFAULT_CLASS],
    daemon_sets=[named("calico-node")],
    has_metrics=True,
    may_all=True,
    pod_ran=True,
)
NOTHING = Seen([], [], [], [], [], [], has_metrics=False, may_all=False, pod_ran=False)


def test_cluster_with_everything_offers_all_that_can_be_probed() -> None:
    assert offered(EVERYTHING) == set(PROBED)


def test_cluster_that_shows_nothing_offers_nothing() -> None:
    assert offered(NOTHING) == frozenset()


SIMULATED = with_conditions(named("a", **{"kwok.x-k8s.io/node": "fake"}), Ready="True")


NEARLY: dict[str, tuple[Capability, dict[str, Any]]] = {
    "simulated nodes": (Capability.REAL_PODS, {"nodes": [SIMULATED, SIMULATED]}),
    "a Pod that did not run": (Capability.REAL_PODS, {"pod_ran": False}),
    "one node at work": (
        Capability.MULTI_NODE,
        {"nodes": [node("a"), node("b", unschedulable=True)]},
    ),
    "DNS that is not ready": (Capability.DNS, {"dns_pods": [pod("coredns")]}),
    "no address for anybody": (
        Capability.LOAD_BALANCER,
        {"services": [{"status": {"loadBalancer": {}}}]},
    ),
    "no default class": (Capability.STORAGE, {"storage_classes": [named("slow")]}),
    "an agent without policies": (
        Capability.NETWORK_POLICY,
        {"daemon_sets": [named("kube-flannel")]},
    ),
}


@pytest.mark.parametrize(("lost", "changed"), NEARLY.values(), ids=NEARLY.keys())
def test_what_is_nearly_there_is_not_offered(lost: Capability, changed: dict[str, Any]) -> None:
    assert offered(replace(EVERYTHING, **changed)) == set(PROBED) - {lost}


def test_nodes_of_a_cloud_promise_addresses() -> None:
    nodes = [node("a", providerID="openstack:///1"), node("b")]
    seen = replace(EVERYTHING, services=[], nodes=nodes)
    assert Capability.LOAD_BALANCER in offered(seen)


def test_each_probed_capability_gets_a_finding_that_blocks_nothing() -> None:
    told = findings(frozenset({Capability.DNS}))
    levels = {finding.id: finding.level for finding in told}
    assert levels.pop("offers-dns") is Level.OK
    assert set(levels.values()) == {Level.NOTE}
    assert len(levels) == len(PROBED) - 1


@pytest.mark.allow_hosts(["127.0.0.1"])
def test_pod_is_tried_in_a_namespace_that_is_removed_again() -> None:
    space = "/api/v1/namespaces/labkit-probe-x"
    with ApiServer() as server:
        server.answers("/api/v1/nodes", listed([node("a")]))
        server.answers("/api/v1/namespaces", said({"metadata": {"name": "labkit-probe-x"}}, 201))
        account = {"metadata": {"name": "default", "uid": "1", "resourceVersion": "1"}}
        server.answers(f"{space}/serviceaccounts", listed([account]))
        running = {**pod("probe"), "status": {"phase": "Running"}}
        server.answers(f"{space}/pods", said(pod("probe"), 201), listed([running]))
        server.answers(space, said({}))
        server.answers(REVIEWS, said({"status": {"allowed": True}}, 201))
        around = Surroundings(clock=HeldClock(), environment={})
        offers = probe(server.access(), around)
        assert offers == {Capability.REAL_PODS, Capability.CLUSTER_SCOPE}
        review = next(asked for asked in server.asked if asked.path == REVIEWS)
        assert "metadata" not in json.loads(review.body)
        last = [(asked.method, asked.path) for asked in server.asked][-1]
        assert last == ("DELETE", space)


@pytest.mark.allow_hosts(["127.0.0.1"])
def test_cluster_that_lets_us_make_no_namespace_is_left_as_it_was() -> None:
    forbidden = refusal(403, 'namespaces is forbidden: User "ada" cannot create resource')
    with ApiServer() as server:
        server.answers("/api/v1/namespaces", forbidden)
        around = Surroundings(clock=HeldClock(), environment={})
        assert probe(server.access(), around) == frozenset()
        assert "DELETE" not in {asked.method for asked in server.asked}
