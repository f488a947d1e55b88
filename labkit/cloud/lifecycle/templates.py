"""Brings a node of a cluster up to its pool's template: labels, annotations, taints, cordon."""

from pathlib import Path
from typing import Any

from labkit.cloud.lifecycle.wanted import KEPT, mark
from labkit.cloud.node.models import Node
from labkit.cloud.nodepool.models import NodePool, Template
from labkit.cluster.doors import managed_access
from labkit.kube.errors import ObjectNotFound
from labkit.kube.reader import Reader
from labkit.kube.writer import Writer


def retemplate(kubeconfig: Path, pool: NodePool, node: Node) -> None:
    """A node that is not there any more has nothing to follow."""
    access = managed_access(kubeconfig)
    with Reader(access) as reader, Writer(access) as writer:
        try:
            found = reader.get("Node", node.name)
        except ObjectNotFound:
            return
        writer.patch("Node", node.name, patch(found, pool.template))


def patch(found: dict[str, Any], template: Template) -> dict[str, Any]:
    """A merge patch. What users put on the node themselves stays."""
    metadata = found["metadata"]
    annotations = metadata.get("annotations") or {}
    before = _before(annotations.get(KEPT, ""))
    mine = template.metadata
    taints = [taint.shown() for taint in template.spec.taints]
    names = {f"{taint['key']}:{taint['effect']}" for taint in taints} | set(before["taints"])
    others = [
        taint
        for taint in (found.get("spec") or {}).get("taints") or []
        if f"{taint['key']}:{taint['effect']}" not in names
    ]
    return {
        "metadata": {
            "labels": dict.fromkeys(before["labels"]) | mine.labels,
            "annotations": dict.fromkeys(before["annotations"])
            | mine.annotations
            | {KEPT: mark(template)},
        },
        "spec": {
            "taints": others + taints,
            "unschedulable": template.spec.unschedulable or None,
        },
    }


def _before(text: str) -> dict[str, list[str]]:
    parts = [*text.split(";"), "", "", ""][:3]
    lists = [part.split(",") if part else [] for part in parts]
    return dict(zip(("labels", "annotations", "taints"), lists, strict=True))
