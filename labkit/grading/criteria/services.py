"""Services: what they select, where they are reached, and to which port they send visitors."""

from collections.abc import Mapping, Sequence
from typing import Any

from labkit.foundation.text import say
from labkit.grading.criteria.objects import (
    as_selector,
    evidence,
    labelled,
    labels_of,
    name_of,
    names_of,
)
from labkit.grading.criteria.workloads import deployments_with
from labkit.grading.snapshot import Object, Snapshot
from labkit.grading.verdict import Finding, not_started, not_yet, passed

OUTSIDE = "LoadBalancer"


def service_selects(service: Object, labels: Mapping[str, str]) -> bool:
    """A Service without a selector selects nothing by itself."""
    selector = service["spec"].get("selector") or {}
    return bool(selector) and all(labels.get(key) == value for key, value in selector.items())


def pods_behind(service: Object, pods: Sequence[Object]) -> list[Object]:
    return [pod for pod in pods if service_selects(service, labels_of(pod))]


def is_outside(service: Object) -> bool:
    return str(service["spec"].get("type")) == OUTSIDE


def outside_addresses(service: Object) -> list[str]:
    """Addresses or names that a load balancer gave it; none while it waits for one."""
    return given_addresses(service) if is_outside(service) else []


def given_addresses(found: Object) -> list[str]:
    """What the status of a Service or an Ingress says."""
    given = ((found.get("status") or {}).get("loadBalancer") or {}).get("ingress") or ()
    return [item.get("ip") or item["hostname"] for item in given]


def inside_addresses(services: Sequence[Object]) -> list[str]:
    """ClusterIPs, of both families where there are two; a headless Service has "None"."""
    return [ip for service in services for ip in service["spec"].get("clusterIPs") or ()]


def port_of(service: Object, number: int) -> Mapping[str, Any] | None:
    """The Service's port of that number."""
    return next(
        (port for port in service["spec"].get("ports") or () if port["port"] == number), None
    )


def sends_to(port: Mapping[str, Any], pod: Object) -> int | None:
    """The number of the Pod's port behind a Service's port; None where no container names it."""
    target = port.get("targetPort", port["port"])
    if isinstance(target, int):
        return target
    return next((item["containerPort"] for item in _ports(pod) if item.get("name") == target), None)


def declared_ports(pod: Object) -> list[int]:
    """What its containers say they listen on; saying so is optional."""
    return [item["containerPort"] for item in _ports(pod)]


def services_for(snapshot: Snapshot, labels: Mapping[str, str]) -> list[Object]:
    """Services that select the Pods, or the Pod templates, with these labels."""
    carriers = [
        *labelled(snapshot.objects("Pod"), labels),
        *(item["spec"]["template"] for item in deployments_with(snapshot, labels)),
    ]
    return [
        service
        for service in snapshot.objects("Service")
        if any(service_selects(service, labels_of(carrier)) for carrier in carriers)
    ]


def has_outside_address(snapshot: Snapshot, labels: Mapping[str, str]) -> Finding:
    """A Service of type LoadBalancer selects the Pods with these labels and has an address."""
    services = snapshot.objects("Service")
    fitting = services_for(snapshot, labels)
    outside = [service for service in fitting if is_outside(service)]
    for service in outside:
        if outside_addresses(service):
            return _has_address(service)
    if outside:
        return _waits(outside[0])
    if fitting:
        return _inside_only(fitting)
    return _selects_others(services, labels) if services else _no_service(labels)


def _has_address(service: Object) -> Finding:
    address = outside_addresses(service)[0]
    return passed(
        say("Service {name} is reached at {address}.", name=name_of(service), address=address),
        evidence=evidence(service),
    )


def _waits(service: Object) -> Finding:
    return not_yet(
        "service.address_pending",
        seen=say("Service {name} waits for its outer address.", name=name_of(service)),
        expected=say("It has one in status.loadBalancer.ingress."),
        why=say("A controller of the cluster gives it; that takes a moment."),
        next_step=say("Watch with `kubectl get service {name} --watch`.", name=name_of(service)),
        evidence=evidence(service),
        settling=True,
    )


def _inside_only(services: Sequence[Object]) -> Finding:
    kind = services[0]["spec"].get("type", "ClusterIP")
    return not_yet(
        "service.inside_only",
        seen=say("Service {name} is of type {kind}.", name=names_of(services), kind=kind),
        expected=say("A Service of type LoadBalancer selects these Pods."),
        why=say("An address of type {kind} is not one that the street can call.", kind=kind),
        next_step=say("Change spec.type of the Service, or create one of that type."),
        evidence=evidence(*services),
    )


def _selects_others(services: Sequence[Object], labels: Mapping[str, str]) -> Finding:
    seen = [f"{name_of(item)} ({_selector(item)})" for item in services]
    return not_yet(
        "service.selects_others",
        seen=say("Services and their selectors: {services}.", services=", ".join(seen)),
        expected=say("The selector fits Pods with the label {label}.", label=as_selector(labels)),
        why=say("A Service sends visitors to the Pods that its selector fits, and to no others."),
        next_step=say("Compare the selector with `kubectl get pods --show-labels`."),
        evidence=evidence(*services),
    )


def _no_service(labels: Mapping[str, str]) -> Finding:
    return not_started(
        "service.missing",
        seen=say("No Service selects Pods with the label {label}.", label=as_selector(labels)),
        next_step=say("Create a Service whose selector fits these Pods; think about its type."),
    )


def _selector(service: Object) -> str:
    return as_selector(service["spec"].get("selector") or {}) or say("none")


def _ports(pod: Object) -> list[Mapping[str, Any]]:
    return [port for box in pod["spec"].get("containers", ()) for port in box.get("ports") or ()]
