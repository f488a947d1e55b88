"""Apply, conflicts, rejections, evictions and new kinds as a real API server does them."""

import secrets
from typing import Any
from urllib.parse import urlsplit

import pytest

from labkit.foundation.errors import TimedOut
from labkit.kube.conditions import is_gone
from labkit.kube.errors import (
    AlreadyExists,
    Busy,
    Conflict,
    NotAnswering,
    ObjectNotFound,
    ObjectRejected,
)
from labkit.kube.nodes import drain
from labkit.kube.reader import Reader
from labkit.kube.resources import Object, ObjectReference
from labkit.kube.waiting import wait_for, wait_for_kind
from labkit.kube.writer import Writer

pytestmark = pytest.mark.cluster


def config_map(name: str, **data: str) -> Object:
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}, "data": data}


def running_pod(writer: Writer, namespace: str, name: str, **status: str) -> None:
    """A Pod on a Node that does not exist, whose status we write as a kubelet would."""
    container: dict[str, Any] = {"name": "main", "image": "registry.lab.example:5000/hello:1.0"}
    pod = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "labels": {"app": name}},
        "spec": {"nodeName": f"{namespace}-node", "containers": [container]},
    }
    writer.create(pod, namespace=namespace)
    ready = {"type": "Ready", "status": "True"}
    change = {"status": {"phase": "Running", "conditions": [ready], **status}}
    writer.patch("Pod", name, change, namespace, subresource="status")


def budget(name: str) -> Object:
    return {
        "apiVersion": "policy/v1",
        "kind": "PodDisruptionBudget",
        "metadata": {"name": name},
        "spec": {"minAvailable": 1, "selector": {"matchLabels": {"app": name}}},
    }


def test_apply_creates_and_then_changes(reader: Reader, writer: Writer, namespace: str) -> None:
    writer.apply(config_map("a", x="1", y="1"), namespace=namespace)
    writer.apply(config_map("a", x="2"), namespace=namespace)
    assert reader.get("ConfigMap", "a", namespace=namespace)["data"] == {"x": "2"}


def test_field_of_another_manager_is_a_conflict_unless_forced(
    writer: Writer, namespace: str
) -> None:
    writer.apply(config_map("a", x="1"), namespace=namespace, manager="learner")
    with pytest.raises(Conflict, match=r'conflict with "learner": \.data\.x'):
        writer.apply(config_map("a", x="2"), namespace=namespace, force=False)
    assert writer.apply(config_map("a", x="2"), namespace=namespace)["data"] == {"x": "2"}


def test_stale_replace_is_a_conflict(writer: Writer, namespace: str) -> None:
    first = writer.create(config_map("a", x="1"), namespace=namespace)
    writer.replace({**first, "data": {"x": "2"}})
    with pytest.raises(Conflict, match="has been modified"):
        writer.replace({**first, "data": {"x": "3"}})


def test_name_that_is_taken_is_said(writer: Writer, namespace: str) -> None:
    writer.create(config_map("a"), namespace=namespace)
    with pytest.raises(AlreadyExists, match='"a" already exists'):
        writer.create(config_map("a"), namespace=namespace)


@pytest.mark.parametrize("way", ["apply", "create"])
def test_misspelt_field_is_rejected_with_its_name(writer: Writer, namespace: str, way: str) -> None:
    wrong = {**config_map("a"), "dta": {"x": "1"}}
    write = writer.apply if way == "apply" else writer.create
    with pytest.raises(ObjectRejected, match="dta"):
        write(wrong, namespace=namespace)


def test_invalid_value_is_rejected_with_the_servers_sentence(
    writer: Writer, namespace: str
) -> None:
    with pytest.raises(ObjectRejected, match=r"\(422\).*must consist of lower case") as caught:
        writer.create(config_map("Not_A_Name"), namespace=namespace)
    assert caught.value.evidence.startswith("metadata.name: ")


def test_admission_is_a_rejection_and_not_a_lack_of_rights(writer: Writer, namespace: str) -> None:
    labels = {"pod-security.kubernetes.io/enforce": "restricted"}
    writer.patch("Namespace", namespace, {"metadata": {"labels": labels}})
    container = {"name": "main", "image": "x", "securityContext": {"privileged": True}}
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a"}}
    with pytest.raises(ObjectRejected, match=r"\(403\).*violates PodSecurity"):
        writer.create({**pod, "spec": {"containers": [container]}}, namespace=namespace)


def test_object_for_a_missing_namespace_names_the_namespace(writer: Writer) -> None:
    with pytest.raises(ObjectNotFound, match="Namespace t-kube-missing does not exist"):
        writer.create(config_map("a"), namespace="t-kube-missing")


def test_patches_of_all_forms_are_taken(writer: Writer, namespace: str) -> None:
    writer.create(config_map("a", x="1"), namespace=namespace)
    writer.patch("ConfigMap", "a", {"data": {"m": "1"}}, namespace)
    change = [{"op": "replace", "path": "/data/x", "value": "2"}]
    writer.patch("ConfigMap", "a", change, namespace, form="json")
    last = writer.patch("ConfigMap", "a", {"data": {"s": "1"}}, namespace, form="strategic")
    assert last["data"] == {"x": "2", "m": "1", "s": "1"}


def test_deleting_by_labels_leaves_the_others(
    reader: Reader, writer: Writer, namespace: str
) -> None:
    for name in ("a", "b"):
        item = config_map(name)
        item["metadata"]["labels"] = {"app": name}
        writer.create(item, namespace=namespace)
    writer.delete_all("ConfigMap", namespace, "app=a")
    wait_for(reader, ObjectReference("ConfigMap", "a", namespace), is_gone, limit_seconds=10)
    assert reader.get("ConfigMap", "b", namespace=namespace)["metadata"]["labels"] == {"app": "b"}


def test_deleting_twice_says_that_it_was_gone(writer: Writer, namespace: str) -> None:
    writer.create(config_map("a"), namespace=namespace)
    assert writer.delete("ConfigMap", "a", namespace) is True
    assert writer.delete("ConfigMap", "a", namespace) is False


def test_new_kind_can_be_used_once_it_was_waited_for(
    reader: Reader, writer: Writer, namespace: str
) -> None:
    word = f"w{secrets.token_hex(4)}"
    name = f"{word}s.test.lab.example"
    schema = {"openAPIV3Schema": {"type": "object", "x-kubernetes-preserve-unknown-fields": True}}
    version = {"name": "v1", "served": True, "storage": True, "schema": schema}
    definition = {
        "group": "test.lab.example",
        "names": {"kind": word.capitalize(), "plural": f"{word}s"},
        "scope": "Namespaced",
        "versions": [version],
    }
    kind = {"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition"}
    try:
        writer.create({**kind, "metadata": {"name": name}, "spec": definition})
        wait_for_kind(reader, name, limit_seconds=20)
        item = {"apiVersion": "test.lab.example/v1", "kind": word.capitalize()}
        writer.apply({**item, "metadata": {"name": "a"}}, namespace=namespace)
        assert len(reader.list(word.capitalize(), namespace=namespace)) == 1
        assert len(reader.list(f"{word.capitalize()}.test.lab.example")) == 1
    finally:
        writer.delete("CustomResourceDefinition", name)


def test_eviction_is_held_up_by_a_budget(writer: Writer, namespace: str) -> None:
    writer.create(budget("a"), namespace=namespace)
    running_pod(writer, namespace, "a")
    with pytest.raises(Busy, match="disruption budget"):
        writer.evict("a", namespace)
    writer.delete("PodDisruptionBudget", "a", namespace)
    assert writer.evict("a", namespace, grace_seconds=0) is True
    assert writer.evict("a", namespace) is False


def test_drain_ends_with_the_budgets_words_or_an_empty_node(
    reader: Reader, writer: Writer, namespace: str
) -> None:
    node = f"{namespace}-node"
    writer.create({"apiVersion": "v1", "kind": "Node", "metadata": {"name": node}})
    try:
        writer.create(budget("b"), namespace=namespace)
        for name in ("a", "b"):
            running_pod(writer, namespace, name)
        with pytest.raises(TimedOut, match=f"{namespace}/b: .*disruption budget"):
            drain(writer, reader, node, limit_seconds=0.1, grace_seconds=0)
        writer.delete("PodDisruptionBudget", "b", namespace)
        drained = drain(writer, reader, node, limit_seconds=10, grace_seconds=0)
        assert drained == (f"{namespace}/b",)
        assert reader.get("Node", node)["spec"]["unschedulable"] is True
    finally:
        writer.delete("Node", node)


def test_pod_is_reached_through_the_server(reader: Reader, writer: Writer, namespace: str) -> None:
    """The Pod's address is the API server's own, the one thing that surely answers there."""
    server = urlsplit(reader.access.server)
    running_pod(writer, namespace, "a", podIP=str(server.hostname))
    answer = reader.through_pod(namespace, "https:a", server.port or 443, "/version?timeout=1s")
    assert answer.status == 200
    assert "gitVersion" in answer.body
    with pytest.raises(NotAnswering, match="connection refused"):
        reader.through_pod(namespace, "a", 1)
