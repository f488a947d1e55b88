"""A pool, Deployments, Pods and autoscalers of a cluster of the cloud, as criteria see them."""

from typing import Any

from labkit.grading.criteria.managed import inside
from labkit.grading.criteria.pod_autoscalers import Wish
from labkit.grading.seed import SeedRecord
from labkit.grading.snapshot import Snapshot
from labkit.grading.verdict import passed

OK = passed("so it is")
POOL = {"name": "gallery", "autoscale": True, "minNodes": 1, "maxNodes": 3}
TAKEN_AT = "2026-01-01T00:10:00Z"
WISH = Wish("counter", lowest=2, highest=6, percent=50)


def meta(name: str, **more: Any) -> dict[str, Any]:
    return {"name": name, "creationTimestamp": "2026-01-01T00:00:10Z", "uid": name, **more}


def node(name: str, made: str) -> dict[str, Any]:
    return {"metadata": {**meta(name, labels={"nodepool": "gallery"}), "creationTimestamp": made}}


def event(reason: str, kind: str, name: str, at: str = "2026-01-01T00:01:00Z") -> dict[str, Any]:
    about = {"kind": kind, "name": name}
    times = {"firstTimestamp": at, "lastTimestamp": at}
    return {"reason": reason, "involvedObject": about, **times, "metadata": {}}


def pod(number: int, asks: str | None, on: str = "a") -> dict[str, Any]:
    resources = {"requests": {"cpu": asks}} if asks else {}
    ready = {"conditions": [{"type": "Ready", "status": "True"}]}
    return {
        "metadata": meta(f"counter-{number}", labels={"app": "counter"}),
        "spec": {"nodeName": on, "containers": [{"resources": resources}]},
        "status": ready,
    }


def deployment(copies: int, asks: str | None) -> dict[str, Any]:
    spec = pod(0, asks)["spec"]
    counts = dict.fromkeys(
        ("replicas", "readyReplicas", "availableReplicas", "updatedReplicas"), copies
    )
    return {
        "metadata": meta("counter", generation=1),
        "spec": {
            "replicas": copies,
            "selector": {"matchLabels": {"app": "counter"}},
            "template": {"metadata": {"labels": {"app": "counter"}}, "spec": spec},
        },
        "status": {"observedGeneration": 1, **counts},
    }


def view(
    seed: SeedRecord | None = None, answers: dict[str, str] | None = None, **kinds: Any
) -> Snapshot:
    lists = {f"{kind} in default of rush": tuple(found) for kind, found in kinds.items()}
    lists["Node in all of rush"] = lists.pop("Node in default of rush", ())
    for kind in ("Deployment", "Pod", "Event", "PodMetrics", "HorizontalPodAutoscaler"):
        lists.setdefault(f"{kind} in default of rush", ())
    whole = Snapshot(
        "x", TAKEN_AT, {"": "ns"}, lists=lists, seed=seed or SeedRecord(), answers=answers or {}
    )
    return inside(whole, "rush")


def scaler(**status: Any) -> dict[str, Any]:
    goal = {"type": "Utilization", "averageUtilization": 50}
    return {
        "metadata": meta("counter"),
        "spec": {
            "scaleTargetRef": {"kind": "Deployment", "name": "counter"},
            "minReplicas": 2,
            "maxReplicas": 6,
            "metrics": [{"type": "Resource", "resource": {"name": "cpu", "target": goal}}],
        },
        "status": status,
    }
