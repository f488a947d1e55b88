"""Whom a Pod may reach and who may reach it, as the policies say together."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from ipaddress import IPv4Network
from typing import Any

from labkit.cluster.local.policy.ranges import Range, joined, pierced, within
from labkit.cluster.local.policy.selecting import Pod, selects
from labkit.kube.resources import Object

EVERYWHERE: Range = (0, 2**32 - 1)
EVERY_PORT: Range = (0, 2**16 - 1)
Rule = Mapping[str, Any]


class Direction(StrEnum):
    """As policyTypes writes it; its rules are in the field of the same name in small letters."""

    INGRESS = "Ingress"
    EGRESS = "Egress"

    @property
    def peers(self) -> str:
        return "from" if self is Direction.INGRESS else "to"


@dataclass(frozen=True, slots=True)
class Grant:
    """Peers that are let through; `protocol` "" is any, those without ports too."""

    peers: Range
    protocol: str = ""
    ports: Range = EVERY_PORT


@dataclass(frozen=True, slots=True)
class World:
    """All of a cluster that policies are about. `namespaces` are their labels by name."""

    pods: Sequence[Pod]
    namespaces: Mapping[str, Mapping[str, str]]
    policies: Sequence[Object]
    _known: dict[int, list[Range]] = field(default_factory=dict)
    """Where a rule's peers are: the same for each Pod that the rule is for."""

    def grants(self, pod: Pod, direction: Direction) -> frozenset[Grant] | None:
        """What a Pod is confined to; None for one that nothing confines."""
        chosen = [each for each in self.policies if _isolates(each, pod, direction)]
        found = frozenset(
            grant
            for policy in chosen
            for rule in policy["spec"].get(direction.lower()) or ()
            for grant in self._granted(policy, rule, pod, direction)
        )
        return None if not chosen or Grant(EVERYWHERE) in found else found

    def _granted(
        self, policy: Object, rule: Rule, pod: Pod, direction: Direction
    ) -> Iterator[Grant]:
        peers = self._peers(policy, rule, direction)
        if not rule.get("ports"):
            yield from (Grant(each) for each in peers)
        for port in rule.get("ports") or ():
            protocol = port.get("protocol", "TCP").lower()
            if not isinstance(port.get("port"), str):
                yield from (Grant(each, protocol, _numbers(port)) for each in peers)
            elif direction is Direction.EGRESS:
                yield from self._named_there(port["port"], protocol, peers)
            elif number := pod.ports.get((port["port"], protocol.upper())):
                yield from (Grant(each, protocol, (number, number)) for each in peers)

    def _named_there(self, name: str, protocol: str, peers: list[Range]) -> Iterator[Grant]:
        """The name of a port means what the Pod that listens means by it."""
        for peer in self.pods:
            number = peer.ports.get((name, protocol.upper()))
            if number and within(peer.address, peers):
                yield Grant((peer.address, peer.address), protocol, (number, number))

    def _peers(self, policy: Object, rule: Rule, direction: Direction) -> list[Range]:
        if id(rule) not in self._known:
            named = rule.get(direction.peers)
            home = policy["metadata"]["namespace"]
            found = (each for peer in named or () for each in self._peer(peer, home))
            self._known[id(rule)] = joined_singly(found) if named else [EVERYWHERE]
        return self._known[id(rule)]

    def _peer(self, peer: Rule, home: str) -> Iterable[Range]:
        if "ipBlock" in peer:
            return _block(peer["ipBlock"])
        return ((pod.address, pod.address) for pod in self.pods if self._is_peer(pod, peer, home))

    def _is_peer(self, pod: Pod, peer: Rule, home: str) -> bool:
        if "namespaceSelector" not in peer:
            is_near = pod.namespace == home
        else:
            labels = self.namespaces.get(pod.namespace)
            is_near = labels is not None and selects(peer["namespaceSelector"] or {}, labels)
        return is_near and selects(peer.get("podSelector") or {}, pod.labels)


def joined_singly(ranges: Iterable[Range]) -> list[Range]:
    """Pods one by one, so that a table names them; what is wider, joined."""
    every = set(ranges)
    single = {each for each in every if each[0] == each[1]}
    return [*sorted(single), *joined(every - single)]


def _isolates(policy: Object, pod: Pod, direction: Direction) -> bool:
    spec = policy["spec"]
    is_home = policy["metadata"]["namespace"] == pod.namespace
    return (
        is_home
        and direction in directions(spec)
        and selects(spec.get("podSelector") or {}, pod.labels)
    )


def directions(spec: Mapping[str, Any]) -> Sequence[str]:
    """Left out, it is Ingress, and Egress where there are rules for it."""
    usual = (Direction.INGRESS, Direction.EGRESS) if spec.get("egress") else (Direction.INGRESS,)
    return spec.get("policyTypes") or usual


def _numbers(port: Mapping[str, Any]) -> Range:
    first = port.get("port")
    return EVERY_PORT if first is None else (first, port.get("endPort") or first)


def _block(block: Mapping[str, Any]) -> list[Range]:
    """One that cannot be read as IPv4, whole or in an exception, lets nobody through."""
    try:
        whole, *holes = (
            IPv4Network(text, strict=False)
            for text in (block["cidr"], *(block.get("except") or ()))
        )
    except ValueError:
        return []
    return pierced(_span(whole), map(_span, holes))


def _span(network: IPv4Network) -> Range:
    return int(network.network_address), int(network.broadcast_address)
