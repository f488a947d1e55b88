"""Of which addresses every local cluster of a machine has a network of its own."""

from ipaddress import IPv4Address, IPv4Network
from urllib.parse import urlsplit

LAB_RANGE = IPv4Network("198.18.0.0/15")
"""Set aside for benchmarks (RFC 2544): no office network uses it."""


def lab_address(server: str) -> IPv4Address | None:
    """An API server's address where the lab gave it; None for any other, and for a name."""
    try:
        address = IPv4Address(urlsplit(server).hostname or "")
    except ValueError:
        return None
    return address if address in LAB_RANGE else None
