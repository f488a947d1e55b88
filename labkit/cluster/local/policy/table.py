"""A node's policies as one nft table, and the text that replaces the one before at a stroke.

Sets hold (source, destination, protocol, port) as the first packet of a connection has them; its
replies are looked up mirrored. No packet passes because an earlier one did: what a new table does
not allow is cut in the middle.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address

from labkit.cluster.local.policy.ranges import Range, Rectangle, apart, joined
from labkit.cluster.local.policy.reachable import Direction, Grant, World
from labkit.cluster.local.policy.selecting import Pod

NAME = "inet policies"
NOTHING = f"table {NAME} {{}}\ndelete table {NAME}\n"
"""Atomic with what follows it in the same text; alone, it ends all policies of a node."""

SETS = {
    "peers": "ipv4_addr . ipv4_addr",
    "networks": "ipv4_addr . ipv4_addr; flags interval",
    "ports": "ipv4_addr . ipv4_addr . inet_proto . inet_service",
    "spans": "ipv4_addr . ipv4_addr . inet_proto . inet_service; flags interval",
}
"""The first of each pair is exact and fast; the second takes ranges."""

LOOK_UPS = """\
  chain {name} {{
    {ends} @{sets}_peers return
    {ends} . meta l4proto . th {port} @{sets}_ports return
    {ends} @{sets}_networks return
    {ends} . meta l4proto . th {port} @{sets}_spans return
    counter drop
  }}
"""
HOOK = """\
  chain replies {
    ip saddr @ingress_isolated jump ingress_replies
    ip daddr @egress_isolated jump egress_replies
    accept
  }
  chain forward {
    type filter hook forward priority filter - 5; policy accept;
    ct state related accept
    ct direction reply goto replies
    ip daddr @ingress_isolated jump ingress
    ip saddr @egress_isolated jump egress
  }
"""
THERE = {"ends": "ip saddr . ip daddr", "port": "dport"}
BACK = {"ends": "ip daddr . ip saddr", "port": "sport"}
CHAINS = "".join(
    LOOK_UPS.format(name=f"{sets}{suffix}", sets=sets, **way)
    for sets in ("ingress", "egress")
    for suffix, way in (("", THERE), ("_replies", BACK))
)


@dataclass(frozen=True, slots=True)
class Confined:
    """A Pod of this node that policies isolate, and what they leave it."""

    address: int
    grants: frozenset[Grant]


def table_texts(world: World) -> dict[str, str]:
    """The text for each node that has an isolated Pod; NOTHING is right for the others."""
    nodes: dict[str, list[Pod]] = {}
    for pod in world.pods:
        nodes.setdefault(pod.node, []).append(pod)
    texts = {node: _table_text(pods, world) for node, pods in nodes.items()}
    return {node: text for node, text in texts.items() if text}


def _table_text(pods: list[Pod], world: World) -> str:
    """Empty where no Pod is isolated."""
    by_direction = {
        direction: [
            Confined(pod.address, grants)
            for pod in pods
            if (grants := world.grants(pod, direction)) is not None
        ]
        for direction in Direction
    }
    if not any(by_direction.values()):
        return ""
    sets = "".join(_sets(direction, pods) for direction, pods in by_direction.items())
    return f"{NOTHING}table {NAME} {{\n{sets}{CHAINS}{HOOK}}}\n"


def _sets(direction: Direction, confined: list[Confined]) -> str:
    isolated = {_address((each.address, each.address)) for each in confined}
    elements: dict[str, set[str]] = {name: set() for name in SETS}
    for each in confined:
        for name, found in elements_of(each, direction).items():
            elements[name] |= found
    name = direction.lower()
    return _set(f"{name}_isolated", "ipv4_addr", isolated) + "".join(
        _set(f"{name}_{kind}", SETS[kind], elements[kind]) for kind in SETS
    )


def _set(name: str, kind: str, elements: set[str]) -> str:
    listed = ",\n    ".join(sorted(elements))
    held = f"\n    elements = {{\n    {listed}\n    }}\n " if elements else ""
    return f"  set {name} {{ type {kind};{held} }}\n"


def elements_of(confined: Confined, direction: Direction) -> dict[str, set[str]]:
    """By set. What a Pod says to itself is its own affair."""
    own = (confined.address, confined.address)
    whole = [each.peers for each in confined.grants if not each.protocol]
    parts = {each for each in confined.grants if each.protocol}
    exact = {each for each in parts if _is_one(each.peers) and _is_one(each.ports)}
    wide = {
        protocol: apart(_area(each) for each in parts - exact if each.protocol == protocol)
        for protocol in {each.protocol for each in parts}
    }
    return {
        "peers": {_pair(each, own, direction) for each in (*filter(_is_one, whole), own)},
        "networks": {
            _pair(each, own, direction) for each in joined(w for w in whole if not _is_one(w))
        },
        "ports": {_port(each.protocol, _area(each), own, direction) for each in exact},
        "spans": {
            _port(protocol, area, own, direction)
            for protocol, areas in wide.items()
            for area in areas
        },
    }


def _area(grant: Grant) -> Rectangle:
    return grant.peers, grant.ports


def _is_one(range_: Range) -> bool:
    return range_[0] == range_[1]


def _pair(peer: Range, own: Range, direction: Direction) -> str:
    ends = (peer, own) if direction is Direction.INGRESS else (own, peer)
    return " . ".join(map(_address, ends))


def _port(protocol: str, area: Rectangle, own: Range, direction: Direction) -> str:
    peer, ports = area
    return f"{_pair(peer, own, direction)} . {protocol} . {_span(map(str, ports))}"


def _address(range_: Range) -> str:
    return _span(str(IPv4Address(number)) for number in range_)


def _span(ends: Iterable[str]) -> str:
    first, last = ends
    return first if first == last else f"{first}-{last}"
