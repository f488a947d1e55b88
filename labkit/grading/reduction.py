"""What a snapshot leaves out, live and saved alike: fields that no criterion reads, and secrets.

Copies of a Secret's values in other objects are the business of `hiding`.
"""

import hashlib
from base64 import b64decode
from collections.abc import Mapping
from typing import Any

from labkit.grading.hiding import without_telling_literals
from labkit.grading.snapshot import Object

ANY = "*"
DROPPED = frozenset(
    {
        (ANY, "metadata", "managedFields"),
        (ANY, "metadata", "resourceVersion"),
        (ANY, "metadata", "annotations", "kubectl.kubernetes.io/last-applied-configuration"),
        ("Node", "status", "images"),
        ("Node", "status", "daemonEndpoints"),
        ("Event", "reportingInstance"),
        ("Event", "source"),
        ("Pod", "spec", "enableServiceLinks"),
        ("Pod", "spec", "preemptionPolicy"),
        ("Pod", "status", "podIPs"),
        ("Pod", "status", "hostIPs"),
    }
)
TOKEN_VOLUME = "kube-api-access-"  # noqa: S105  a prefix of names, added to every Pod
DEFAULT_TOLERATIONS = ("node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable")


def reduced(found: Object) -> dict[str, Any]:
    kept: dict[str, Any] = _kept(found, found.get("kind", ""), ())
    return _without_secrets(kept) if kept.get("kind") == "Secret" else kept


def _kept(value: Any, kind: str, path: tuple[str, ...]) -> Any:
    if isinstance(value, Mapping):
        return {
            key: _kept(item, kind, (*path, key))
            for key, item in value.items()
            if (ANY, *path, key) not in DROPPED and (kind, *path, key) not in DROPPED
        }
    if isinstance(value, list):
        kept = [_kept(item, kind, path) for item in value if not _is_default(path, item)]
        return [_variable(item) for item in kept] if path[-1:] == ("env",) else kept
    return value


def _variable(item: Any) -> Any:
    return without_telling_literals(item) if isinstance(item, Mapping) else item


def _is_default(path: tuple[str, ...], item: Any) -> bool:
    """What every Pod gets without asking."""
    if not isinstance(item, Mapping):
        return False
    if path[-1:] in (("volumes",), ("volumeMounts",)):
        return str(item.get("name", "")).startswith(TOKEN_VOLUME)
    if path[-1:] == ("tolerations",):
        return item.get("key") in DEFAULT_TOLERATIONS and item.get("tolerationSeconds") == 300
    return False


def _without_secrets(secret: dict[str, Any]) -> dict[str, Any]:
    """Key names, lengths and hashes; the values stay where they are.

    Of annotations the names: tools keep whole objects in theirs, as kubectl does.
    """
    data = secret.pop("data", None) or {}
    secret.pop("stringData", None)
    facts = {key: _facts(str(value)) for key, value in data.items()}
    metadata = secret.get("metadata") or {}
    if metadata.get("annotations"):
        metadata = {**metadata, "annotations": dict.fromkeys(metadata["annotations"], "")}
    return {**secret, "metadata": metadata, "data": facts}


def _facts(value: str) -> dict[str, Any]:
    try:
        content = b64decode(value)
    except ValueError:
        content = value.encode()
    return {"length": len(content), "sha256": hashlib.sha256(content).hexdigest()}
