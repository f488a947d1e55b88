"""What only a Pod that really runs can show: its page, its log, and its going."""

import pytest

from labkit.cluster.engine import Capability
from labkit.kube.conditions import deployment_available, is_gone
from labkit.kube.reader import Reader
from labkit.kube.resources import ObjectReference, Selection
from labkit.kube.waiting import wait_for, wait_for_all
from labkit.kube.writer import Writer
from tests.support.own_cluster import hello_deployment
from tests.support.shared_cluster import SharedCluster

pytestmark = pytest.mark.cluster
START_SECONDS = 60  # of a machine that does much else; alone it takes two


@pytest.fixture(autouse=True)
def _real_pods(cluster: SharedCluster) -> None:
    if Capability.REAL_PODS not in cluster.engine.capabilities:
        pytest.skip("this engine has no real-pods")


def test_deployment_comes_up_answers_logs_and_goes(
    reader: Reader, writer: Writer, namespace: str
) -> None:
    writer.apply(hello_deployment(terminationGracePeriodSeconds=1), namespace=namespace)
    service = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "hello"}}
    ports = [{"name": "http", "port": 80, "targetPort": 8080}]
    spec = {"selector": {"app": "hello"}, "ports": ports}
    writer.apply({**service, "spec": spec}, namespace=namespace)
    what = ObjectReference("Deployment", "hello", namespace)
    wait_for(reader, what, deployment_available, limit_seconds=START_SECONDS)
    (pod,) = reader.list("Pod", namespace=namespace, labels="app=hello")
    name = pod["metadata"]["name"]
    wait_for_all(
        reader,
        Selection("EndpointSlice", namespace, "kubernetes.io/service-name=hello"),
        lambda slices: any(found.get("endpoints") for found in slices),
        limit_seconds=START_SECONDS,
    )
    assert reader.through_service(namespace, "hello", "http").status == 200
    assert reader.through_pod(namespace, name, 8080, "/no/such/page").status == 404
    assert reader.log(name, namespace, "hello", tail=5) != ""
    writer.delete("Deployment", "hello", namespace)
    gone = ObjectReference("Pod", name, namespace)
    assert wait_for(reader, gone, is_gone, limit_seconds=START_SECONDS) is True
