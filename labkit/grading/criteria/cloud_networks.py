"""Lists of networks, such as ipRestrictions, compared as sets of networks."""

from collections.abc import Iterable

from labkit.grading.criteria.ranges import Network, network_of


def networks(texts: Iterable[object]) -> frozenset[Network]:
    """10.0.0.7 is 10.0.0.7/32, host bits do not count, and order does not either."""
    return frozenset(found for text in texts if (found := network_of(str(text))))


def missing(have: Iterable[object], wanted: Iterable[object]) -> list[str]:
    return sorted(map(str, networks(wanted) - networks(have)))


def beyond(have: Iterable[object], wanted: Iterable[object]) -> list[str]:
    """Those that nobody asked for."""
    return sorted(map(str, networks(have) - networks(wanted)))


def wider_than(have: Iterable[object], prefix: int) -> list[str]:
    """IPv4 networks with more addresses than a /prefix has."""
    found = (one for one in networks(have) if one.version == 4)
    return sorted(str(one) for one in found if one.prefixlen < prefix)
