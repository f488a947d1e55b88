"""A reader of our own nft tables: which packets their sets let through.

The kernel is the judge of the chains; here it is assumed that they look up what they say.
"""

import re
from dataclasses import dataclass
from ipaddress import IPv4Address


@dataclass(frozen=True, slots=True)
class Packet:
    source: str
    target: str
    protocol: str
    port: int


def sets_of(text: str) -> dict[str, list[list[tuple[int, int]]]]:
    """By name, each element as ranges of numbers; protocols as one of themselves."""
    found = {}
    for name, listed in re.findall(r"set (\w+) \{[^{}]*(?:\{([^}]*)\})?", text):
        parts = listed.split(",") if listed else []
        found[name] = [[_range(word) for word in part.split(" . ")] for part in parts]
    return found


def _range(word: str) -> tuple[int, int]:
    first, _, last = word.strip().partition("-")
    return _number(first), _number(last or first)


def _number(word: str) -> int:
    if word.isdecimal():
        return int(word)
    return int(IPv4Address(word)) if "." in word else hash(word)


def lets_pass(text: str, packet: Packet) -> bool:
    """A table without sets lets everything pass."""
    sets = sets_of(text)
    for direction, isolated in (("ingress", packet.target), ("egress", packet.source)):
        if _holds(sets.get(f"{direction}_isolated", []), [isolated]):
            pair = [packet.source, packet.target]
            whole = [*pair, packet.protocol, str(packet.port)]
            kinds = {"peers": pair, "networks": pair, "ports": whole, "spans": whole}
            if not any(_holds(sets[f"{direction}_{kind}"], key) for kind, key in kinds.items()):
                return False
    return True


def _holds(elements: list[list[tuple[int, int]]], key: list[str]) -> bool:
    numbers = [_number(word) for word in key]
    return any(
        all(first <= number <= last for number, (first, last) in zip(numbers, element, strict=True))
        for element in elements
    )
