"""Small Kubernetes objects for tests, as an API server would show them."""

from typing import Any


def pod(name: str, version: str = "1", **metadata: Any) -> dict[str, Any]:
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {
            "name": name,
            "namespace": "ns",
            "uid": f"uid-{name}",
            "resourceVersion": version,
            **metadata,
        },
    }


def with_conditions(item: dict[str, Any], **conditions: str) -> dict[str, Any]:
    """`with_conditions(pod("a"), Ready="True")`."""
    listed = [{"type": kind, "status": status} for kind, status in conditions.items()]
    return {**item, "status": {**item.get("status", {}), "conditions": listed}}


def deployment(wanted: int, *, generation: int = 1, **status: int) -> dict[str, Any]:
    """`deployment(2, observedGeneration=1, replicas=2, …)`; without status it has none."""
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {
            "name": "web",
            "namespace": "ns",
            "generation": generation,
            "resourceVersion": "1",
        },
        "spec": {"replicas": wanted},
        "status": status,
    }
