"""What criteria say of a pool with label and taint, and of who is on its nodes."""

from typing import Any

import pytest

from labkit.grading.criteria.cloud_pools import Pool, marked_by_template, ordered, used_by
from labkit.grading.snapshot import Snapshot, list_key
from labkit.grading.verdict import Finding

NIGHT = Pool("tram", "night", label=("shift", "night"))
TAINT = {"key": "shift", "value": "night", "effect": "NoSchedule"}
KINDS = ("Pod", "Deployment", "Event")


def pool(*taints: dict[str, str], **fields: Any) -> dict[str, Any]:
    template = {"metadata": {"labels": {"shift": "night"}}, "spec": {"taints": list(taints)}}
    return {"name": "night", "status": "READY", "flavor": "c2-7", "template": template, **fields}


def node(*taints: dict[str, str], ready: str = "True") -> dict[str, Any]:
    labels = {"nodepool": "night", "shift": "night"}
    return {
        "metadata": {"name": "night-node-1", "labels": labels, "uid": "n"},
        "spec": {"taints": list(taints)},
        "status": {"conditions": [{"type": "Ready", "status": ready}]},
    }


def pod(name: str, app: str, on: str, phase: str = "Running") -> dict[str, Any]:
    job = {"batch.kubernetes.io/job-name": app} if app == "closing" else {}
    return {
        "metadata": {"name": name, "labels": {"app": app, **job}, "uid": name},
        "spec": {"nodeName": on},
        "status": {"phase": phase},
    }


def shop(available: str = "True") -> dict[str, Any]:
    return {
        "metadata": {"name": "shop", "generation": 1, "uid": "shop"},
        "spec": {"replicas": 1},
        "status": {
            "observedGeneration": 1,
            "replicas": 1,
            "updatedReplicas": 1,
            "availableReplicas": 1 if available == "True" else 0,
            "conditions": [{"type": "Available", "status": available}],
        },
    }


def seen(pools: list[dict[str, Any]], nodes: list[dict[str, Any]], **objects: Any) -> Snapshot:
    lists = {
        list_key(kind, namespace="default", cluster="tram"): tuple(objects.get(kind, ()))
        for kind in KINDS
    }
    lists[list_key("Node", cluster="tram")] = tuple(nodes)
    return Snapshot("one", "now", {"": "me"}, lists=lists, api={NIGHT.path: tuple(pools)})


@pytest.mark.parametrize(
    ("pools", "ready", "message"),
    [
        ([], "True", "cloud.no_pool"),
        ([pool(flavor="b2-7")], "True", "pool.other_fields"),
        ([pool(status="UPSCALING")], "True", "cloud.pool_not_ready"),
        ([pool()], "False", "pool.no_node"),
        ([pool()], "True", "passed"),
    ],
)
def test_a_pool_is_there_as_ordered(pools: list[dict[str, Any]], ready: str, message: str) -> None:
    found = ordered(seen(pools, [node(ready=ready)]), NIGHT, {"flavor": "c2-7"})
    assert found.message == message


@pytest.mark.parametrize(
    ("pools", "nodes", "message"),
    [
        ([], [], "pool.none"),
        ([pool()], [node(TAINT)], "pool.template_lacks"),
        ([pool({**TAINT, "effect": "PreferNoSchedule"})], [node(TAINT)], "pool.template_lacks"),
        ([pool(TAINT)], [node()], "pool.nodes_lack"),
        ([pool(TAINT)], [], "pool.nodes_lack"),
        ([pool(TAINT)], [node(TAINT)], "passed"),
    ],
)
def test_the_template_marks_and_so_does_each_node(
    pools: list[dict[str, Any]], nodes: list[dict[str, Any]], message: str
) -> None:
    assert marked_by_template(seen(pools, nodes), NIGHT).message == message


def judged(*pods: dict[str, Any], available: str = "True", events: Any = ()) -> Finding:
    there = seen([pool(TAINT)], [node(TAINT)], Pod=pods, Deployment=[shop(available)], Event=events)
    return used_by(there, NIGHT, job="closing", never="shop")


DONE = pod("closing-1", "closing", "night-node-1", "Succeeded")


def test_the_job_succeeded_there_and_nowhere_else() -> None:
    assert judged(DONE).message == "passed"
    assert judged().message == "pool.no_job"
    assert judged(pod("closing-1", "closing", "")).message == "pool.job_waits"
    assert judged(pod("closing-1", "closing", "default-1")).message == "pool.job_elsewhere"
    assert judged(DONE, pod("closing-2", "closing", "default-1")).message == "pool.job_elsewhere"


def test_a_permit_alone_brought_the_job_there_by_luck() -> None:
    other = {"metadata": {"name": "default-1", "labels": {"nodepool": "default"}, "uid": "d"}}
    wish = {**DONE, "spec": {**DONE["spec"], "nodeSelector": {"shift": "night"}}}
    for job, message in ((DONE, "pool.job_by_luck"), (wish, "passed")):
        there = seen([pool(TAINT)], [node(TAINT), other], Pod=[job], Deployment=[shop()])
        assert used_by(there, NIGHT, job="closing", never="shop").message == message


def test_nobody_else_is_or_was_on_its_nodes() -> None:
    assert judged(DONE, pod("shop-1", "shop", "night-node-1")).message == "pool.guests"
    past = {
        "reason": "Scheduled",
        "involvedObject": {"name": "shop-1"},
        "message": "Successfully assigned default/shop-1 to night-node-1",
    }
    assert judged(DONE, events=[past]).message == "pool.guests"
    elsewhere = {**past, "message": "Successfully assigned default/shop-1 to default-node-1"}
    assert judged(DONE, events=[elsewhere]).message == "passed"


def test_the_shop_goes_on() -> None:
    assert judged(DONE, available="False").message == "pool.other_app_down"
