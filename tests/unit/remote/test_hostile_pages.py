"""Pages of somebody who would rather hold us up, or be taken for somebody else."""

import pytest

from labkit.foundation.waiting import SystemClock
from labkit.remote.web import LONGEST_PAGE_BYTES, Page, get_pages
from tests.support.hostile import hostile

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])


def page(path: str, *, timeout_seconds: float = 3) -> Page:
    with hostile() as (address, _):
        (got,) = get_pages([address + path], SystemClock(), timeout_seconds=timeout_seconds)
    return got


def test_redirect_is_the_answer_and_is_not_followed() -> None:
    with hostile() as (address, server):
        (got,) = get_pages([f"{address}redirect"], SystemClock())
        assert not server.followed.is_set()
    assert got.status == 302


def test_what_is_compressed_is_not_unpacked() -> None:
    got = page("bomb")
    assert got.status == 200
    assert len(got.text) < LONGEST_PAGE_BYTES


def test_odd_character_set_is_read_all_the_same() -> None:
    assert page("codec").text == "hello�"


def test_headers_without_an_end_do_not_hold_us() -> None:
    clock = SystemClock()
    began = clock.monotonic()
    got = page("headers_without_end", timeout_seconds=0.2)
    assert clock.monotonic() - began < 2
    assert (got.status, got.problem) == (0, "no answer in time")


def test_visitors_who_wait_for_their_turn_are_not_held_either() -> None:
    clock = SystemClock()
    began = clock.monotonic()
    with hostile() as (address, _):
        pages = get_pages([f"{address}headers_without_end"] * 40, clock, timeout_seconds=0.2)
    assert clock.monotonic() - began < 5
    assert {got.problem for got in pages} == {"no answer in time"}


def test_nonsense_is_an_answer_without_a_status() -> None:
    got = page("nonsense")
    assert got.status == 0
    assert got.problem
