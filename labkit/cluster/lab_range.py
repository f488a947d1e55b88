"""Of which addresses every local cluster of a machine has a network of its own."""

from ipaddress import IPv4Network

LAB_RANGE = IPv4Network("198.18.0.0/15")
"""Set aside for benchmarks (RFC 2544): no office network uses it."""
