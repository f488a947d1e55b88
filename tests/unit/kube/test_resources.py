"""Where kinds are in the API, and how sentences name objects."""

import pytest

from labkit.kube.resources import ObjectReference, Resource, Selection, built_in, reference


@pytest.mark.parametrize(
    ("kind", "path"),
    [
        ("Pod", "/api/v1/namespaces/ns/pods"),
        ("Endpoints", "/api/v1/namespaces/ns/endpoints"),
        ("Node", "/api/v1/nodes"),
        ("NetworkPolicy", "/apis/networking.k8s.io/v1/namespaces/ns/networkpolicies"),
        ("Ingress", "/apis/networking.k8s.io/v1/namespaces/ns/ingresses"),
        ("IngressClass", "/apis/networking.k8s.io/v1/ingressclasses"),
        ("CSIStorageCapacity", "/apis/storage.k8s.io/v1/namespaces/ns/csistoragecapacities"),
        ("HorizontalPodAutoscaler", "/apis/autoscaling/v2/namespaces/ns/horizontalpodautoscalers"),
        ("NodeMetrics", "/apis/metrics.k8s.io/v1beta1/nodes"),
        ("PodMetrics", "/apis/metrics.k8s.io/v1beta1/namespaces/ns/pods"),
    ],
    ids=lambda value: str(value).rpartition("/")[2],
)
def test_built_in_kind_has_its_place(kind: str, path: str) -> None:
    found = built_in(kind)
    assert found is not None
    assert found.path("ns") == path


def test_version_decides_where_a_kind_has_two() -> None:
    assert built_in("Event") == Resource("Event", "v1", "events", namespaced=True)
    newer = built_in("Event", "events.k8s.io/v1")
    assert newer == Resource("Event", "events.k8s.io/v1", "events", namespaced=True)


def test_kind_of_another_version_is_not_built_in() -> None:
    assert built_in("Deployment", "extensions/v1beta1") is None


def test_all_namespaces_have_a_path_of_their_own() -> None:
    found = built_in("Pod")
    assert found is not None
    assert (found.path(), found.path("ns", "a", "log")) == (
        "/api/v1/pods",
        "/api/v1/namespaces/ns/pods/a/log",
    )


def test_objects_and_lists_are_named_in_words() -> None:
    assert str(ObjectReference("Deployment", "web", "ns")) == "Deployment web in namespace ns"
    assert str(ObjectReference("Node", "n1")) == "Node n1"
    assert str(Selection("Pod", "ns")) == "List of Pod in namespace ns"
    assert str(Selection("Node")) == "List of Node"


def test_reference_is_read_from_an_object_also_when_it_lacks_everything() -> None:
    metadata = {"name": "a", "namespace": "ns"}
    assert reference({"kind": "Pod", "metadata": metadata}) == ObjectReference("Pod", "a", "ns")
    assert reference({}) == ObjectReference("", "")
