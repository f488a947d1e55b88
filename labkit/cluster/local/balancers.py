"""Addresses for Services of type LoadBalancer: pure decisions about who has which."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Object = Mapping[str, Any]
Key = tuple[str, str]
"""Namespace and name."""


@dataclass(frozen=True, slots=True)
class Assignment:
    service: Key
    address: str


def key_of(service: Object) -> Key:
    return service["metadata"]["namespace"], service["metadata"]["name"]


def wants_address(service: Object) -> bool:
    """One that names a class leaves it to whoever serves that class."""
    spec = service["spec"]
    is_ours = spec.get("type") == "LoadBalancer" and not spec.get("loadBalancerClass")
    return is_ours and "deletionTimestamp" not in service["metadata"]


def addresses_of(service: Object) -> list[str]:
    ingress = service.get("status", {}).get("loadBalancer", {}).get("ingress") or []
    return [each["ip"] for each in ingress if "ip" in each]


def held(services: Iterable[Object], pool: Iterable[str]) -> dict[Key, str]:
    """Addresses of ours that Services have; of two that claim one, the first keeps it."""
    ours, have = set(pool), dict[Key, str]()
    for service in filter(wants_address, services):
        for address in addresses_of(service):
            if address in ours and address not in have.values():
                have.setdefault(key_of(service), address)
    return have


def assignments(services: Sequence[Object], pool: Sequence[str]) -> list[Assignment]:
    """What to give to whom now: one free address to each Service that waits for one.

    An address is free when nobody shows it, also nobody who no longer wants it.
    """
    have = held(services, pool)
    shown = {address for service in services for address in addresses_of(service)}
    free = [address for address in pool if address not in shown]
    waiting = [
        key_of(each) for each in services if wants_address(each) and key_of(each) not in have
    ]
    return [Assignment(*pair) for pair in zip(waiting, free, strict=False)]


def released(services: Sequence[Object], pool: Sequence[str]) -> list[Key]:
    """Services that no longer want an address but still show one."""
    ours = set(pool)
    return [
        key_of(each)
        for each in services
        if not wants_address(each)
        and "deletionTimestamp" not in each["metadata"]
        and ours & set(addresses_of(each))
    ]
