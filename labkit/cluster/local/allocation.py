"""Which /24 a cluster has: one record a machine, in a file that its callers lock."""

import contextlib
import json
from ipaddress import IPv4Network
from pathlib import Path

from labkit.cluster.lab_range import LAB_RANGE
from labkit.cluster.local.network import NETWORKS, Network
from labkit.foundation.errors import LabError
from labkit.foundation.files import write_atomically
from labkit.foundation.text import say


def allocate(record: Path, cluster: str, routes: str) -> Network:
    """The cluster's network, the same each time; the caller holds the machine's lock.

    `routes` is what `ip route` prints: a number that something else routes is passed over. Of a
    VPN that routes half of the range or all of it, the other half is taken, or what it leaves.
    """
    taken = read_allocations(record)
    if cluster not in taken:
        foreign = _named_in(routes)
        free = [number for number in range(1, NETWORKS) if number not in taken.values()]
        unused = [number for number in free if not _is_within(foreign, number)]
        if not unused:
            raise LabError(
                say(
                    "All {count} networks of {range} are taken.",
                    count=NETWORKS - 1,
                    range=LAB_RANGE,
                ),
                say("Run `labkit status --all` and take a cluster down."),
            )
        clear = (number for number in unused if not _touches(foreign, number))
        taken[cluster] = next(clear, unused[0])
        write_atomically(record, json.dumps(taken, indent=2) + "\n")
    return Network(cluster, taken[cluster])


def _named_in(routes: str) -> list[IPv4Network]:
    """Targets and gateways of ours; a whole internet's worth says nothing about this range."""
    found = []
    for word in routes.split():
        with contextlib.suppress(ValueError):
            named = IPv4Network(word, strict=False)
            if named.subnet_of(LAB_RANGE):
                found.append(named)
    return found


def _is_within(foreign: list[IPv4Network], number: int) -> bool:
    own = IPv4Network(Network("", number).range)
    return any(network.subnet_of(own) for network in foreign)


def _touches(foreign: list[IPv4Network], number: int) -> bool:
    own = IPv4Network(Network("", number).range)
    return any(network.overlaps(own) for network in foreign)


def release(record: Path, cluster: str) -> None:
    """Forget the cluster's network; the caller holds the machine's lock."""
    taken = read_allocations(record)
    if taken.pop(cluster, None) is not None:
        write_atomically(record, json.dumps(taken, indent=2) + "\n")


def read_allocations(record: Path) -> dict[str, int]:
    if not record.exists():
        return {}
    return {str(name): int(number) for name, number in json.loads(record.read_text()).items()}
