import hashlib
import json
from base64 import b64encode
from typing import Any

from labkit.grading.reduction import reduced

CANARY = "canary-of-the-mine"
LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"


def test_no_value_of_a_secret_passes_the_door() -> None:
    value = b64encode(CANARY.encode()).decode()
    secret = {
        "kind": "Secret",
        "metadata": {
            "name": "card",
            "annotations": {LAST_APPLIED: json.dumps({"data": {"a": value}})},
            "managedFields": [{"fieldsV1": {"f:data": {}}}],
        },
        "data": {"a": value, "empty": ""},
        "stringData": {"b": CANARY},
    }
    kept = reduced(secret)
    assert value not in json.dumps(kept)
    assert CANARY not in json.dumps(kept)
    assert kept["data"]["a"] == {
        "length": len(CANARY),
        "sha256": hashlib.sha256(CANARY.encode()).hexdigest(),
    }
    assert kept["data"]["empty"]["length"] == 0


def test_fields_that_no_criterion_reads_are_dropped() -> None:
    token: dict[str, Any] = {"name": "kube-api-access-x2x"}
    away = {"key": "node.kubernetes.io/not-ready", "effect": "NoExecute", "tolerationSeconds": 300}
    asked = {"key": "gpu", "operator": "Exists"}
    pod = {
        "kind": "Pod",
        "metadata": {
            "name": "a",
            "resourceVersion": "7",
            "managedFields": [],
            "labels": {"a": "b"},
        },
        "spec": {
            "containers": [{"name": "c", "volumeMounts": [token, {"name": "data"}]}],
            "volumes": [token, {"name": "data"}],
            "tolerations": [away, asked],
        },
    }
    assert reduced(pod) == {
        "kind": "Pod",
        "metadata": {"name": "a", "labels": {"a": "b"}},
        "spec": {
            "containers": [{"name": "c", "volumeMounts": [{"name": "data"}]}],
            "volumes": [{"name": "data"}],
            "tolerations": [asked],
        },
    }


def test_images_of_a_node_are_dropped_and_its_figures_kept() -> None:
    status = {"images": [{"names": ["a"]}], "allocatable": {"cpu": "1900m"}}
    node = {"kind": "Node", "metadata": {"name": "n"}, "status": status}
    assert reduced(node)["status"] == {"allocatable": {"cpu": "1900m"}}


def test_object_given_is_left_as_it_was() -> None:
    secret = {"kind": "Secret", "metadata": {"name": "a"}, "data": {"a": "YQ=="}}
    reduced(secret)
    assert secret["data"] == {"a": "YQ=="}
