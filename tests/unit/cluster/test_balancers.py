from typing import Any

from labkit.cluster.local.balancers import Assignment, assignments, held, released

POOL = ["198.18.7.130", "198.18.7.131", "198.18.7.132"]
FIRST, SECOND, THIRD = POOL


def service(
    name: str, *addresses: str, kind: str = "LoadBalancer", leaving: bool = False
) -> dict[str, Any]:
    """One of namespace web that shows these addresses."""
    metadata: dict[str, Any] = {"namespace": "web", "name": name}
    if leaving:
        metadata["deletionTimestamp"] = "2026-01-01T09:00:00Z"
    ingress = [{"ip": address} for address in addresses]
    status = {"loadBalancer": {"ingress": ingress} if ingress else {}}
    return {"metadata": metadata, "spec": {"type": kind}, "status": status}


def given(*services: dict[str, Any]) -> dict[str, str]:
    return {each.service[1]: each.address for each in assignments(services, POOL)}


def test_each_service_that_waits_gets_the_next_free_address() -> None:
    assert given(service("a"), service("b", FIRST), service("c")) == {"a": SECOND, "c": THIRD}


def test_service_that_has_an_address_keeps_it_and_gets_no_second() -> None:
    assert given(service("a", THIRD), service("b", FIRST)) == {}
    assert held([service("a", THIRD)], POOL) == {("web", "a"): THIRD}


def test_same_name_in_two_namespaces_is_two_services() -> None:
    other = service("a")
    other["metadata"]["namespace"] = "shop"
    assert assignments([service("a"), other], POOL) == [
        Assignment(("web", "a"), FIRST),
        Assignment(("shop", "a"), SECOND),
    ]


def test_of_two_that_claim_one_address_the_second_gets_another() -> None:
    services = [service("a", FIRST), service("b", FIRST)]
    assert held(services, POOL) == {("web", "a"): FIRST}
    assert given(*services) == {"b": SECOND}


def test_address_that_somebody_shows_beside_their_own_is_given_to_nobody() -> None:
    services = [service("a", FIRST, SECOND), service("b")]
    assert given(*services) == {"b": THIRD}
    assert held(services, POOL) == {("web", "a"): FIRST}


def test_when_all_are_taken_the_last_waits() -> None:
    services = [service(name) for name in "abcd"]
    assert given(*services) == {"a": FIRST, "b": SECOND, "c": THIRD}
    full = [service(name, address) for name, address in zip("abc", POOL, strict=True)]
    assert given(*full, service("d")) == {}
    assert given(*full[1:], service("d")) == {"d": FIRST}


def test_only_services_of_the_type_get_an_address() -> None:
    headless = {"metadata": {"namespace": "web", "name": "h"}, "spec": {}}
    assert given(service("a", kind="ClusterIP"), service("b", kind="NodePort"), headless) == {}


def test_service_that_changed_its_type_gives_its_address_back() -> None:
    changed = service("a", FIRST, kind="ClusterIP")
    assert released([changed, service("b", SECOND)], POOL) == [("web", "a")]
    assert held([changed], POOL) == {}
    assert released([service("a", kind="ClusterIP")], POOL) == []


def test_address_goes_to_the_next_only_after_its_last_owner_stopped_showing_it() -> None:
    changed = service("a", FIRST, kind="ClusterIP")
    assert given(changed, service("b")) == {"b": SECOND}
    assert given(service("a", kind="ClusterIP"), service("b")) == {"b": FIRST}


def test_service_that_is_being_deleted_gets_nothing_and_is_not_written_to() -> None:
    assert given(service("a", leaving=True)) == {}
    assert released([service("a", FIRST, leaving=True)], POOL) == []
    assert held([service("a", FIRST, leaving=True)], POOL) == {}


def test_addresses_of_somebody_else_are_left_alone() -> None:
    foreign = service("a", "203.0.113.7")
    assert held([foreign], POOL) == {}
    assert released([service("a", "203.0.113.7", kind="ClusterIP")], POOL) == []


def test_service_that_names_a_host_is_read_too() -> None:
    named = service("a")
    named["status"]["loadBalancer"] = {"ingress": [{"hostname": "lab.example"}, {"ip": SECOND}]}
    assert held([named], POOL) == {("web", "a"): SECOND}


def test_service_of_another_balancers_class_is_that_ones_affair() -> None:
    classed = service("a")
    classed["spec"]["loadBalancerClass"] = "example.com/internal"
    assert given(classed) == {}
