"""A Deployment with its ReplicaSet and Pods as an API server would list them."""

from typing import Any

Object = dict[str, Any]


def top(name: str, *, wanted: int = 2, ready: int = 2) -> Object:
    counts = ("replicas", "updatedReplicas", "readyReplicas", "availableReplicas")
    status = {"observedGeneration": 1, **dict.fromkeys(counts, ready)}
    return _object("apps/v1", "Deployment", name, spec={"replicas": wanted}, status=status)


def set_of(deployment: str, *, revision: int = 1, wanted: int = 2, ready: int = 2) -> Object:
    name = f"{deployment}-{revision}"
    made = _object(
        "apps/v1",
        "ReplicaSet",
        name,
        owner=("Deployment", deployment),
        spec={"replicas": wanted},
        status={"readyReplicas": ready},
    )
    made["metadata"]["annotations"] = {"deployment.kubernetes.io/revision": str(revision)}
    return made


def pod_of(owner: str, name: str, *, kind: str = "ReplicaSet", ready: bool = True) -> Object:
    """Running on node1; `owner` "" for one that stands alone."""
    status = {
        "phase": "Running",
        "conditions": [{"type": "Ready", "status": str(ready)}],
        "containerStatuses": [{"name": "hello", "restartCount": 0, "state": {"running": {}}}],
    }
    owned = (kind, owner) if owner else None
    return _object("v1", "Pod", name, owner=owned, spec={"nodeName": "node1"}, status=status)


def event(about: str, message: str, *, at: str, count: int = 1) -> Object:
    made = _object("v1", "Event", f"{about}.{at}.{message[:8]}".lower().replace(" ", "-"))
    made["involvedObject"] = {"kind": "Pod", "name": about}
    return {**made, "message": message, "lastTimestamp": f"2026-01-01T{at}Z", "count": count}


def uid_of(kind: str, name: str) -> str:
    return f"uid-of-{kind}-{name}"


def _object(
    api_version: str, kind: str, name: str, owner: tuple[str, str] | None = None, **more: Any
) -> Object:
    metadata: Object = {"name": name, "namespace": "ada", "uid": uid_of(kind, name)}
    metadata["generation"] = 1
    if owner:
        reference = {"kind": owner[0], "name": owner[1], "uid": uid_of(*owner), "controller": True}
        metadata["ownerReferences"] = [reference]
    return {"apiVersion": api_version, "kind": kind, "metadata": metadata, **more}
