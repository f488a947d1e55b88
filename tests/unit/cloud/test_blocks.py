from ipaddress import IPv4Network, IPv6Network
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from labkit.cloud.blocks import Block, V4Block

ANY, V4 = TypeAdapter[Any](Block), TypeAdapter[Any](V4Block)


@pytest.mark.parametrize(
    ("given", "read"),
    [
        ("10.1.2.3/8", IPv4Network("10.0.0.0/8")),
        ("192.0.2.1", IPv4Network("192.0.2.1/32")),
        ("2001:db8::/32", IPv6Network("2001:db8::/32")),
    ],
)
def test_a_block_is_text_and_a_single_address_is_one(given: str, read: object) -> None:
    assert ANY.validate_python(given) == ANY.validate_python(read) == read
    assert ANY.validate_json(ANY.dump_json(read)) == read


@pytest.mark.parametrize("given", [False, True, 0, 167772160, 1.5, None, [], {}, "", "300.0.0.0/8"])
def test_what_is_no_text_of_a_network_is_none(given: object) -> None:
    for adapter in (ANY, V4):
        with pytest.raises(ValidationError) as refused:
            adapter.validate_python(given)
        assert [one["type"] for one in refused.value.errors()] == ["ip_block"]


def test_where_only_the_old_addresses_fit_the_new_ones_do_not() -> None:
    with pytest.raises(ValidationError):
        V4.validate_python("::/0")
