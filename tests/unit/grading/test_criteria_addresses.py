from typing import Any

import pytest

from labkit.grading.criteria.addresses import address_kept, address_released
from labkit.grading.seed import SeedRecord
from labkit.grading.snapshot import Reply, Snapshot
from labkit.grading.verdict import Finding, State

INGRESS = [{"ip": "198.18.0.9"}]
OPEN = [{"port": 80, "targetPort": 8080, "nodePort": 30001}]
COUNTER = {"app": "counter"}


def service(name: str, app: str = "counter", **changed: Any) -> dict[str, Any]:
    spec = {"type": "LoadBalancer", "selector": {"app": app}, "ports": OPEN}
    metadata: dict[str, Any] = {"name": f"door-{name}", "uid": f"uid-{name}"}
    for key in ("uid", "deletionTimestamp"):
        if key in changed:
            metadata[key] = changed.pop(key)
    ingress = changed.pop("ingress", INGRESS)
    status = {"loadBalancer": {"ingress": ingress}}
    return {"kind": "Service", "metadata": metadata, "spec": spec | changed, "status": status}


POD = {
    "kind": "Pod",
    "metadata": {"name": "counter-1", "labels": COUNTER},
    "spec": {"containers": [{"name": "hello"}]},
    "status": {"conditions": [{"type": "Ready", "status": "True"}]},
}
NOTES: dict[str, dict[str, Any]] = {
    "useful": {
        "metadata.uid": "uid-north",
        "status.loadBalancer.ingress": INGRESS,
        "spec.ports": OPEN,
    },
    "orphan": {"metadata.uid": "uid-south"},
}


def judged(*services: dict[str, Any], status: int = 200, pods: Any = (POD,)) -> list[Finding]:
    facts = {"pod": "counter-1", "namespace": "me", "version": "1"}
    pages = tuple(
        Reply(item["metadata"]["name"], "http://198.18.0.9:80/info", status, facts=facts)
        for item in services
    )
    lists = {"Service in ${ns}": services, "Pod in ${ns}": pods}
    seen = Snapshot(
        "the-forgotten-address",
        "",
        {"": "me"},
        lists=lists,
        pages={"web": pages},
        seed=SeedRecord({}, NOTES),
    )
    released = address_released(seen, orphan="orphan", useful="useful")
    return [released, address_kept(seen, useful="useful", version="1", before=released)]


def messages(*services: dict[str, Any], **how: Any) -> list[str]:
    return [finding.message for finding in judged(*services, **how)]


NORTH = service("north")
ORPHAN = service("south", "desk")
RIGHT = {
    "deleted": [NORTH],
    "inside only": [NORTH, service("south", "desk", type="ClusterIP")],
    "a name elsewhere": [NORTH, service("south", "desk", type="ExternalName", ports=[])],
    "an inner Service besides": [NORTH, service("inner", type="ClusterIP", uid="uid-new")],
}


@pytest.mark.parametrize("services", RIGHT.values(), ids=RIGHT.keys())
def test_right_answer_is_never_refused(services: list[dict[str, Any]]) -> None:
    assert messages(*services) == ["passed", "passed"]


def test_untouched_is_not_started_and_does_not_tell_which() -> None:
    findings = judged(NORTH, ORPHAN)
    assert {finding.state for finding in findings} == {State.NOT_STARTED}
    assert findings[0].seen == judged(*reversed((NORTH, ORPHAN)))[0].seen


FIRST = "address.first"
WRONG = {
    "wrong one deleted": ([ORPHAN], ["address.wrong_one", FIRST]),
    "wrong one closed": (
        [service("north", type="NodePort"), ORPHAN],
        ["address.wrong_one", FIRST],
    ),
    "selector repaired": ([NORTH, service("south")], ["address.one_too_many", FIRST]),
    "orphan made anew": (
        [NORTH, service("south", "desk", uid="uid-new")],
        ["address.another_in_vain", FIRST],
    ),
    "orphan made anew, with Pods": (
        [NORTH, service("south", uid="uid-new")],
        ["address.one_too_many", FIRST],
    ),
    "useful one made anew": ([service("north", uid="uid-new")], ["passed", "address.useful_gone"]),
    "useful one closed": (
        [service("north", type="ClusterIP")],
        ["passed", "address.useful_closed"],
    ),
    "off and on, another address": (
        [service("north", ingress=[{"ip": "198.18.0.10"}])],
        ["passed", "address.changed"],
    ),
    "off and on, same address": (
        [service("north", ports=[{**OPEN[0], "nodePort": 30002}])],
        ["passed", "address.interrupted"],
    ),
    "everything deleted": ([], ["passed", "address.useful_gone"]),
}


@pytest.mark.parametrize(("services", "expected"), WRONG.values(), ids=WRONG.keys())
def test_wrong_answer_never_passes(services: list[dict[str, Any]], expected: list[str]) -> None:
    assert messages(*services) == expected


def test_useful_one_that_leads_elsewhere_does_not_answer() -> None:
    assert messages(service("north", "desk"), status=0) == ["passed", "page.nobody_ready"]


def test_counter_at_zero_leaves_nobody_anywhere() -> None:
    assert messages(NORTH, ORPHAN, pods=()) == ["address.nobody_anywhere", FIRST]


def test_deletion_under_way_is_still_settling() -> None:
    leaving = service("south", "desk", deletionTimestamp="2026-01-01T00:00:00Z")
    assert judged(NORTH, leaving)[0].settling
