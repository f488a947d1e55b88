"""Draining evicts what is not the node's own, and a disruption budget holds it up."""

import json

import pytest

from labkit.foundation.errors import TimedOut
from labkit.kube.errors import ObjectRejected
from labkit.kube.nodes import cordon, drain, to_evict, uncordon
from labkit.kube.reader import Reader
from labkit.kube.writer import Writer
from tests.support.api_server import ApiServer, listed, refusal, said
from tests.support.clock import HeldClock
from tests.support.objects import pod

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])
PODS = "/api/v1/pods"
NODE = "/api/v1/nodes/n1"
BUDGET = refusal(429, "Cannot evict pod as it would violate the pod's disruption budget.")


def eviction(name: str) -> str:
    return f"/api/v1/namespaces/ns/pods/{name}/eviction"


def test_pods_of_daemon_sets_and_mirrors_stay() -> None:
    of_daemon_set = pod("ds", ownerReferences=[{"kind": "DaemonSet", "controller": True}])
    mirror = pod("static", annotations={"kubernetes.io/config.mirror": "x"})
    of_replica_set = pod("web", ownerReferences=[{"kind": "ReplicaSet", "controller": True}])
    kept = to_evict([of_daemon_set, mirror, of_replica_set, pod("bare")])
    assert [item["metadata"]["name"] for item in kept] == ["web", "bare"]


def test_finished_pod_of_a_daemon_set_goes_too() -> None:
    done = pod("ds", ownerReferences=[{"kind": "DaemonSet", "controller": True}])
    done["status"] = {"phase": "Failed"}
    assert to_evict([done]) == [done]


def test_drain_cordons_first_and_waits_until_the_pods_are_gone() -> None:
    clock = HeldClock()
    with ApiServer() as server:
        server.answers(NODE, said({}))
        server.answers(PODS, listed([pod("a")]), listed([]))
        server.answers(eviction("a"), said({}, 201))
        with Writer(server.access()) as writer, Reader(server.access(), clock=clock) as reader:
            assert drain(writer, reader, "n1", grace_seconds=1) == ("ns/a",)
        assert [asked.path for asked in server.asked] == [NODE, PODS, eviction("a"), PODS]
        assert json.loads(server.asked[0].body) == {"spec": {"unschedulable": True}}
        assert json.loads(server.asked[2].body)["deleteOptions"] == {"gracePeriodSeconds": 1}


def test_drain_asks_again_while_a_budget_is_closed() -> None:
    clock = HeldClock()
    with ApiServer() as server:
        server.answers(NODE, said({}))
        server.answers(PODS, listed([pod("a"), pod("b")]), listed([]))
        server.answers(eviction("a"), said({}, 201))
        server.answers(eviction("b"), BUDGET, BUDGET, said({}, 201))
        with Writer(server.access()) as writer, Reader(server.access(), clock=clock) as reader:
            drain(writer, reader, "n1")
    assert clock.pauses == [1, 1]


def test_drain_waits_for_pods_whose_namespace_is_ending() -> None:
    ending = refusal(403, 'pods "a" is forbidden: ... because it is being terminated')
    with ApiServer() as server:
        server.answers(NODE, said({}))
        server.answers(PODS, listed([pod("a")]), listed([]))
        server.answers(eviction("a"), ending)
        with Writer(server.access()) as writer, Reader(server.access()) as reader:
            assert drain(writer, reader, "n1") == ("ns/a",)
        assert [asked.path for asked in server.asked] == [NODE, PODS, eviction("a"), PODS]


def test_drain_ends_where_an_eviction_is_refused_for_another_reason() -> None:
    with ApiServer() as server:
        server.answers(NODE, said({}))
        server.answers(PODS, listed([pod("a")]))
        server.answers(eviction("a"), refusal(403, "admission webhook says no"))
        writer, reader = Writer(server.access()), Reader(server.access())
        with writer, reader, pytest.raises(ObjectRejected, match="says no"):
            drain(writer, reader, "n1")


def test_drain_that_a_budget_holds_up_ends_with_the_budgets_words() -> None:
    clock = HeldClock()
    with ApiServer() as server:
        server.answers(NODE, said({}))
        server.answers(PODS, listed([pod("a")]))
        server.answers(eviction("a"), BUDGET, BUDGET, BUDGET, BUDGET)
        writer = Writer(server.access())
        reader = Reader(server.access(), clock=clock)
        with writer, reader, pytest.raises(TimedOut, match=r"ns/a: Cannot evict pod"):
            drain(writer, reader, "n1", limit_seconds=3)


def test_pod_that_is_leaving_already_is_only_waited_for() -> None:
    leaving = pod("a", deletionTimestamp="2026-01-01T00:00:00Z")
    with ApiServer() as server:
        server.answers(NODE, said({}))
        server.answers(PODS, listed([leaving]), listed([]))
        with Writer(server.access()) as writer, Reader(server.access()) as reader:
            assert drain(writer, reader, "n1") == ("ns/a",)


def test_cordon_and_uncordon_set_one_field() -> None:
    with ApiServer() as server, Writer(server.access()) as writer:
        server.answers(NODE, said({}), said({}))
        cordon(writer, "n1")
        uncordon(writer, "n1")
        bodies = [json.loads(asked.body)["spec"]["unschedulable"] for asked in server.asked]
        assert bodies == [True, None]
