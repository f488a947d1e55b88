"""What the doctor says of a real cluster: while it runs, when it is stopped, after it is gone."""

import json
from typing import Any

import pytest

from tests.support.own_cluster import OwnCluster
from tests.support.waiting import eventually

pytestmark = pytest.mark.cluster


def asked(cluster: OwnCluster, *words: str) -> tuple[int, dict[str, Any]]:
    done = cluster.labkit("doctor", "--json", *words, may_fail=True)
    return done.status, json.loads(done.output)


def blockers(report: dict[str, Any]) -> list[dict[str, str]]:
    findings = [*report["machine"], *report["cluster"]]
    return [each for each in findings if each["level"] == "blocking"]


def by_id(report: dict[str, Any]) -> dict[str, dict[str, str]]:
    return {each["id"]: each for each in report["cluster"]}


def probe_namespaces(cluster: OwnCluster) -> list[str]:
    with cluster.reader() as reader:
        names = [each["metadata"]["name"] for each in reader.list("Namespace")]
    return [name for name in names if name.startswith("labkit-probe-")]


def test_doctor_tells_running_stopped_and_gone_apart(own_cluster: OwnCluster) -> None:
    own_cluster.labkit("up")
    status, report = asked(own_cluster)
    assert (status, blockers(report)) == (0, [])
    seen = by_id(report)
    assert {
        name: seen[name]["level"] for name in ("kubeconfig", "api", "certificate", "nodes")
    } == {
        "kubeconfig": "ok",
        "api": "ok",
        "certificate": "ok",
        "nodes": "ok",
    }
    own_cluster.kubeconfig.chmod(0o644)
    assert by_id(asked(own_cluster)[1])["kubeconfig-mode"]["level"] == "warning"
    own_cluster.labkit("stop")
    status, report = asked(own_cluster)
    assert status == 1
    assert [each["fix"] for each in blockers(report)] == [f"labkit up --name {own_cluster.name}"]
    own_cluster.labkit("down")
    status, report = asked(own_cluster)
    assert status == 0
    assert own_cluster.name not in json.dumps(report["machine"])


def test_probe_tries_a_real_pod_and_leaves_nothing(own_cluster: OwnCluster) -> None:
    own_cluster.labkit("up")
    _, report = asked(own_cluster, "--probe")
    assert {"real-pods", "cluster-scope"} <= set(report["offers"])
    assert not {"multi-node", "storage"} & set(report["offers"])
    eventually(lambda: probe_namespaces(own_cluster) == [], "the probe's namespace to be gone")
