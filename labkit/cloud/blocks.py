"""The `ipBlock` and `ipv4Block` of the description: text, never a number that Python would take."""

from ipaddress import IPv4Network, IPv6Network
from typing import Annotated

from pydantic import BeforeValidator
from pydantic_core import PydanticCustomError

Network = IPv4Network | IPv6Network


def _as_block(given: object) -> Network:
    """A single address is a network, too; bits beyond the mask do not count."""
    return _read(given, (IPv4Network, IPv6Network))


def _as_v4_block(given: object) -> Network:
    return _read(given, (IPv4Network,))


def _read(given: object, kinds: tuple[type[IPv4Network] | type[IPv6Network], ...]) -> Network:
    if isinstance(given, kinds):
        return given
    if isinstance(given, str):
        for kind in kinds:
            try:
                return kind(given, strict=False)
            except ValueError:
                continue
    raise PydanticCustomError("ip_block", "no network")


Block = Annotated[Network, BeforeValidator(_as_block)]
V4Block = Annotated[IPv4Network, BeforeValidator(_as_v4_block)]
