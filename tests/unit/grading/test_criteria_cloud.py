"""What criteria say of clusters, networks and keys of a cloud."""

from typing import Any

import pytest

from labkit.cloud.auth.rules import AccessRule
from labkit.cloud.auth.rules import grants as emulator_grants
from labkit.grading.criteria.cloud_clusters import (
    differing,
    nodes_of_pool,
    not_ready,
    pods_on,
)
from labkit.grading.criteria.cloud_networks import beyond, missing, networks, wider_than
from labkit.grading.criteria.cloud_rules import granted, grants, not_granted
from labkit.grading.verdict import State

PROJECT = "/cloud/project/p"


def test_a_pool_that_is_ready_needs_no_words() -> None:
    assert not_ready([{"name": "night", "status": "READY"}], "night", "pool") is None


@pytest.mark.parametrize(
    ("found", "message", "settling"),
    [
        ([], "cloud.no_pool", False),
        ([{"name": "day", "status": "READY"}], "cloud.no_pool", False),
        ([{"name": "night", "status": "READY"}] * 2, "cloud.many_pool", False),
        ([{"name": "night", "status": "UPSCALING"}], "cloud.pool_not_ready", True),
        ([{"name": "night", "status": "USER_QUOTA_ERROR"}], "cloud.pool_failed", False),
    ],
)
def test_what_is_not_ready_is_told_by_how(
    found: list[dict[str, str]],
    message: str,
    settling: bool,  # noqa: FBT001
) -> None:
    finding = not_ready(found, "night", "pool")
    assert finding
    assert (finding.message, finding.settling) == (message, settling)
    assert finding.next_step
    assert (finding.state is State.NOT_STARTED) == (message == "cloud.no_pool")


def test_who_exceeds_the_quota_is_told_of_the_quota() -> None:
    finding = not_ready([{"name": "n", "status": "USER_QUOTA_ERROR"}], "n", "pool")
    assert finding
    assert "quota" in finding.next_step


def test_fields_that_differ_are_named_with_both_values() -> None:
    assert differing({"maxNodes": 3, "minNodes": 1}, {"maxNodes": 2, "minNodes": 1}) == [
        "maxNodes is 3, not 2"
    ]


def test_nodes_belong_to_a_pool_by_its_label() -> None:
    ours = {"metadata": {"name": "night-node-1", "labels": {"nodepool": "night"}}}
    other = {"metadata": {"name": "default-node-1", "labels": {"nodepool": "default"}}}
    assert nodes_of_pool([ours, other, {"metadata": {"name": "x"}}], "night") == [ours]
    pods: list[dict[str, Any]] = [{"spec": {"nodeName": "night-node-1"}}, {"spec": {}}]
    assert pods_on(pods, [ours]) == pods[:1]


def test_networks_are_compared_by_meaning() -> None:
    assert networks(["10.0.0.7", "10.1.2.3/8"]) == networks(["10.0.0.0/8", "10.0.0.7/32"])
    assert missing(["10.0.0.0/8"], ["10.0.0.0/8", "192.0.2.1"]) == ["192.0.2.1/32"]
    assert beyond(["0.0.0.0/0", "192.0.2.1/32"], ["192.0.2.1"]) == ["0.0.0.0/0"]
    assert wider_than(["10.0.0.0/8", "10.1.0.0/16"], 16) == ["10.0.0.0/8"]


@pytest.mark.parametrize("pattern", ["/*", f"{PROJECT}/kube", f"{PROJECT}/kube/*", "/me*"])
@pytest.mark.parametrize("path", [f"{PROJECT}/kube", f"{PROJECT}/kube/a/nodepool", "/me", "/x"])
def test_rules_grant_what_the_cloud_itself_grants(pattern: str, path: str) -> None:
    rule = {"method": "GET", "path": pattern}
    assert grants([rule], "GET", path) == emulator_grants([AccessRule(**rule)], "GET", path)


def test_calls_are_sorted_by_what_a_key_may_do() -> None:
    rules = [{"method": "GET", "path": f"{PROJECT}/kube/*"}]
    calls = [f"GET {PROJECT}/kube", f"GET {PROJECT}/kube/a", f"DELETE {PROJECT}/kube/a"]
    assert granted(rules, calls) == [calls[1]]
    assert not_granted(rules, calls) == [calls[0], calls[2]]
