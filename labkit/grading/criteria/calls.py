"""Whom a container calls: the web address in one of its variables, and which Service that means."""

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from labkit.grading.criteria.environments import environment
from labkit.grading.criteria.objects import name_of
from labkit.grading.snapshot import Object, Snapshot

MOST_ALIASES = 3  # Services that are only another name; more is a circle
SHORTEST_WHOLE_NAME = 4  # labels: service, namespace, svc, and a domain


@dataclass(frozen=True, slots=True)
class Place:
    """A Service as DNS knows it; it need not be there."""

    service: str
    namespace: str


def address_in(snapshot: Snapshot, container: Mapping[str, object], variable: str) -> str | None:
    """What the variable comes to; None where it is not set, or its value not known."""
    found = environment(container, snapshot.objects("ConfigMap")).get(variable)
    return found.value if found else None


def host_of(address: str) -> str:
    """The host in a web address, as it is written; empty where there is none."""
    try:
        return urlsplit(address.strip()).hostname or ""
    except ValueError:
        return ""


def is_number(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def meant_by(host: str, caller: str) -> Place | None:
    """The Service that a name means when a Pod of the namespace `caller` asks for it."""
    labels = host.lower().removesuffix(".").split(".")
    whole = host.endswith(".")
    if not all(labels) or (whole and len(labels) < SHORTEST_WHOLE_NAME):
        return None
    match labels:
        case [service]:
            return Place(service, caller)
        case [service, namespace] | [service, namespace, "svc", *_]:
            return Place(service, namespace)
        case _:
            return None


def service_at(snapshot: Snapshot, place: Place) -> Object | None:
    """In one of the exercise's namespaces."""
    suffixes = [key for key, name in snapshot.namespaces.items() if name == place.namespace]
    services = [one for suffix in suffixes for one in snapshot.objects("Service", suffix)]
    return next((one for one in services if name_of(one) == place.service), None)


def followed(snapshot: Snapshot, place: Place | None) -> Place | None:
    """Where the name leads in the end: a Service of type ExternalName is only another name."""
    for _ in range(MOST_ALIASES):
        service = service_at(snapshot, place) if place else None
        if place is None or service is None or service["spec"].get("type") != "ExternalName":
            return place
        alias = str(service["spec"].get("externalName") or "")
        place = meant_by(alias.removesuffix(".") + ".", place.namespace)
    return None
