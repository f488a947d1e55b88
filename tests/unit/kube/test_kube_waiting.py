"""Waiting sees every object at once, ends at the first state wanted, and says the last one."""

import pytest

from labkit.foundation.errors import TimedOut
from labkit.kube.conditions import is_gone, node_ready, pod_ready
from labkit.kube.reader import Reader
from labkit.kube.resources import ObjectReference, Objects, Selection
from labkit.kube.waiting import wait_for, wait_for_all, wait_for_kind
from tests.support.api_server import ApiServer, listed, refusal, said, stream
from tests.support.clock import HeldClock
from tests.support.objects import pod, with_conditions

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])
PODS = "/api/v1/namespaces/ns/pods"
POD_A = ObjectReference("Pod", "a", "ns")


def test_wait_ends_as_soon_as_the_object_is_as_wanted() -> None:
    ready = with_conditions(pod("a", "2"), Ready="True")
    with ApiServer() as server, Reader(server.access(), clock=HeldClock()) as reader:
        server.answers(PODS, listed([pod("a")]), stream(("MODIFIED", ready), hangs=True))
        assert wait_for(reader, POD_A, pod_ready, limit_seconds=60) is True
        assert server.asked[0].query["fieldSelector"] == "metadata.name=a"


def test_wait_returns_what_was_found_in_the_object() -> None:
    with ApiServer() as server, Reader(server.access(), clock=HeldClock()) as reader:
        server.answers(PODS, listed([pod("a")]))
        uid = wait_for(reader, POD_A, lambda item: item["metadata"]["uid"], limit_seconds=60)
        assert uid == "uid-a"


def test_object_that_is_gone_already_is_seen_as_gone() -> None:
    with ApiServer() as server, Reader(server.access(), clock=HeldClock()) as reader:
        server.answers(PODS, listed([]))
        assert wait_for(reader, POD_A, is_gone, limit_seconds=60) is True


def test_deletion_is_seen_as_gone() -> None:
    with ApiServer() as server, Reader(server.access(), clock=HeldClock()) as reader:
        server.answers(PODS, listed([pod("a")]), stream(("DELETED", pod("a", "2")), hangs=True))
        assert wait_for(reader, POD_A, is_gone, limit_seconds=60) is True


def test_all_are_judged_only_when_all_are_known() -> None:
    nodes = [with_conditions(pod(name), Ready="True") for name in ("a", "b")]
    seen: list[int] = []

    def all_ready(found: Objects) -> bool:
        seen.append(len(found))
        return all(node_ready(node) for node in found)

    with ApiServer() as server, Reader(server.access(), clock=HeldClock()) as reader:
        server.answers("/api/v1/nodes", listed(nodes))
        wait_for_all(reader, Selection("Node"), all_ready, limit_seconds=60)
    assert seen == [2]


def test_wait_that_comes_to_nothing_says_the_last_state() -> None:
    stuck = pod("a")
    waiting = {"reason": "ErrImagePull", "message": "no such image"}
    stuck["status"] = {"containerStatuses": [{"name": "main", "state": {"waiting": waiting}}]}
    with ApiServer() as server, Reader(server.access()) as reader:
        server.answers(PODS, listed([stuck]), stream(hangs=True))
        with pytest.raises(TimedOut) as caught:
            wait_for(reader, POD_A, pod_ready, limit_seconds=0.1)
    assert caught.value.what_happened == (
        "Waited 0.1 s for Pod a in namespace ns; last seen:"
        " container main waits: ErrImagePull no such image."
    )


def test_wait_for_what_never_came_says_that_it_does_not_exist() -> None:
    with ApiServer() as server, Reader(server.access()) as reader:
        server.answers(PODS, listed([]), stream(hangs=True))
        with pytest.raises(TimedOut, match="last seen: it does not exist"):
            wait_for(reader, POD_A, pod_ready, limit_seconds=0.1)


def test_kind_is_waited_for_until_the_server_lists_it_too() -> None:
    served = {"name": "v1", "served": True}
    spec = {"group": "lab.example", "names": {"kind": "Parcel"}, "versions": [served]}
    definition = with_conditions(pod("parcels.lab.example"), Established="True") | {"spec": spec}
    parcels = {"kind": "Parcel", "name": "parcels", "namespaced": True}
    definitions = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
    with ApiServer() as server, Reader(server.access(), clock=HeldClock()) as reader:
        server.answers(definitions, listed([definition]))
        server.answers(
            "/apis/lab.example/v1",
            refusal(404),
            said({"resources": []}),
            said({"resources": [parcels]}),
        )
        wait_for_kind(reader, "parcels.lab.example", limit_seconds=10)
        assert reader.kinds.serves("Parcel", "lab.example/v1")
        assert sum(asked.path == "/apis/lab.example/v1" for asked in server.asked) == 3
