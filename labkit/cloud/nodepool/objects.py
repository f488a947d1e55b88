"""A node pool as the NodePool object of its cluster, and back. Pure.

They are two views of one pool: a change of either shows in the other; where both changed at once,
the API has the last word.
"""

import json
from collections.abc import Mapping
from typing import Any

from labkit.cloud.nodepool.models import (
    AutoscalingChange,
    NodePool,
    NodePoolCreation,
    NodePoolUpdate,
    ShownPool,
    Template,
)

API_VERSION = "kube.cloud.ovh.com/v1alpha1"
ID = "kube.cloud.ovh.com/id"
"""Annotation: which pool an object shows. Without it, a person made the object."""

Object = dict[str, Any]


def spec_of(pool: NodePool) -> Object:
    autoscaling = pool.autoscaling
    return {
        "flavor": pool.flavor,
        "desiredNodes": pool.desired_nodes,
        "minNodes": pool.min_nodes,
        "maxNodes": pool.max_nodes,
        "autoscale": pool.autoscale,
        "monthlyBilled": pool.monthly_billed,
        "antiAffinity": pool.anti_affinity,
        "autoscaling": {
            "scaleDownUnneededTimeSeconds": autoscaling.scale_down_unneeded_time_seconds,
            "scaleDownUnreadyTimeSeconds": autoscaling.scale_down_unready_time_seconds,
            "scaleDownUtilizationThreshold": f"{autoscaling.scale_down_utilization_threshold:g}",
        },
        "template": pool.template.shown(),
    }


def status_of(shown: ShownPool, generation: int, conditions: list[Object]) -> Object:
    return {
        "availableNodes": shown.available_nodes,
        "currentNodes": shown.current_nodes,
        "upToDateNodes": shown.up_to_date_nodes,
        "observedGeneration": generation,
        "conditions": conditions,
    }


def object_of(pool: NodePool) -> Object:
    return {
        "apiVersion": API_VERSION,
        "kind": "NodePool",
        "metadata": {"name": pool.name, "annotations": {ID: pool.id}},
        "spec": spec_of(pool),
    }


def written(spec: Mapping[str, Any]) -> str:
    return json.dumps(spec, sort_keys=True)


def same(spec: Mapping[str, Any], pool: NodePool) -> bool:
    """Whether an object asks for nothing but what the pool is."""
    ours, asked = spec_of(pool), dict(spec)
    if spec.get("template"):
        asked["template"] = template_from(spec["template"]).shown()
    if spec.get("autoscaling"):
        asked["autoscaling"] = {**ours["autoscaling"], **spec["autoscaling"]}
    return all(value == ours.get(key) for key, value in asked.items())


def creation(name: str, spec: Mapping[str, Any]) -> NodePoolCreation:
    """Raises ValueError for what the schema of the object does not refuse by itself."""
    given = {key: value for key, value in spec.items() if key in PLAIN}
    return NodePoolCreation.model_validate(
        {**given, "name": name, "flavorName": spec.get("flavor", ""), **_parts(spec)}
    )


def update(spec: Mapping[str, Any]) -> NodePoolUpdate:
    """Without flavor and antiAffinity, which nobody can change."""
    given = {key: value for key, value in spec.items() if key in PLAIN}
    return NodePoolUpdate.model_validate({**given, **_parts(spec)})


PLAIN = ("desiredNodes", "minNodes", "maxNodes", "autoscale", "monthlyBilled", "antiAffinity")


def _parts(spec: Mapping[str, Any]) -> Object:
    parts: Object = {}
    if spec.get("autoscaling"):
        parts["autoscaling"] = AutoscalingChange.model_validate(spec["autoscaling"])
    if spec.get("template"):
        parts["template"] = template_from(spec["template"])
    return parts


def template_from(given: Mapping[str, Any]) -> Template:
    """The object may leave parts out that the API wants."""
    metadata, spec = given.get("metadata") or {}, given.get("spec") or {}
    return Template.model_validate(
        {
            "metadata": {
                "labels": metadata.get("labels") or {},
                "annotations": metadata.get("annotations") or {},
                "finalizers": metadata.get("finalizers") or [],
            },
            "spec": {
                "unschedulable": bool(spec.get("unschedulable")),
                "taints": [{"value": "", **taint} for taint in spec.get("taints") or []],
            },
        }
    )
