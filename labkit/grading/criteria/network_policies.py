"""Whether NetworkPolicies let one Pod reach another, computed: what the network should do."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from labkit.foundation.text import say
from labkit.grading.criteria.explanation import cut
from labkit.grading.criteria.objects import labels_of, name_of, names_of, selects
from labkit.grading.criteria.ranges import port_number, within
from labkit.grading.snapshot import Object

INGRESS, EGRESS = "Ingress", "Egress"


@dataclass(frozen=True, slots=True)
class Way:
    """From a Pod to a port of another."""

    source: Object
    target: Object
    port: int | str
    protocol: str = "TCP"


@dataclass(frozen=True, slots=True)
class Passage:
    is_open: bool
    seen: str
    policies: tuple[Object, ...] = ()
    """Those that stand on the way, whatever they say."""


def lets_through(
    way: Way, policies: Sequence[Object], namespaces: Sequence[Object] = ()
) -> Passage:
    """Both ends must allow it; a Pod that no policy isolates allows everything.

    `namespaces` are needed where policies choose by namespaceSelector.
    """
    labels = {name_of(one): labels_of(one) for one in namespaces}
    standing: tuple[Object, ...] = ()
    for pod, direction in ((way.source, EGRESS), (way.target, INGRESS)):
        here = _isolating(pod, policies, direction)
        if here and not any(_allows(policy, direction.lower(), way, labels) for policy in here):
            seen = say(
                "{direction} of Pod {pod} is cut by {policies}.",
                direction=direction,
                pod=cut(name_of(pod), 60),
                policies=cut(names_of(here)),
            )
            return Passage(is_open=False, seen=seen, policies=here)
        standing += here
    if standing:
        seen = say("Allowed by {policies}.", policies=cut(names_of(standing)))
    else:
        seen = say("No NetworkPolicy stands on the way.")
    return Passage(is_open=True, seen=seen, policies=standing)


def _isolating(pod: Object, policies: Sequence[Object], direction: str) -> tuple[Object, ...]:
    return tuple(
        policy
        for policy in policies
        if policy["metadata"].get("namespace") == pod["metadata"].get("namespace")
        and selects(_spec(policy).get("podSelector") or {}, labels_of(pod))
        and direction in _directions(_spec(policy))
    )


def _directions(spec: Mapping[str, Any]) -> Sequence[str]:
    """Left out, it is Ingress, and Egress where there are rules for it."""
    given: Sequence[str] = spec.get("policyTypes") or ()
    return given or ((INGRESS, EGRESS) if "egress" in spec else (INGRESS,))


def _allows(
    policy: Object, field: str, way: Way, namespaces: Mapping[str, Mapping[str, str]]
) -> bool:
    far = way.target if field == "egress" else way.source
    peers = "to" if field == "egress" else "from"
    return any(
        _port_fits(rule.get("ports"), way)
        and (
            not rule.get(peers)
            or any(_is_peer(peer, policy, far, namespaces) for peer in rule[peers])
        )
        for rule in _spec(policy).get(field) or ()
    )


def _port_fits(ports: Sequence[Mapping[str, Any]] | None, way: Way) -> bool:
    if not ports:
        return True
    spec = way.target.get("spec") or {}
    number = port_number(spec, way.port, way.protocol)
    return any(_is_port(entry, number, spec, way.protocol) for entry in ports)


def _is_port(
    entry: Mapping[str, Any], number: int | None, spec: Mapping[str, Any], protocol: str
) -> bool:
    if entry.get("protocol", "TCP") != protocol or number is None:
        return False
    if entry.get("port") is None:
        return True
    first = port_number(spec, entry["port"], protocol)
    return first is not None and first <= number <= int(entry.get("endPort") or first)


def _is_peer(
    peer: Mapping[str, Any],
    policy: Object,
    pod: Object,
    namespaces: Mapping[str, Mapping[str, str]],
) -> bool:
    if block := peer.get("ipBlock"):
        address = str((pod.get("status") or {}).get("podIP") or "")
        return within(address, block["cidr"]) and not any(
            within(address, hole) for hole in block.get("except") or ()
        )
    home = str(pod["metadata"].get("namespace") or "")
    if "namespaceSelector" in peer:
        if home not in namespaces or not selects(peer["namespaceSelector"] or {}, namespaces[home]):
            return False
    elif home != policy["metadata"].get("namespace"):
        return False
    return selects(peer.get("podSelector") or {}, labels_of(pod))


def _spec(policy: Object) -> Mapping[str, Any]:
    found: Mapping[str, Any] = policy.get("spec") or {}
    return found
