"""Ranges of addresses and ports, compared by meaning."""

import ipaddress
from collections.abc import Mapping
from typing import Any

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def network_of(text: str) -> Network | None:
    """10.0.0.7/8 is 10.0.0.0/8; an address alone is a range of one. None for anything else."""
    try:
        return ipaddress.ip_network(text.strip(), strict=False)
    except ValueError:
        return None


def same_range(one: str, other: str) -> bool:
    left = network_of(one)
    return left is not None and left == network_of(other)


def within(address: str, text: str) -> bool:
    """Whether an address, or all of a range, is in a range."""
    inner, outer = network_of(address), network_of(text)
    if inner is None or outer is None or inner.version != outer.version:
        return False
    return inner.broadcast_address in outer and inner.network_address in outer


def port_number(pod_spec: Mapping[str, Any], port: int | str, protocol: str = "TCP") -> int | None:
    """A number, also as text, or the name of a container's port; None where nobody has it.

    An empty `protocol` means whichever the port is of.
    """
    if isinstance(port, int) or port.isdecimal():
        return int(port)
    boxes = (*(pod_spec.get("containers") or ()), *(pod_spec.get("initContainers") or ()))
    named = (
        int(item["containerPort"])
        for box in boxes
        for item in box.get("ports") or ()
        if item.get("name") == port and protocol in ("", item.get("protocol", "TCP"))
    )
    return next(named, None)
