"""Which nodes a Pod's own spec lets it run on."""

from typing import Any

import pytest

from labkit.grading.criteria.node_wishes import wishes_for

NODE = {"metadata": {"name": "night-node-1", "labels": {"shift": "night", "rank": "3"}}}


def affinity(*terms: dict[str, Any]) -> dict[str, Any]:
    required = {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": [*terms]}}
    return {"affinity": {"nodeAffinity": required}}


def rule(key: str, operator: str, *values: str) -> dict[str, Any]:
    return {"key": key, "operator": operator, "values": list(values)}


def labelled(*rules: dict[str, Any]) -> dict[str, Any]:
    return {"matchExpressions": list(rules)}


@pytest.mark.parametrize(
    ("spec", "fits"),
    [
        ({}, True),
        ({"tolerations": [{"operator": "Exists"}]}, True),
        ({"nodeSelector": {"shift": "night"}}, True),
        ({"nodeSelector": {"shift": "day"}}, False),
        (affinity(labelled(rule("shift", "In", "night"))), True),
        (affinity(labelled(rule("shift", "NotIn", "night"))), False),
        (affinity(labelled(rule("shift", "In", "night"), rule("rank", "Gt", "3"))), False),
        (affinity(labelled(rule("rank", "Gt", "2"))), True),
        (affinity(labelled(rule("rank", "Lt", "2"))), False),
        (affinity(labelled(rule("size", "Gt", "2"))), False),
        (affinity(labelled(rule("shift", "Gt", "2"))), False),
        (affinity(labelled(rule("size", "Exists")), labelled(rule("shift", "Exists"))), True),
        (affinity({"matchFields": [rule("metadata.name", "In", "night-node-1")]}), True),
        (affinity({"matchFields": [rule("metadata.name", "In", "other")]}), False),
        (affinity({}), False),
    ],
)
def test_a_pods_wish_is_for_nodes_or_not(spec: dict[str, Any], *, fits: bool) -> None:
    assert wishes_for({"spec": spec}, NODE) is fits
