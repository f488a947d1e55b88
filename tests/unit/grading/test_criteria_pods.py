from typing import Any

import pytest

from labkit.grading.criteria.objects import can_take_work, has_labels, labelled, selects
from labkit.grading.criteria.pods import trouble_of
from labkit.grading.criteria.services import declared_ports, sends_to, service_selects
from labkit.grading.criteria.workloads import deployment_settled
from labkit.grading.snapshot import Snapshot


def pod_with(state: dict[str, Any], **more: Any) -> dict[str, Any]:
    container = {"name": "web", "image": "hello:9", "state": state, **more}
    return {"metadata": {"name": "web-1"}, "status": {"containerStatuses": [container]}}


def waiting(reason: str, message: str = "") -> dict[str, Any]:
    return {"waiting": {"reason": reason, "message": message}}


ENDED = {"terminated": {"exitCode": 3, "reason": "Error"}}
TROUBLES = {
    "image": (pod_with(waiting("ErrImagePull")), "cannot get image hello:9"),
    "config": (
        pod_with(waiting("CreateContainerConfigError", 'configmap "a" not found')),
        "ConfigMap a, which is not there",
    ),
    "crash": (pod_with(waiting("CrashLoopBackOff"), lastState=ENDED), "exit code 3"),
    "memory": (
        pod_with(waiting("CrashLoopBackOff"), lastState={"terminated": {"reason": "OOMKilled"}}),
        "more memory than its limit",
    ),
    "no room": (
        {
            "metadata": {"name": "web-1"},
            "status": {
                "conditions": [
                    {
                        "type": "PodScheduled",
                        "status": "False",
                        "reason": "Unschedulable",
                        "message": "0/2 nodes are available: 2 Insufficient cpu.",
                    }
                ]
            },
        },
        "on these nodes: 2",
    ),
}


@pytest.mark.parametrize(("pod", "words"), TROUBLES.values(), ids=TROUBLES.keys())
def test_trouble_is_explained_with_what_was_seen(pod: dict[str, Any], words: str) -> None:
    trouble = trouble_of([{"metadata": {"name": "fine"}, "status": {}}, pod])
    assert trouble
    assert words in trouble.why
    assert trouble.next_step


@pytest.mark.parametrize(
    "pod",
    [
        pod_with({"running": {}}),
        pod_with(waiting("ContainerCreating")),
        {"metadata": {"name": "a"}},
    ],
    ids=["running", "starting", "new"],
)
def test_pod_on_its_way_is_no_trouble(pod: dict[str, Any]) -> None:
    assert trouble_of([pod]) is None


def test_quota_that_refuses_pods_is_explained() -> None:
    refusal = {"type": "ReplicaFailure", "status": "True", "message": "exceeded quota: small"}
    labels = {"app": "web"}
    deployment = {
        "kind": "Deployment",
        "metadata": {"name": "web", "generation": 1},
        "spec": {
            "replicas": 2,
            "selector": {"matchLabels": labels},
            "template": {"metadata": {"labels": labels}},
        },
        "status": {"observedGeneration": 1, "conditions": [refusal]},
    }
    lists = {"Deployment in ${ns}": (deployment,), "Pod in ${ns}": ()}
    finding = deployment_settled(Snapshot("door", "", {"": "ns"}, lists), labels)
    assert (finding.message, finding.settling) == ("deployment.stuck", False)
    assert "ResourceQuota small" in finding.why


def test_selector_without_anything_selects_every_pod_and_a_service_without_one_none() -> None:
    assert selects({}, {"app": "web"})
    assert not service_selects({"spec": {}}, {"app": "web"})
    assert not service_selects({"spec": {"selector": {}}}, {"app": "web"})
    assert service_selects({"spec": {"selector": {"app": "web"}}}, {"app": "web", "a": "b"})


@pytest.mark.parametrize(
    ("operator", "values", "holds"),
    [
        ("In", ["web", "api"], True),
        ("In", ["api"], False),
        ("NotIn", ["api"], True),
        ("NotIn", ["web"], False),
        ("Exists", [], True),
        ("DoesNotExist", [], False),
    ],
)
def test_match_expressions_are_evaluated(operator: str, values: list[str], *, holds: bool) -> None:
    rule = {"key": "app", "operator": operator, "values": values}
    assert selects({"matchExpressions": [rule]}, {"app": "web"}) is holds


def test_objects_without_labels_are_not_found_by_label() -> None:
    bare = {"metadata": {"name": "a", "labels": None}}
    assert labelled([bare], {"app": "web"}) == []
    assert not has_labels({}, {"app": "web"})


def test_port_is_followed_by_number_name_and_default() -> None:
    ports = [{"containerPort": 8080, "name": "page"}, {"containerPort": 9090}]
    pod = {"spec": {"containers": [{"ports": ports}, {}]}}
    assert sends_to({"port": 80, "targetPort": 8080}, pod) == 8080
    assert sends_to({"port": 80, "targetPort": "page"}, pod) == 8080
    assert sends_to({"port": 80}, pod) == 80
    assert sends_to({"port": 80, "targetPort": "other"}, pod) is None
    assert declared_ports(pod) == [8080, 9090]


@pytest.mark.parametrize("effect", ["NoSchedule", "NoExecute"])
def test_node_with_a_closing_taint_takes_no_work(effect: str) -> None:
    ready = {"conditions": [{"type": "Ready", "status": "True"}]}
    assert can_take_work({"spec": {}, "status": ready})
    assert not can_take_work({"spec": {"taints": [{"effect": effect}]}, "status": ready})
    assert not can_take_work({"spec": {}, "status": {}})
