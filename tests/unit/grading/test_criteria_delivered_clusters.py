"""What criteria say of a cluster and a pool that were ordered by call."""

from typing import Any

import pytest

from labkit.grading.criteria.delivered_clusters import delivered, greets, pool_delivered
from labkit.grading.snapshot import Reply, Snapshot
from labkit.grading.verdict import State

CLUSTER = {
    "name": "bologna",
    "status": "READY",
    "region": "GRA7",
    "version": "1.34.1-1",
    "nextUpgradeVersions": [],
}
ORDERED = {"flavor": "d2-2", "desiredNodes": 1}
POOL = {"name": "stand", "status": "READY", **ORDERED}


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"region": "DE1"}, "cloud.other_order"),
        ({"nextUpgradeVersions": ["1.35"]}, "cloud.other_order"),
        ({"status": "INSTALLING"}, "cloud.cluster_not_ready"),
        ({"status": "ERROR"}, "cloud.cluster_failed"),
        ({"name": "modena"}, "cloud.no_cluster"),
    ],
)
def test_a_cluster_that_is_not_as_ordered(changed: dict[str, Any], code: str) -> None:
    assert delivered((CLUSTER | changed,), "bologna", region="GRA7").message == code


def test_an_order_that_was_sent_twice() -> None:
    assert delivered((CLUSTER, CLUSTER), "bologna", region="GRA7").message == "cloud.many_cluster"


def test_a_cluster_as_ordered() -> None:
    assert delivered((CLUSTER,), "bologna", region="GRA7").state is State.PASSED


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"desiredNodes": 2}, "pool.other_fields"),
        ({"flavor": "b2-7"}, "pool.other_fields"),
        ({"status": "USER_QUOTA_ERROR"}, "cloud.pool_failed"),
        ({"name": "nodepool-1"}, "cloud.no_pool"),
    ],
)
def test_a_pool_that_is_not_as_ordered(changed: dict[str, Any], code: str) -> None:
    assert pool_delivered((POOL | changed,), "stand", ORDERED).message == code


def test_a_pool_as_ordered() -> None:
    assert pool_delivered((POOL,), "stand", ORDERED).state is State.PASSED


def seen(*, deployed: bool = True, service: str = "hello", page: str = "Buon viaggio") -> Snapshot:
    labels = {"app": "hello"}
    ready = {"conditions": [{"type": "Ready", "status": "True"}]}
    template = {"metadata": {"labels": labels}, "spec": {"containers": [{"name": "hello"}]}}
    spec = {"replicas": 1, "selector": {"matchLabels": labels}, "template": template}
    raw = {"name": "hello", "generation": 1, "labels": labels, "namespace": "default"}
    status = {
        "observedGeneration": 1,
        "replicas": 1,
        "updatedReplicas": 1,
        "readyReplicas": 1,
        "availableReplicas": 1,
    }
    lists = {
        "Deployment": [{"metadata": raw, "spec": spec, "status": status}] if deployed else [],
        "Pod": [
            {"metadata": {**raw, "name": "hello-1"}, "spec": template["spec"], "status": ready}
        ],
        "Service": [{"metadata": {"name": service}, "spec": {"selector": labels}}],
        "Event": [],
    }
    where = {f"{kind} in default of bologna": tuple(found) for kind, found in lists.items()}
    reply = Reply(service, "http://hello/", 200, text=page)
    return Snapshot("x", "", {"": "ns"}, lists=where, pages={"service of bologna": (reply,)})


def test_the_greeting_answers_there() -> None:
    assert greets(seen(), "bologna", "hello", "Buon viaggio").state is State.PASSED


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"deployed": False}, "delivered.nothing_there"),
        ({"service": "greeter"}, "says.no_service"),
        ({"page": "Hello from Kubernetes"}, "says.other"),
    ],
)
def test_something_else_answers_or_nothing(changed: dict[str, Any], code: str) -> None:
    assert greets(seen(**changed), "bologna", "hello", "Buon viaggio").message == code
