"""Where the failing Pods of `failing_pods` are made: namespaces with rules, a registry, a node."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from labkit.grading.criteria.events import events_in, message_of
from labkit.grading.criteria.explanation import Explanation
from labkit.grading.criteria.objects import name_of
from labkit.grading.criteria.pods import why_not_running
from labkit.grading.criteria.refusals import why_no_pods
from labkit.grading.exercise import Exercise, ObjectsRead
from labkit.grading.snapshot import Object, Snapshot, list_key
from labkit.kube.errors import ObjectNotFound
from labkit.kube.writer import Writer
from tests.support.failing_pods import (
    CASES,
    CLOSED_NODE,
    REGISTRY_PORT,
    Case,
    Spec,
    alone,
    box,
)

RULES: Mapping[str, tuple[Mapping[str, str], list[Object]]] = {
    "": (
        {},
        [
            {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "present"}, "data": {}},
            {
                "apiVersion": "v1",
                "kind": "PersistentVolumeClaim",
                "metadata": {"name": "waits"},
                "spec": {
                    "accessModes": ["ReadWriteOnce"],
                    "storageClassName": "nowhere",
                    "resources": {"requests": {"storage": "1Gi"}},
                },
            },
        ],
    ),
    "quota": (
        {},
        [
            {
                "apiVersion": "v1",
                "kind": "ResourceQuota",
                "metadata": {"name": "small"},
                "spec": {"hard": {"pods": "0"}},
            }
        ],
    ),
    "limit": (
        {},
        [
            {
                "apiVersion": "v1",
                "kind": "LimitRange",
                "metadata": {"name": "caps"},
                "spec": {"limits": [{"type": "Container", "max": {"cpu": "50m"}}]},
            }
        ],
    ),
    "strict": ({"pod-security.kubernetes.io/enforce": "restricted"}, []),
}
"""By suffix: labels of the namespace, and what is in it."""

SUFFIXES = tuple(RULES)
READS = (
    ObjectsRead("Pod", SUFFIXES),
    ObjectsRead("Deployment", SUFFIXES),
    ObjectsRead("Event", SUFFIXES, fields="type=Warning"),
)
EXERCISE = Exercise(
    "failing-pods", Path(), "00-setup", "Failing", 5, "-", (), (), READS, namespaces=SUFFIXES
)


class FailingPods:
    """`make` all at once; `remove` starts their end."""

    def __init__(self, writer: Writer, name: str) -> None:
        self._writer = writer
        self.namespaces = {suffix: f"{name}-{suffix}".rstrip("-") for suffix in SUFFIXES}

    def make(self, registry_address: str) -> None:
        taint = {"key": "labkit.example/closed", "effect": "NoSchedule"}
        node = {"apiVersion": "v1", "kind": "Node", "metadata": {"name": CLOSED_NODE}}
        self._writer.apply({**node, "spec": {"taints": [taint]}})
        for suffix, (labels, objects) in RULES.items():
            self._make_namespace(self.namespaces[suffix], labels, objects)
        self._apply(_pod("registry", _proxy_to(registry_address)), "")
        for name, case in CASES.items():
            self._apply(made(name, case), case.suffix)

    def remove(self) -> None:
        namespaces = [("Namespace", name) for name in self.namespaces.values()]
        for kind, name in [("Node", CLOSED_NODE), *namespaces]:
            with suppress(ObjectNotFound):
                self._writer.delete(kind, name)

    def _make_namespace(self, name: str, labels: Mapping[str, str], objects: list[Object]) -> None:
        metadata = {"name": name, "labels": dict(labels)}
        self._writer.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": metadata})
        account = {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "default"}}
        for item in (account, *objects):
            self._writer.apply(item, namespace=name)

    def _apply(self, item: dict[str, Any], suffix: str) -> None:
        self._writer.apply(item, namespace=self.namespaces[suffix])


def made(name: str, case: Case) -> dict[str, Any]:
    if not case.is_deployment:
        return _pod(name, case.spec)
    labels = {"case": name}
    template = {"metadata": {"labels": labels}, "spec": case.spec}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": name},
        "spec": {"replicas": 1, "selector": {"matchLabels": labels}, "template": template},
    }


def explained(snapshot: Snapshot) -> dict[str, Explanation | None]:
    """What is said of each case whose object is there, by name."""
    return {
        name: _explained(snapshot, case.suffix, item)
        for name, case in CASES.items()
        for item in snapshot.objects("Deployment" if case.is_deployment else "Pod", case.suffix)
        if name_of(item) == name
    }


def without_repetition(snapshot: Snapshot) -> Snapshot:
    """Of the events that say the same of an object the last; that is what a file has room for."""
    lists = dict(snapshot.lists)
    for suffix in SUFFIXES:
        newest = {
            (event["involvedObject"]["uid"], event["reason"], message_of(event)[:30]): event
            for event in events_in(snapshot, suffix)
        }
        lists[list_key("Event", suffix)] = tuple(newest.values())
    return replace(snapshot, lists=lists)


def _explained(snapshot: Snapshot, suffix: str, item: Object) -> Explanation | None:
    explain = why_no_pods if item["kind"] == "Deployment" else why_not_running
    return explain(item, events_in(snapshot, suffix))


def _pod(name: str, spec: Spec) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name}, "spec": spec}


def _proxy_to(address: str) -> Spec:
    """A runtime speaks plain HTTP to its own node only, so the registry gets a door there."""
    switches = {"MODE": "proxy", "PORT": str(REGISTRY_PORT), "TARGET": address}
    ports = [{"containerPort": REGISTRY_PORT, "hostPort": REGISTRY_PORT}]
    env = [{"name": name, "value": value} for name, value in switches.items()]
    return alone(box(env=env, ports=ports), hostNetwork=True)
