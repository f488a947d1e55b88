from typing import Any

import pytest

from labkit.grading.criteria.endpoints import ready_endpoints, stand_behind
from labkit.grading.criteria.inner_pages import answers_inside
from labkit.grading.snapshot import Reply, Snapshot

LABELS = {"app": "tickets"}


def pod(name: str, *, ready: bool = True, **labels: str) -> dict[str, Any]:
    status = {"conditions": [{"type": "Ready", "status": str(ready)}]}
    box = {"name": "hello", "ports": [{"name": "web", "containerPort": 8080}]}
    metadata = {"name": name, "labels": LABELS | labels}
    return {"kind": "Pod", "metadata": metadata, "spec": {"containers": [box]}, "status": status}


def service(target: Any = "web", port: int = 80, **selector: str) -> dict[str, Any]:
    spec = {"selector": selector or LABELS, "ports": [{"port": port, "targetPort": target}]}
    return {"kind": "Service", "metadata": {"name": "tickets"}, "spec": spec}


def slice_of(*names: str, unready: tuple[str, ...] = ()) -> dict[str, Any]:
    endpoints = [
        {"addresses": ["10.2.0.7"], "targetRef": {"name": n}, "conditions": {"ready": n in names}}
        for n in (*names, *unready)
    ]
    labels = {"kubernetes.io/service-name": "tickets"}
    metadata = {"name": "tickets-abcde", "labels": labels}
    return {"kind": "EndpointSlice", "metadata": metadata, "endpoints": endpoints}


def seen(pods: Any, *slices: Any, replies: tuple[Reply, ...] = ()) -> Snapshot:
    lists = {"Pod in ${ns}": tuple(pods), "EndpointSlice in ${ns}": slices}
    pages = {"service": replies}
    return Snapshot("nobody-answers", "", {"": "me"}, lists=lists, pages=pages)


A, B = pod("a"), pod("b")
BEHIND = {
    "both": (service(), [A, B], slice_of("a", "b"), "passed"),
    "one is not ready, and left out": (
        service(),
        [A, pod("b", ready=False)],
        slice_of("a", unready=("b",)),
        "passed",
    ),
    "the list is a moment behind": (service(), [A, B], slice_of("a"), "endpoints.settling"),
    "none is ready yet": (
        service(),
        [pod("a", ready=False)],
        slice_of(unready=("a",)),
        "endpoints.settling",
    ),
    "a selector that fits nobody": (service(app="x"), [A, B], slice_of(), "endpoints.nobody"),
    "somebody else too": (
        service(fair="x"),
        [A],
        slice_of("a", "posters"),
        "endpoints.strangers",
    ),
    "one of two": (service(only="a"), [A, B], slice_of("a"), "endpoints.missing"),
}


@pytest.mark.parametrize(("door", "pods", "there", "message"), BEHIND.values(), ids=BEHIND.keys())
def test_who_stands_behind_is_read_from_the_slices(
    door: Any, pods: Any, there: Any, message: str
) -> None:
    assert stand_behind(seen(pods, there), door, pods).message == message


def test_endpoint_that_says_nothing_of_itself_is_ready() -> None:
    assert len(ready_endpoints([{"endpoints": [{"addresses": ["10.2.0.7"]}]}])) == 1


GOOD = Reply("tickets", "tickets:80/info", 200, facts={"pod": "a"})
CALLS = {
    "answered": (service(), (GOOD,), "passed"),
    "another port": (service(port=8080), (GOOD,), "inner.other_port"),
    "a name that no container gives": (service("http"), (GOOD,), "inner.no_such_port"),
    "refused": (service(), (GOOD, Reply("tickets", "u", problem="refused")), "inner.silence"),
    "a bad status": (service(), (Reply("tickets", "u", 503),), "inner.silence"),
    "not called at all": (service(), (), "inner.silence"),
    "somebody else answers": (
        service(),
        (Reply("tickets", "u", 200, facts={"pod": "posters"}),),
        "inner.strangers",
    ),
}


@pytest.mark.parametrize(("door", "replies", "message"), CALLS.values(), ids=CALLS.keys())
def test_calls_inside_are_judged(door: Any, replies: tuple[Reply, ...], message: str) -> None:
    there = seen([A], replies=replies)
    assert answers_inside(there, door, [A], port=80).message == message
