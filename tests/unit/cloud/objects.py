"""Clusters, pools and nodes with only what a claim is about."""

from datetime import timedelta
from typing import Any

from labkit.cloud.kube.models import Cluster
from labkit.cloud.node.models import Node
from labkit.cloud.nodepool.models import NodePool
from tests.support.clock import BEGINNING

VERSION = "1.33.1-2"


def a_node(number: int, **given: Any) -> Node:
    """The higher its number, the newer."""
    made = BEGINNING + timedelta(minutes=number)
    values = {
        "id": f"node-{number}",
        "parent": "pool",
        "cluster": "cluster",
        "project": "project",
        "name": f"a-node-{number:06x}",
        "flavor": "b3-8",
        "instance_id": f"instance-{number}",
        "status": "READY",
        "version": VERSION,
        "created_at": made,
        "updated_at": made,
    }
    return Node.model_validate(values | given)


def a_pool(**given: Any) -> NodePool:
    values = {
        "id": "pool",
        "parent": "cluster",
        "project": "project",
        "name": "a",
        "flavor": "b3-8",
        "installed": True,
        "created_at": BEGINNING,
        "updated_at": BEGINNING,
    }
    return NodePool.model_validate(values | given)


def a_cluster(**given: Any) -> Cluster:
    values = {
        "id": "cluster",
        "parent": "project",
        "name": "demo",
        "region": "GRA7",
        "version": VERSION,
        "hostname": "abc123.c1.gra7.k8s.ovh.net",
        "engine_name": "cloud-1",
        "created_at": BEGINNING,
        "updated_at": BEGINNING,
        "applied": 1,
    }
    return Cluster.model_validate(values | given)
