"""Explanations of what other clusters say, and of what one cluster cannot be made to say."""

from typing import Any

import pytest

from labkit.grading.criteria.pods import trouble_of, why_not_running
from labkit.grading.criteria.refusals import refusal, why_no_pods
from labkit.grading.criteria.scheduling import why_unscheduled

POD: dict[str, Any] = {"kind": "Pod", "metadata": {"name": "web", "uid": "u1"}}
SCHEDULER = {
    "0/3 nodes are available: 3 node(s) were unschedulable.": ("cordoned", "3"),
    "0/3 nodes are available: 1 node(s) had untolerated taint {gpu: yes}, 2 Insufficient cpu.": (
        "no-cpu",
        "2",
    ),
    "0/3 nodes are available: 3 node(s) had untolerated taint {gpu: yes}.": ("taint", "{gpu: yes}"),
    "0/2 nodes are available: 2 node(s) didn't match pod anti-affinity rules.": (
        "pod-affinity",
        "2",
    ),
    "0/2 nodes are available: 1 node(s) had volume node affinity conflict.": (
        "volume-elsewhere",
        "1",
    ),
    "0/2 nodes are available: 2 Insufficient nvidia.com/gpu.": (
        "no-nvidia.com/gpu",
        "nvidia.com/gpu",
    ),
    "something quite new": ("unscheduled", "something quite new"),
    "": ("unscheduled", "scheduler"),
}


@pytest.mark.parametrize("message", SCHEDULER)
def test_scheduler_is_understood(message: str) -> None:
    cause, words = SCHEDULER[message]
    explanation = why_unscheduled(POD, message)
    assert explanation.cause == cause
    assert words in explanation.why


REFUSALS = {
    "failed quota: small: must specify limits.cpu for: web": ("quota-amounts", "limits.cpu"),
    'maximum cpu usage per Container is 50m, but limit is 100m"': ("limit", "50m"),
    'admission webhook "x" denied the request: no': ("refused", "denied the request"),
    "": ("refused", "API server"),
    'violates PodSecurity "baseline:v1.34": hostNetwork': ("pod-security", "baseline"),
}


@pytest.mark.parametrize("message", REFUSALS)
def test_refusal_is_understood(message: str) -> None:
    cause, words = REFUSALS[message]
    explanation = refusal(message, "web")
    assert explanation.cause == cause
    assert words in explanation.why


def waiting(reason: str, message: str = "", **more: Any) -> dict[str, Any]:
    state = {"waiting": {"reason": reason, "message": message}}
    box = {"name": "web", "image": "me/app:1", "state": state, **more}
    return {**POD, "status": {"phase": "Pending", "containerStatuses": [box]}}


PULLS = {
    "pull access denied, repository does not exist or may require authorization": "image-not-found",
    "manifest unknown": "image-not-found",
    "unauthorized: authentication required": "image-refused",
    "dial tcp 10.0.0.1:443: i/o timeout": "image-no-registry",
    "toomanyrequests: You have reached your pull rate limit": "image-no-registry",
    'Back-off pulling image "me/app:1"': "image",
}


@pytest.mark.parametrize("message", PULLS)
def test_registry_is_understood(message: str) -> None:
    explanation = why_not_running(waiting("ImagePullBackOff", message))
    assert explanation
    assert explanation.cause == PULLS[message]


def event(reason: str, message: str, moment: str = "", **more: Any) -> dict[str, Any]:
    about = {"kind": "Pod", "name": "web", "uid": "u1"}
    told = {"reason": reason, "message": message, "lastTimestamp": moment}
    return {"involvedObject": about, **told, **more}


def test_newest_event_speaks_where_the_status_only_says_back_off() -> None:
    events = [
        event("Failed", "401 Unauthorized", "2026-01-01T00:00:01Z"),
        event("Failed", "app:1: not found", "2026-01-01T00:00:09Z"),
    ]
    back_off = waiting("ImagePullBackOff", "Back-off pulling image")
    for order in (events, events[::-1]):
        explanation = why_not_running(back_off, order)
        assert explanation
        assert explanation.cause == "image-not-found"


OTHERS = {
    "config": waiting("CreateContainerConfigError", "something quite new"),
    "start": waiting("RunContainerError", "cgroup is full"),
    "command": waiting("RunContainerError", 'exec: "serve": executable file not found in $PATH'),
    "memory": waiting("CreateContainerError", "container init was OOM-killed"),
}


@pytest.mark.parametrize("cause", OTHERS)
def test_container_that_cannot_start_is_explained(cause: str) -> None:
    explanation = why_not_running(OTHERS[cause])
    assert explanation
    assert explanation.cause == cause


@pytest.mark.parametrize(
    ("message", "words"),
    [
        ('MountVolume.SetUp failed for volume "c" : secret "s" not found', "Secret s"),
        ('MountVolume.SetUp failed for volume "c" : configmaps "c" not found', "ConfigMap c"),
        (
            'MountVolume.SetUp failed for volume "c" : references non-existent config key: k',
            "the key k",
        ),
        ("Multi-Attach error", "Multi-Attach error"),
    ],
)
def test_volume_that_cannot_be_mounted_is_explained(message: str, words: str) -> None:
    pod = waiting("ContainerCreating")
    explanation = why_not_running(pod, [event("FailedMount", message)])
    assert explanation
    assert words in explanation.why
    assert explanation.passing


@pytest.mark.parametrize(
    "pod",
    [
        {**POD, "status": {"phase": "Succeeded"}},
        {**POD, "metadata": {"name": "web", "deletionTimestamp": "x"}, "status": {}},
        {**POD, "status": {"conditions": [{"type": "Ready", "status": "True"}]}},
        waiting("ContainerCreating"),
        waiting("PodInitializing"),
        POD,
    ],
    ids=["done", "leaving", "ready", "made", "initialising", "new"],
)
def test_pod_without_trouble_has_none(pod: dict[str, Any]) -> None:
    assert why_not_running(pod) is None


def test_companion_that_runs_first_holds_nobody_up() -> None:
    box = {"name": "log", "state": {"running": {}}, "started": True, "ready": True}
    spec = {"initContainers": [{"name": "log", "restartPolicy": "Always"}]}
    pod = {**POD, "spec": spec, "status": {"initContainerStatuses": [box]}}
    assert why_not_running(pod) is None


def test_trouble_that_waiting_does_not_mend_is_told_first() -> None:
    probe = {"readinessProbe": {"tcpSocket": {"port": 80}}}
    box = {"name": "web", "state": {"running": {}}, "started": True, "ready": False}
    slow = {
        **POD,
        "spec": {"containers": [{"name": "web", **probe}]},
        "status": {"containerStatuses": [box]},
    }
    broken = waiting("ErrImagePull", "not found")
    found = trouble_of([slow, broken])
    assert found
    assert found.cause == "image-not-found"
    alone = trouble_of([slow])
    assert alone
    assert (alone.cause, alone.passing) == ("readiness", True)
    assert "TCP :80" in alone.why


def test_events_speak_for_a_job_whose_pods_are_refused() -> None:
    job = {"kind": "Job", "metadata": {"name": "web", "uid": "u1"}}
    told = [event("FailedCreate", "exceeded quota: small, requested: pods=1")]
    explanation = why_no_pods(job, told)
    assert explanation
    assert (explanation.cause, explanation.passing) == ("quota", True)
    deployment = {**job, "kind": "Deployment"}
    assert why_no_pods(deployment, told) is None  # its condition would say so
