"""What an attendee can read of the autoscaler: a ConfigMap, as upstream's writes one. Pure."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import yaml

from labkit.cloud.autoscaling.deciding import Decision
from labkit.cloud.autoscaling.facts import Pool, World

NAME = "cluster-autoscaler-status"
NAMESPACE = "kube-system"


def groups(world: World, decision: Decision) -> list[dict[str, Any]]:
    """Of each pool, how it is."""
    return [_group(world, decision, pool) for pool in world.pools]


def status_map(content: list[dict[str, Any]], now: datetime) -> dict[str, Any]:
    words = {
        "time": now.strftime("%Y-%m-%d %H:%M:%S +0000 UTC"),
        "autoscalerStatus": "Running",
        "nodeGroups": content,
    }
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": NAME, "namespace": NAMESPACE},
        "data": {"status": yaml.safe_dump(words, sort_keys=False)},
    }


def _group(world: World, decision: Decision, pool: Pool) -> dict[str, Any]:
    there = [node for node in world.nodes if node.pool == pool.name]
    if not pool.autoscale:
        return {"name": pool.name, "autoscale": False, "registered": len(there)}
    grows = pool.id in decision.sizes or world.coming(pool) > 0
    return {
        "name": pool.name,
        "autoscale": True,
        "size": {"desired": pool.desired, "min": pool.low, "max": pool.high},
        "nodes": {"registered": len(there), "ready": sum(node.ready for node in there)},
        "scaleUp": "InProgress" if grows else "NoActivity",
        "scaleDown": _scale_down(decision, pool),
    }


def _scale_down(decision: Decision, pool: Pool) -> Sequence[dict[str, str]]:
    return [
        {
            "node": one.node.name,
            "requested": f"{one.used:.0%}",
            "why": one.stays or _since(decision, one.node.name),
        }
        for one in decision.verdicts
        if one.pool.id == pool.id
    ]


def _since(decision: Decision, node: str) -> str:
    begin = decision.memory.unneeded_since.get(node)
    return f"not needed since {begin:%H:%M:%S} UTC" if begin else "not needed"
