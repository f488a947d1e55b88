"""What a writer sends, and what it makes of refusals."""

import json
from typing import Any

import pytest

from labkit.kube.errors import (
    AlreadyExists,
    Busy,
    Conflict,
    KindUnknown,
    ManifestInvalid,
    ObjectNotFound,
    ObjectRejected,
)
from labkit.kube.writer import Writer
from tests.support.api_server import ApiServer, refusal, said
from tests.support.objects import pod

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])
PODS = "/api/v1/namespaces/ns/pods"
CONFIG_MAP: dict[str, Any] = {
    "apiVersion": "v1",
    "kind": "ConfigMap",
    "metadata": {"name": "a"},
    "data": {"x": "y"},
}
CONFIG_MAPS = "/api/v1/namespaces/default/configmaps"


def test_apply_is_server_side_strict_and_by_a_named_manager() -> None:
    with ApiServer() as server, Writer(server.access()) as writer:
        server.answers(f"{CONFIG_MAPS}/a", said(CONFIG_MAP))
        assert writer.apply(CONFIG_MAP, manager="setup", force=False) == CONFIG_MAP
        asked = server.asked[0]
        assert (asked.method, json.loads(asked.body)) == ("PATCH", CONFIG_MAP)
        assert asked.headers["content-type"] == "application/apply-patch+yaml"
        wanted = {"fieldManager": "setup", "force": "false", "fieldValidation": "Strict"}
        assert asked.query == wanted


def test_objects_own_namespace_is_where_it_goes() -> None:
    with ApiServer() as server, Writer(server.access()) as writer:
        server.answers(f"{PODS}/a", said(pod("a")))
        writer.apply(pod("a"))
        assert server.asked[0].path == f"{PODS}/a"


def test_two_different_namespaces_are_a_mistake() -> None:
    with ApiServer() as server, Writer(server.access()) as writer:
        with pytest.raises(ManifestInvalid, match="Pod a in namespace ns was to be written in"):
            writer.apply(pod("a"), namespace="other")
        assert server.asked == []


@pytest.mark.parametrize(
    ("item", "sentence"),
    [
        pytest.param({"kind": "Pod", "metadata": {"name": "a"}}, "no apiVersion", id="version"),
        pytest.param({"apiVersion": "v1", "metadata": {"name": "a"}}, "no kind", id="kind"),
        pytest.param({"apiVersion": "v1", "kind": "Pod"}, "Pod has no metadata.name", id="name"),
        pytest.param(
            {"apiVersion": "v1", "kind": "Pod", "metadata": {"generateName": "a-"}},
            "no metadata.name",
            id="generated name, which only create takes",
        ),
    ],
)
def test_object_that_lacks_what_an_address_needs_is_refused_here(
    item: dict[str, Any], sentence: str
) -> None:
    with ApiServer() as server, Writer(server.access()) as writer:
        with pytest.raises(ManifestInvalid, match=sentence):
            writer.apply(item)
        assert server.asked == []


def test_create_lets_the_server_choose_a_name() -> None:
    item = {"apiVersion": "v1", "kind": "Pod", "metadata": {"generateName": "a-"}}
    with ApiServer() as server, Writer(server.access()) as writer:
        server.answers(PODS, said(pod("a-x1"), 201))
        assert writer.create(item, namespace="ns")["metadata"]["name"] == "a-x1"


def test_replace_can_write_the_status() -> None:
    with ApiServer() as server, Writer(server.access()) as writer:
        server.answers(f"{PODS}/a/status", said(pod("a")))
        writer.replace(pod("a"), subresource="status")
        assert server.asked[0].method == "PUT"


@pytest.mark.parametrize(
    ("form", "content_type"),
    [
        ("merge", "application/merge-patch+json"),
        ("json", "application/json-patch+json"),
        ("strategic", "application/strategic-merge-patch+json"),
    ],
    ids=["merge", "json", "strategic"],
)
def test_patch_is_sent_in_its_form(form: Any, content_type: str) -> None:
    with ApiServer() as server, Writer(server.access()) as writer:
        server.answers("/api/v1/nodes/n1", said({}))
        writer.patch("Node", "n1", {"spec": {}}, form=form)
        assert server.asked[0].headers["content-type"] == content_type


def test_name_that_is_taken_is_told_from_a_conflict() -> None:
    with ApiServer() as server, Writer(server.access()) as writer:
        taken = refusal(409, 'configmaps "a" already exists', reason="AlreadyExists")
        changed = refusal(409, "the object has been modified", reason="Conflict")
        server.answers(CONFIG_MAPS, taken)
        server.answers(f"{CONFIG_MAPS}/a", changed)
        with pytest.raises(AlreadyExists, match="already exists"):
            writer.create(CONFIG_MAP)
        with pytest.raises(Conflict, match="has been modified"):
            writer.replace(CONFIG_MAP)


def test_validation_error_keeps_the_servers_sentence_and_its_causes() -> None:
    causes = [{"field": "spec.containers", "message": "Required value"}]
    answer = refusal(422, 'Pod "a" is invalid: spec.containers: …', details={"causes": causes})
    with ApiServer() as server, Writer(server.access()) as writer:
        server.answers(f"{PODS}/a", answer)
        with pytest.raises(ObjectRejected, match='Pod "a" is invalid') as caught:
            writer.apply(pod("a"))
    assert caught.value.status == 422
    assert caught.value.evidence == "spec.containers: Required value"


def test_unknown_field_is_a_rejection_though_the_server_says_500() -> None:
    reason = "failed to create typed patch object (/a; v1, Kind=ConfigMap): .datas: field not"
    with ApiServer() as server, Writer(server.access()) as writer:
        server.answers(f"{CONFIG_MAPS}/a", refusal(500, reason))
        with pytest.raises(ObjectRejected, match=r"\.datas: field not"):
            writer.apply(CONFIG_MAP)


def test_missing_namespace_is_named_rather_than_the_object() -> None:
    details = {"name": "ns", "kind": "namespaces"}
    with ApiServer() as server, Writer(server.access()) as writer:
        server.answers(PODS, refusal(404, 'namespaces "ns" not found', details=details))
        with pytest.raises(ObjectNotFound, match="Namespace ns does not exist"):
            writer.create(pod("a"))


def test_kind_of_a_missing_add_on_is_named() -> None:
    item = {"apiVersion": "lab.example/v1", "kind": "Widget", "metadata": {"name": "a"}}
    with ApiServer() as server, Writer(server.access()) as writer:
        server.answers("/apis/lab.example/v1", refusal(404, "not found"))
        with pytest.raises(KindUnknown, match=r"no kind lab\.example/v1/Widget"):
            writer.apply(item)


def test_kind_of_an_add_on_is_found_in_its_version() -> None:
    served = [
        {"name": "widgets/status", "kind": "Widget", "namespaced": False},
        {"name": "widgets", "kind": "Widget", "namespaced": False},
    ]
    item = {"apiVersion": "lab.example/v1", "kind": "Widget", "metadata": {"name": "a"}}
    with ApiServer() as server, Writer(server.access()) as writer:
        server.answers("/apis/lab.example/v1", said({"resources": served}))
        server.answers("/apis/lab.example/v1/widgets/a", said(item))
        assert writer.apply(item) == item


def test_delete_tells_whether_it_was_there() -> None:
    gone = refusal(404, "not found", details={"name": "a"})
    with ApiServer() as server, Writer(server.access()) as writer:
        server.answers(f"{PODS}/a", said({}), gone, gone)
        assert writer.delete("Pod", "a", "ns", grace_seconds=0) is True
        assert writer.delete("Pod", "a", "ns") is False
        with pytest.raises(ObjectNotFound):
            writer.delete("Pod", "a", "ns", missing_ok=False)
        options = json.loads(server.asked[0].body)
        assert (options["propagationPolicy"], options["gracePeriodSeconds"]) == ("Background", 0)


def test_delete_all_goes_by_labels() -> None:
    with ApiServer() as server, Writer(server.access()) as writer:
        server.answers(PODS, said({}))
        writer.delete_all("Pod", "ns", "app=web")
        assert (server.asked[0].method, server.asked[0].query) == (
            "DELETE",
            {"labelSelector": "app=web"},
        )


def test_eviction_that_a_budget_forbids_is_told_at_once() -> None:
    reason = "Cannot evict pod as it would violate the pod's disruption budget."
    with ApiServer() as server, Writer(server.access()) as writer:
        server.answers(f"{PODS}/a/eviction", refusal(429, reason))
        with pytest.raises(Busy, match="disruption budget"):
            writer.evict("a", "ns")
        assert len(server.asked) == 1


def test_eviction_of_a_pod_that_is_gone_is_done() -> None:
    with ApiServer() as server, Writer(server.access()) as writer:
        server.answers(f"{PODS}/a/eviction", refusal(404, "gone", details={"name": "a"}))
        assert writer.evict("a", "ns") is False


def test_token_comes_with_its_end_and_stays_out_of_print() -> None:
    status = {"token": "secret", "expirationTimestamp": "2026-01-01T10:00:00Z"}
    path = "/api/v1/namespaces/labkit-system/serviceaccounts/me-grader/token"
    with ApiServer() as server, Writer(server.access()) as writer:
        server.answers(path, said({"status": status}, 201))
        issued = writer.token("me-grader", "labkit-system", 900)
        assert json.loads(server.asked[0].body)["spec"] == {"expirationSeconds": 900}
    assert issued.token == "secret"
    assert issued.expires.isoformat() == "2026-01-01T10:00:00+00:00"
    assert "secret" not in repr(issued)
