"""Keeps the NodePool objects of a cluster and the pools of the API in step, both ways."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from labkit.cloud.answers import Refused
from labkit.cloud.cloud import Cloud
from labkit.cloud.kube.models import Cluster
from labkit.cloud.nodepool import objects
from labkit.cloud.nodepool.changing import (
    create_pool,
    delete_pool,
    nodes_of,
    pools_of,
    update_pool,
)
from labkit.cloud.nodepool.models import NodePool
from labkit.cloud.nodepool.state import shown
from labkit.foundation.text import say
from labkit.foundation.waiting import Clock, wait_until
from labkit.kube.errors import AlreadyExists, ObjectNotFound
from labkit.kube.reader import Reader
from labkit.kube.writer import Writer

SERVED_SECONDS = 20
CRD = Path(__file__).parents[1] / "nodepool" / "crd.yaml"
Object = dict[str, Any]


@dataclass(frozen=True, slots=True)
class View:
    """One cluster, seen from both sides."""

    cloud: Cloud
    cluster: Cluster
    reader: Reader
    writer: Writer


def install_definition(writer: Writer, clock: Clock) -> None:
    """The API server serves a new kind a moment after it has been told of it."""
    writer.apply(yaml.safe_load(CRD.read_text(encoding="utf-8")))
    wait_until(
        lambda: writer.kinds.serves("NodePool", objects.API_VERSION),
        say("kind NodePool to be served"),
        limit_seconds=SERVED_SECONDS,
        clock=clock,
    )


def synchronize(view: View) -> None:
    """One look at both sides. Raises KubeError where the cluster does not answer."""
    found = {item["metadata"]["name"]: item for item in view.reader.list("NodePool")}
    for pool in pools_of(view.cloud, view.cluster):
        _settle_pool(view, pool, found.pop(pool.name, None))
    for item in found.values():
        _settle_stranger(view, item)


def _settle_pool(view: View, pool: NodePool, item: Object | None) -> None:
    if item is None:
        _settle_missing(view, pool)
    elif pool.deleting:
        if not item["metadata"].get("deletionTimestamp"):
            view.writer.delete("NodePool", pool.name)
    else:
        current = _agreed(view, pool, item)
        _show_status(view, current, item)


def _settle_missing(view: View, pool: NodePool) -> None:
    """Deleted by somebody in the cluster, if it was there before; else it is new."""
    if pool.deleting:
        return
    if pool.object_seen:
        delete_pool(view.cloud, view.cluster, pool)
        return
    try:
        view.writer.create(objects.object_of(pool))
    except AlreadyExists:
        return
    _remember(view, pool)


def _agreed(view: View, pool: NodePool, item: Object) -> NodePool:
    """The pool after whichever side changed has been followed."""
    spec = item["spec"]
    if objects.same(spec, pool):
        return _remember(view, pool)
    api_changed = pool.object_synced != objects.written(objects.spec_of(pool))
    if pool.object_seen and not api_changed:
        pool = _follow_object(view, pool, spec)
    view.writer.patch("NodePool", pool.name, {"spec": objects.spec_of(pool)})
    return _remember(view, pool)


def _follow_object(view: View, pool: NodePool, spec: Object) -> NodePool:
    """What the API would refuse is put back as it was."""
    try:
        return update_pool(view.cloud, view.cluster, pool, objects.update(spec))
    except (Refused, ValidationError):
        return pool


def _settle_stranger(view: View, item: Object) -> None:
    """An object of a pool that is gone goes too; one that a person made becomes a pool."""
    name = item["metadata"]["name"]
    if item["metadata"].get("deletionTimestamp"):
        return
    if objects.ID in (item["metadata"].get("annotations") or {}):
        view.writer.delete("NodePool", name)
        return
    try:
        pool = create_pool(view.cloud, view.cluster, objects.creation(name, item["spec"]))
    except Refused as refused:
        _refuse(view, item, refused.error.message)
        return
    except ValidationError as problem:
        _refuse(view, item, problem.errors(include_url=False)[0]["msg"])
        return
    body = {"metadata": {"annotations": {objects.ID: pool.id}}, "spec": objects.spec_of(pool)}
    view.writer.patch("NodePool", name, body)
    _remember(view, pool)


def _refuse(view: View, item: Object, message: str) -> None:
    condition = {"type": "Accepted", "status": "False", "reason": "Refused", "message": message}
    if (item.get("status") or {}).get("conditions") != [condition]:
        body = {"status": {"conditions": [condition]}}
        view.writer.patch("NodePool", item["metadata"]["name"], body, subresource="status")


def _remember(view: View, pool: NodePool) -> NodePool:
    """What both sides agreed on, on top of whatever a call changed in the meantime."""
    agreed = objects.written(objects.spec_of(pool))
    if pool.object_seen and pool.object_synced == agreed:
        return pool
    with view.cloud.store.changing():
        kept = view.cloud.store.get(NodePool, pool.id)
        if kept is None:
            return pool
        later: NodePool = kept.but(object_seen=True, object_synced=agreed)
        view.cloud.store.put(later)
        return later


def _show_status(view: View, pool: NodePool, item: Object) -> None:
    nodes = nodes_of(view.cloud, pool)
    answer = shown(pool, nodes, view.cluster.version)
    condition = {"type": "Accepted", "status": "True", "reason": answer.status, "message": ""}
    status = objects.status_of(answer, item["metadata"].get("generation", 1), [condition])
    if item.get("status") != status:
        try:
            view.writer.patch("NodePool", pool.name, {"status": status}, subresource="status")
        except ObjectNotFound:
            return
