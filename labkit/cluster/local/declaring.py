"""A node's object before its kubelet: with all that a kubelet may not say of itself.

A kubelet that finds its Node there adds its status and leaves the rest, so a Node is never Ready
without its labels, annotations, taints and cordon.
"""

import contextlib
from typing import Any

from labkit.cluster.local.network import range_note
from labkit.cluster.local.node import Node, is_kubelets, labels_of
from labkit.cluster.local.site import Site
from labkit.cluster.node_record import taint_from
from labkit.kube.errors import AlreadyExists
from labkit.kube.kubeconfig import read_access
from labkit.kube.writer import Writer


def needs_declaring(node: Node) -> bool:
    """Whether its kubelet cannot say it all."""
    shape = node.shape
    foreign = not all(is_kubelets(label) for label, _ in shape.labels)
    return shape.cordoned or bool(shape.annotations) or foreign


def declare(site: Site, node: Node) -> None:
    """One that is there stays as it is."""
    access = read_access(site.paths.own_kubeconfig)
    with Writer(access) as writer, contextlib.suppress(AlreadyExists):
        writer.create(declaration(node))


def declaration(node: Node) -> dict[str, Any]:
    shape = node.shape
    spec: dict[str, Any] = {
        **range_note(node.index),
        "taints": [taint_from(text) for text in shape.taints],
    }
    if shape.provider_id:
        spec["providerID"] = shape.provider_id
    if shape.cordoned:
        spec["unschedulable"] = True
    metadata = {
        "name": node.name,
        "labels": {"kubernetes.io/hostname": node.name, **labels_of(node)},
        "annotations": dict(shape.annotations),
    }
    return {"apiVersion": "v1", "kind": "Node", "metadata": metadata, "spec": spec}
