"""What a snapshot leaves out, live and saved alike: fields that no criterion reads, and secrets."""

import hashlib
from base64 import b64decode
from collections.abc import Mapping
from typing import Any

from labkit.grading.snapshot import Object

ANY = "*"
DROPPED = frozenset(
    {
        (ANY, "metadata", "managedFields"),
        (ANY, "metadata", "resourceVersion"),
        (ANY, "metadata", "annotations", "kubectl.kubernetes.io/last-applied-configuration"),
        ("Node", "status", "images"),
        ("Node", "status", "daemonEndpoints"),
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
        return [_kept(item, kind, path) for item in value if not _is_default(path, item)]
    return value


def _is_default(path: tuple[str, ...], item: Any) -> bool:
    """What every Pod gets without asking."""
    if path[-1:] in (("volumes",), ("volumeMounts",)):
        return str(item.get("name", "")).startswith(TOKEN_VOLUME)
    if path[-1:] == ("tolerations",):
        return item.get("key") in DEFAULT_TOLERATIONS and item.get("tolerationSeconds") == 300
    return False


def _without_secrets(secret: dict[str, Any]) -> dict[str, Any]:
    """Key names, lengths and hashes; the values stay where they are."""
    data = secret.pop("data", None) or {}
    secret.pop("stringData", None)
    return {**secret, "data": {key: _facts(b64decode(value)) for key, value in data.items()}}


def _facts(value: bytes) -> dict[str, Any]:
    return {"length": len(value), "sha256": hashlib.sha256(value).hexdigest()}
