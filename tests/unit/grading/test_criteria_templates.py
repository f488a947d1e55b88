"""Templates, images and environments, compared by meaning."""

from copy import deepcopy
from typing import Any

import pytest

from labkit.grading.criteria.environments import environment
from labkit.grading.criteria.images import image_of, same_image
from labkit.grading.criteria.templates import same_template, template_differences

SHORT: dict[str, Any] = {
    "metadata": {"labels": {"app": "web"}},
    "spec": {
        "containers": [
            {
                "name": "web",
                "image": "nginx:1.27",
                "env": [{"name": "A", "value": "1"}, {"name": "B", "value": "2"}],
                "ports": [{"containerPort": 80}],
                "resources": {"requests": {"cpu": "500m", "memory": "1Gi"}},
                "readinessProbe": {"httpGet": {"port": 80}},
            },
            {"name": "side", "image": "busybox"},
        ],
        "volumes": [{"name": "tmp", "emptyDir": {}}, {"name": "c", "configMap": {"name": "c"}}],
    },
}
LONG: dict[str, Any] = {
    "metadata": {
        "creationTimestamp": None,
        "labels": {"app": "web", "pod-template-hash": "5d9"},
        "annotations": {"kubectl.kubernetes.io/restartedAt": "2026-01-01T00:00:00Z"},
    },
    "spec": {
        "restartPolicy": "Always",
        "dnsPolicy": "ClusterFirst",
        "schedulerName": "default-scheduler",
        "terminationGracePeriodSeconds": 30,
        "securityContext": {},
        "serviceAccount": "default",
        "serviceAccountName": "default",
        "containers": [
            {
                "name": "web",
                "image": "docker.io/library/nginx:1.27",
                "imagePullPolicy": "IfNotPresent",
                "env": [{"name": "B", "value": "2"}, {"name": "A", "value": "1"}],
                "ports": [{"containerPort": 80, "protocol": "TCP"}],
                "resources": {"requests": {"cpu": "0.5", "memory": "1024Mi"}},
                "terminationMessagePath": "/dev/termination-log",
                "terminationMessagePolicy": "File",
                "readinessProbe": {
                    "httpGet": {"port": 80, "path": "/", "scheme": "HTTP"},
                    "timeoutSeconds": 1,
                    "periodSeconds": 10,
                    "successThreshold": 1,
                    "failureThreshold": 3,
                },
            },
            {
                "name": "side",
                "image": "busybox:latest",
                "imagePullPolicy": "Always",
                "resources": {},
            },
        ],
        "volumes": [
            {"name": "c", "configMap": {"name": "c", "defaultMode": 420}},
            {"name": "tmp", "emptyDir": {}},
        ],
    },
}


def test_what_defaulting_writes_makes_no_difference() -> None:
    assert template_differences(LONG, SHORT) == []
    assert same_template(LONG, SHORT)


def changed(path: str, value: Any) -> dict[str, Any]:
    template = deepcopy(SHORT)
    *way, last = path.split(".")
    found: Any = template
    for part in way:
        found = found[int(part)] if part.isdecimal() else found[part]
    found[int(last) if last.isdecimal() else last] = value
    return template


CHANGES: dict[str, tuple[str, Any, str]] = {
    "label": ("metadata.labels.app", "other", "metadata.labels.app: other instead of web"),
    "image": ("spec.containers.0.image", "nginx:1.28", "library/nginx:1.28 instead of docker.io"),
    "registry": ("spec.containers.0.image", "ghcr.io/nginx:1.27", "ghcr.io/nginx:1.27"),
    "env": ("spec.containers.0.env.0.value", "9", "env[A].value: 9 instead of 1"),
    "cpu": ("spec.containers.0.resources.requests.cpu", "0.6", "0.6 instead of 0.5"),
    "probe": ("spec.containers.0.readinessProbe.httpGet.path", "/x", "path: /x instead of not set"),
    "pull": ("spec.containers.0.imagePullPolicy", "Always", "imagePullPolicy: Always"),
    "volume": ("spec.volumes.0.emptyDir", None, "emptyDir"),
    "grace": ("spec.terminationGracePeriodSeconds", 5, ": 5 instead of not set"),
    "no containers": ("spec.containers", [], "spec.containers"),
}


@pytest.mark.parametrize(("path", "value", "words"), CHANGES.values(), ids=CHANGES.keys())
def test_what_means_something_else_is_named(path: str, value: Any, words: str) -> None:
    template = changed(path, value)
    assert not same_template(template, LONG)
    assert any(words in sentence for sentence in template_differences(template, LONG))


def test_order_of_init_containers_means_something() -> None:
    boxes = [{"name": "a", "image": "a"}, {"name": "b", "image": "b"}]
    one, other = {"spec": {"initContainers": boxes}}, {"spec": {"initContainers": boxes[::-1]}}
    assert not same_template(one, other)
    assert template_differences(one, other)


@pytest.mark.parametrize(
    "odd", [{}, {"metadata": None, "spec": None}, {"spec": {"containers": None}}]
)
def test_empty_templates_are_alike(odd: dict[str, Any]) -> None:
    assert same_template(odd, {})


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("nginx", "docker.io/library/nginx:latest", True),
        ("nginx", "index.docker.io/library/nginx", True),
        ("me/app:1", "docker.io/me/app:1", True),
        ("registry:5000/app", "registry:5000/app:latest", True),
        ("localhost/app:1", "docker.io/localhost/app:1", False),
        ("nginx:1.27", "nginx:1.28", False),
        ("a/nginx:1", "b/nginx:1", False),
        ("app@sha256:aa", "app:1@sha256:aa", True),
        ("app@sha256:aa", "app@sha256:bb", False),
        ("app:1@sha256:aa", "app:1", False),
        (" nginx:1 ", "nginx:1", True),
    ],
)
def test_images_are_compared_by_repository_and_tag(one: str, other: str, *, same: bool) -> None:
    assert same_image(one, other) is same
    assert same_image(other, one) is same


@pytest.mark.parametrize(
    "text", ["nginx", "r:5000/a/b:c", "a@sha256:1", "localhost/x", "", ":", "@"]
)
def test_image_read_twice_is_the_same(text: str) -> None:
    once = image_of(text)
    assert str(image_of(str(once))) == str(once)


CONFIG = {"metadata": {"name": "c"}, "data": {"colour": "red", "size": "9"}}
SECRET = {"metadata": {"name": "s"}, "data": {"word": {"length": 3, "sha256": "x"}}}


def test_environment_is_what_it_comes_to() -> None:
    ref = {"name": "c", "key": "colour"}
    container = {
        "envFrom": [{"configMapRef": {"name": "c"}, "prefix": "C_"}, {"secretRef": {"name": "s"}}],
        "env": [
            {"name": "COLOUR", "valueFrom": {"configMapKeyRef": ref}},
            {"name": "PASSWORD", "valueFrom": {"secretKeyRef": {"name": "s", "key": "word"}}},
            {"name": "NODE", "valueFrom": {"fieldRef": {"fieldPath": "spec.nodeName"}}},
            {"name": "CPU", "valueFrom": {"resourceFieldRef": {"resource": "limits.cpu"}}},
            {"name": "GREETING", "value": "a $(COLOUR) door, $(UNKNOWN), $$(COLOUR)"},
            {"name": "C_size", "value": "own"},
            {"name": "EMPTY"},
        ],
    }
    found = environment(container, [CONFIG], [SECRET])
    assert {name: one.value for name, one in found.items()} == {
        "C_colour": "red",
        "C_size": "own",
        "word": None,
        "COLOUR": "red",
        "PASSWORD": None,
        "NODE": None,
        "CPU": None,
        "GREETING": "a red door, $(UNKNOWN), $(COLOUR)",
        "EMPTY": "",
    }
    kinds = {name: one.kind for name, one in found.items()}
    assert (kinds["word"], kinds["PASSWORD"], kinds["NODE"]) == ("Secret", "Secret", "field")
    assert found["PASSWORD"].seen == "PASSWORD comes from Secret s, word."
    assert found["EMPTY"].seen == "EMPTY is ''."


def test_source_that_is_gone_leaves_the_value_unknown() -> None:
    ref = {"configMapKeyRef": {"name": "gone", "key": "colour"}}
    found = environment({"env": [{"name": "COLOUR", "valueFrom": ref}]}, [CONFIG])
    assert (found["COLOUR"].kind, found["COLOUR"].value) == ("ConfigMap", None)
    assert environment({}) == {}
