"""Pod templates compared by meaning: defaults, quantities, images, the order of lists."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from labkit.foundation.text import say
from labkit.grading.criteria.explanation import cut
from labkit.grading.criteria.images import image_of
from labkit.kube.quantities import quantity

ADDED = ("pod-template-hash", "controller-revision-hash", "pod-template-generation")
"""Labels that controllers write on what they make."""
RESTARTED = "kubectl.kubernetes.io/restartedAt"

POD_DEFAULTS: Mapping[str, Any] = {
    "restartPolicy": "Always",
    "dnsPolicy": "ClusterFirst",
    "schedulerName": "default-scheduler",
    "terminationGracePeriodSeconds": 30,
    "securityContext": {},
    "enableServiceLinks": True,
    "serviceAccountName": "default",
}
CONTAINER_DEFAULTS: Mapping[str, Any] = {
    "terminationMessagePath": "/dev/termination-log",
    "terminationMessagePolicy": "File",
    "resources": {},
    "securityContext": {},
}
PORT_DEFAULTS: Mapping[str, Any] = {"protocol": "TCP"}
PROBE_DEFAULTS: Mapping[str, Any] = {
    "timeoutSeconds": 1,
    "periodSeconds": 10,
    "successThreshold": 1,
    "failureThreshold": 3,
    "initialDelaySeconds": 0,
}
GET_DEFAULTS: Mapping[str, Any] = {"scheme": "HTTP", "path": "/"}
FIELD_DEFAULTS: Mapping[str, Any] = {"apiVersion": "v1"}
SOURCE_DEFAULTS: Mapping[str, Any] = {"defaultMode": 420}
PROBES = ("livenessProbe", "readinessProbe", "startupProbe")
CONTAINERS = ("containers", "initContainers")
UNORDERED = ("env", "ports", "volumeMounts", "volumes", "tolerations", "imagePullSecrets")
"""Lists whose order means nothing; of containers the init ones run in theirs."""
QUANTITIES = ("limits", "requests")
DEFAULTS_OF: Mapping[str, Mapping[str, Any]] = {
    "httpGet": GET_DEFAULTS,
    "fieldRef": FIELD_DEFAULTS,
    "configMap": SOURCE_DEFAULTS,
    "secret": {**SOURCE_DEFAULTS},
    **dict.fromkeys(PROBES, PROBE_DEFAULTS),
}


def same_template(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    return plain_template(one) == plain_template(other)


def template_differences(seen: Mapping[str, Any], wanted: Mapping[str, Any]) -> list[str]:
    """A sentence for each field that differs; empty where both mean the same."""
    return [
        say("{path}: {seen} instead of {wanted}.", path=path, seen=_word(left), wanted=_word(right))
        for path, left, right in _differences(plain_template(seen), plain_template(wanted), "")
    ]


def plain_template(template: Mapping[str, Any]) -> dict[str, Any]:
    """What it means: without defaults, in one spelling and one order."""
    metadata, given = template.get("metadata") or {}, template.get("spec") or {}
    labels = {k: v for k, v in (metadata.get("labels") or {}).items() if k not in ADDED}
    notes = {k: v for k, v in (metadata.get("annotations") or {}).items() if k != RESTARTED}
    spec = _plain(_without(given, POD_DEFAULTS), "spec")
    if spec.get("serviceAccount") == given.get("serviceAccountName", "default"):
        spec.pop("serviceAccount", None)  # the old name of the same field
    return {"metadata": _filled({"labels": labels, "annotations": notes}), "spec": spec}


def _plain(value: Any, field: str) -> Any:
    if isinstance(value, Mapping):
        known = _without(value, DEFAULTS_OF.get(field, {}))
        if field in QUANTITIES:
            return {key: _amount(item) for key, item in known.items()}
        return _filled({key: _plain(item, key) for key, item in known.items()})
    if isinstance(value, list | tuple):
        items = [_item(item, field) for item in value]
        return sorted(items, key=_order) if field in UNORDERED else items
    return str(image_of(value)) if field == "image" and isinstance(value, str) else value


def _item(item: Any, field: str) -> Any:
    if not isinstance(item, Mapping):
        return item
    if field in CONTAINERS:
        return _plain(_container(item), "container")
    if field == "ports":
        return _plain(_without(item, PORT_DEFAULTS), "port")
    return _plain(item, field.removesuffix("s"))


def _container(box: Mapping[str, Any]) -> Mapping[str, Any]:
    """The pull policy that a tag implies is a default too."""
    image = image_of(str(box.get("image") or "?"))
    policy = "Always" if image.tag == "latest" and not image.digest else "IfNotPresent"
    return _without(box, {**CONTAINER_DEFAULTS, "imagePullPolicy": policy})


def _without(value: Mapping[str, Any], defaults: Mapping[str, Any]) -> dict[str, Any]:
    return {
        key: item for key, item in value.items() if key not in defaults or item != defaults[key]
    }


def _filled(value: Mapping[str, Any]) -> dict[str, Any]:
    """An empty list or table says as much as none; but `emptyDir: {}` says what it is."""
    return {
        key: item
        for key, item in value.items()
        if key == "emptyDir" or (item not in (None, "") and item != {} and item != [])
    }


def _amount(text: Any) -> str:
    try:
        return f"{quantity(str(text)).normalize():f}"
    except ValueError:
        return str(text)


def _order(item: Any) -> str:
    return json.dumps(item, sort_keys=True, default=str)


def _differences(one: Any, other: Any, path: str) -> Iterator[tuple[str, Any, Any]]:
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        for key in sorted({*one, *other}):
            yield from _differences(one.get(key), other.get(key), f"{path}.{key}".lstrip("."))
    elif _named(one) and _named(other):
        left, right = ({item["name"]: item for item in items} for items in (one, other))
        for name in sorted({*left, *right}):
            yield from _differences(left.get(name), right.get(name), f"{path}[{name}]")
        if [*left] != [*right] and {*left} == {*right}:
            yield path, [*left], [*right]
    elif one != other:
        yield path, one, other


def _named(items: Any) -> bool:
    return (
        isinstance(items, Sequence)
        and not isinstance(items, str)
        and bool(items)
        and all(isinstance(item, Mapping) and "name" in item for item in items)
    )


def _word(value: Any) -> str:
    if value is None:
        return say("not set")
    return cut(value if isinstance(value, str) else json.dumps(value, default=str), 60)
