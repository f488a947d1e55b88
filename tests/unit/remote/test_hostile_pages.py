"""Pages of somebody who would rather hold us up, or be taken for somebody else."""

import gzip
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from labkit.foundation.waiting import SystemClock
from labkit.remote.web import LONGEST_PAGE_BYTES, Page, get_pages

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])
BOMB = gzip.compress(b"a" * 10_000_000)


class Hostile(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        getattr(self, self.path.strip("/"))()

    def redirect(self) -> None:
        self.send_response(302)
        self.send_header("Location", "/secret")
        self.end_headers()

    def secret(self) -> None:
        self.server.asked.set()  # type: ignore[attr-defined]
        self.send_response(200)
        self.end_headers()

    def bomb(self) -> None:
        self.send_response(200)
        self.send_header("Content-Encoding", "gzip")
        self.end_headers()
        self.wfile.write(BOMB)

    def codec(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/plain; charset=zip")
        self.end_headers()
        self.wfile.write(b"hello\xff")

    def headers_without_end(self) -> None:
        """One byte after the other, each in time, and never the last."""
        self.wfile.write(b"HTTP/1.1 200 OK\r\nX-Long: ")
        while not self.server.released.wait(0.02):  # type: ignore[attr-defined]
            try:
                self.wfile.write(b"x")
            except OSError:
                return

    def nonsense(self) -> None:
        self.wfile.write(b"\x00\x01 no HTTP at all\r\n\r\n")

    def log_message(self, *_: object) -> None: ...


@contextmanager
def hostile() -> Iterator[tuple[str, threading.Event]]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Hostile) as running:
        running.released = threading.Event()  # type: ignore[attr-defined]
        running.asked = threading.Event()  # type: ignore[attr-defined]
        thread = threading.Thread(target=running.serve_forever, args=(0.01,))
        thread.start()
        yield f"http://127.0.0.1:{running.server_port}/", running.asked  # type: ignore[attr-defined]
        running.released.set()  # type: ignore[attr-defined]
        running.shutdown()
        thread.join()


def page(path: str, *, timeout_seconds: float = 3) -> Page:
    with hostile() as (address, _):
        (got,) = get_pages([address + path], SystemClock(), timeout_seconds=timeout_seconds)
    return got


def test_redirect_is_the_answer_and_is_not_followed() -> None:
    with hostile() as (address, asked):
        (got,) = get_pages([f"{address}redirect"], SystemClock())
        assert not asked.is_set()
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
