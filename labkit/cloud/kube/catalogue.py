"""What is on offer: versions, regions, flavors, limits.

From OVHcloud's API description of April 2026 and its documentation; flavors' sizes are those that
`cluster.flavors` shows on this machine.
"""

from typing import Literal

from labkit.cluster.flavors import FLAVORS, Flavor
from labkit.cluster.versions import newest, patch_of
from labkit.toolchain.programs import kubernetes_minors

Version = Literal["1.31", "1.32", "1.33", "1.34"]
RUNNABLE = tuple(kubernetes_minors())
"""Minors of which this lab has programs; the API's enum names more."""
NEWEST = newest()

REGIONS = {
    "GRA5": 1, "GRA7": 1, "GRA9": 1, "GRA11": 1, "SBG5": 1, "BHS5": 1, "DE1": 1, "UK1": 1,
    "WAW1": 1, "SGP1": 1, "SYD1": 1, "EU-WEST-PAR": 3, "EU-SOUTH-MIL": 3,
}  # fmt: skip
"""Region to its number of availability zones."""

NODES_PER_CLUSTER = {"free": 100, "standard": 500}
NODES_PER_POOL = 100
NODES_PER_POOL_APART = 5
"""With antiAffinity."""
ETCD_QUOTA_BYTES = {"free": 400_000_000, "standard": 8_000_000_000}


def zones(region: str) -> tuple[str, ...]:
    """Of a region with several; none for the others."""
    count = REGIONS.get(region, 1)
    return tuple(f"{region.lower()}-{letter}" for letter in "abc"[:count]) if count > 1 else ()


def offered(flavor: str) -> Flavor | None:
    return FLAVORS.get(flavor)


def upgrades(version: str) -> tuple[str, ...]:
    """Minors that a cluster of this version may go to: the next one."""
    later = [one for one in RUNNABLE if number(one) == number(version) + 1]
    return tuple(later)


def complete(minor: str) -> str:
    """As OVHcloud writes a version: the patch, and a build of its own."""
    return f"{patch_of(minor).removeprefix('v')}-1"


def minor(version: str) -> str:
    return ".".join(version.split(".")[:2])


def number(version: str) -> int:
    """Of its minor."""
    return int(version.split(".")[1])
