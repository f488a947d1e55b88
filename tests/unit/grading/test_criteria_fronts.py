from typing import Any

import pytest

from labkit.grading.criteria.fronts import Route, classless, leads_to, routes_of

HOST = "fair.example"


def path(where: str, kind: str, service: str) -> dict[str, Any]:
    return {"path": where, "pathType": kind, "backend": {"service": {"name": service}}}


def front(*paths: dict[str, Any], host: str = HOST, **spec: Any) -> dict[str, Any]:
    rules = [{"host": host, "http": {"paths": list(paths)}}]
    return {"kind": "Ingress", "metadata": {"name": "front"}, "spec": {"rules": rules, **spec}}


ALL = path("/", "Prefix", "halls")
WAYS = {
    ("Prefix", "/chain", "/chain"): "booking",
    ("Prefix", "/chain", "/chain/today"): "booking",
    ("Prefix", "/chain/", "/chain"): "booking",
    ("Prefix", "/chain", "/chains"): "halls",
    ("Exact", "/chain", "/chain"): "booking",
    ("Exact", "/chain", "/chain/"): "halls",
    ("Exact", "/chain", "/chain/today"): "halls",
    ("ImplementationSpecific", "/chain", "/chains"): "booking",
}


@pytest.mark.parametrize(("way", "service"), WAYS.items())
def test_path_is_led_as_kubernetes_means_it(way: tuple[str, str, str], service: str) -> None:
    kind, where, asked = way
    for paths in ([ALL, path(where, kind, "booking")], [path(where, kind, "booking"), ALL]):
        assert leads_to(routes_of([front(*paths)], HOST), asked) == service


def test_of_two_equal_paths_the_exact_one_wins() -> None:
    routes = [Route("/chain", "Prefix", "halls"), Route("/chain", "Exact", "booking")]
    assert leads_to(routes, "/chain") == "booking"


def test_rules_of_several_ingresses_add_up_and_those_of_other_hosts_do_not() -> None:
    there = [front(ALL), front(path("/chain", "Prefix", "maze"), host="other.example")]
    assert routes_of(there, HOST) == [Route("/", "Prefix", "halls")]
    assert leads_to([], "/chain") == ""


def kept(name: str, **annotations: str) -> dict[str, Any]:
    return {"kind": "IngressClass", "metadata": {"name": name, "annotations": annotations}}


OURS = kept("traefik", **{"ingressclass.kubernetes.io/is-default-class": "true"})
CLASSES = {
    "named and kept": (front(ALL, ingressClassName="traefik"), [OURS], False),
    "named and unknown": (front(ALL, ingressClassName="nginx"), [OURS], True),
    "not named, and there is a default": (front(ALL), [OURS], False),
    "not named, and there is none": (front(ALL), [kept("traefik")], True),
    "nobody keeps any": (front(ALL), [], True),
}


@pytest.mark.parametrize(("ingress", "classes", "lost"), CLASSES.values(), ids=CLASSES.keys())
def test_an_ingress_is_taken_on_by_the_controller_of_its_class(
    ingress: dict[str, Any], classes: list[dict[str, Any]], *, lost: bool
) -> None:
    assert classless(ingress, classes) is lost
