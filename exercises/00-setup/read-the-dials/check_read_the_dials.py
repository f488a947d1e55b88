"""Four figures that an attendee read from the cluster, compared with what the cluster says now."""

from labkit.grading.criteria.figures import (
    says_allocatable_cpu,
    says_dns_address,
    says_server_minor,
    says_usable_nodes,
)
from labkit.grading.snapshot import Snapshot
from labkit.grading.verdict import Finding


def server_minor(snapshot: Snapshot) -> Finding:
    return says_server_minor(snapshot, "server_minor")


def usable_nodes(snapshot: Snapshot) -> Finding:
    return says_usable_nodes(snapshot, "usable_nodes")


def allocatable_cpu(snapshot: Snapshot) -> Finding:
    return says_allocatable_cpu(snapshot, "allocatable_cpu", snapshot.drawn("node"))


def dns_address(snapshot: Snapshot) -> Finding:
    return says_dns_address(snapshot, "dns_address")
