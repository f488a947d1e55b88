"""What can be listed and deleted is found in whatever an API server serves."""

from typing import Any

import pytest

from labkit.kube.reader import Reader
from labkit.kube.resources import Resource
from labkit.kube.served import deletable
from tests.support.api_server import ApiServer, said

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])


def served(kind: str, *verbs: str, scope: str = "Namespaced") -> dict[str, Any]:
    resource = f"{kind.lower()}s"
    return {
        "resource": resource,
        "responseKind": {"kind": kind},
        "scope": scope,
        "verbs": list(verbs),
    }


def group(name: str, **versions: list[dict[str, Any]]) -> dict[str, Any]:
    listed = [{"version": version, "resources": found} for version, found in versions.items()]
    return {"metadata": {"name": name} if name else {}, "versions": listed}


def scripted(server: ApiServer) -> None:
    core = group(
        "",
        v1=[
            served("Pod", "list", "delete", "watch"),
            served("Binding", "create"),
            served("Node", "list", "delete", scope="Cluster"),
        ],
    )
    two = group(
        "lab.example",
        v2=[served("Widget", "list", "delete")],
        v1=[served("Widget", "list", "delete")],
    )
    stale = {"metadata": {"name": "metrics.k8s.io"}, "versions": [{"version": "v1beta1"}]}
    server.answers("/api", said({"items": [core]}))
    server.answers("/apis", said({"items": [two, stale]}))


def test_each_kind_comes_once_in_its_preferred_version() -> None:
    with ApiServer() as server, Reader(server.access()) as reader:
        scripted(server)
        assert deletable(reader.connection) == (
            Resource("Pod", "v1", "pods", namespaced=True),
            Resource("Widget", "lab.example/v2", "widgets", namespaced=True),
        )


def test_kinds_of_the_whole_cluster_are_asked_for_apart() -> None:
    with ApiServer() as server, Reader(server.access()) as reader:
        scripted(server)
        found = deletable(reader.connection, namespaced=False)
        assert found == (Resource("Node", "v1", "nodes", namespaced=False),)
