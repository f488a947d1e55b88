import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from labkit.foundation.waiting import SystemClock
from labkit.remote.web import AT_ONCE, LONGEST_PAGE_BYTES, get_pages

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])


class Handler(BaseHTTPRequestHandler):
    connections: list[int] = []  # noqa: RUF012  one list for the test's own server
    cookies: list[str | None] = []  # noqa: RUF012
    hosts: list[str | None] = []  # noqa: RUF012

    def do_GET(self) -> None:
        self.connections.append(self.client_address[1])
        self.cookies.append(self.headers["cookie"])
        self.hosts.append(self.headers["host"])
        self.send_response(404 if self.path == "/missing" else 200)
        self.send_header("set-cookie", "visitor=known; path=/")
        self.end_headers()
        if self.path == "/endless":
            self._drip()
        else:
            self.wfile.write(b"a" * 3 * LONGEST_PAGE_BYTES if self.path == "/long" else b"hello")

    def _drip(self) -> None:
        released = self.server.released  # type: ignore[attr-defined]
        while not released.wait(0.02):
            try:
                self.wfile.write(b".")
            except OSError:
                return

    def log_message(self, *_: object) -> None: ...


class Server(ThreadingHTTPServer):
    request_queue_size = 64  # with 5, whoever comes sixth at once knocks again a second later


@contextmanager
def server() -> Iterator[str]:
    Handler.connections, Handler.cookies, Handler.hosts = [], [], []
    with Server(("127.0.0.1", 0), Handler) as running:
        running.released = threading.Event()  # type: ignore[attr-defined]
        thread = threading.Thread(target=running.serve_forever, args=(0.01,))
        thread.start()
        yield f"http://127.0.0.1:{running.server_port}"
        running.released.set()  # type: ignore[attr-defined]
        running.shutdown()
        thread.join()


def test_page_and_status_are_given() -> None:
    with server() as address:
        good, missing = get_pages([address + "/", address + "/missing"], SystemClock())
    assert (good.status, good.text, good.problem) == (200, "hello", "")
    assert missing.status == 404


def test_each_visit_has_a_connection_of_its_own() -> None:
    with server() as address:
        get_pages([address] * 12, SystemClock())
    assert len(set(Handler.connections)) == 12


def test_page_is_asked_for_under_another_name() -> None:
    with server() as address:
        get_pages([address], SystemClock(), host="fair.example")
    assert Handler.hosts == ["fair.example"]


def test_later_visits_do_not_carry_the_cookie_of_earlier_ones() -> None:
    visits = 2 * AT_ONCE  # the second half starts when the first has been answered
    with server() as address:
        get_pages([address] * visits, SystemClock())
    assert Handler.cookies == [None] * visits


def test_nobody_there_is_an_answer() -> None:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))  # bound and not listening: it refuses
        port = held.getsockname()[1]
        (page,) = get_pages([f"http://127.0.0.1:{port}/"], SystemClock())
    assert (page.status, page.problem) == (0, "connection refused")


def test_silence_is_an_answer() -> None:
    with socket.create_server(("127.0.0.1", 0)) as held:
        url = f"http://127.0.0.1:{held.getsockname()[1]}/"
        (page,) = get_pages([url], SystemClock(), timeout_seconds=0.1)
    assert (page.status, page.problem) == (0, "no answer in time")


def test_long_page_is_cut_and_endless_one_ends() -> None:
    with server() as address:
        (long,) = get_pages([address + "/long"], SystemClock())
        (endless,) = get_pages([address + "/endless"], SystemClock(), timeout_seconds=0.2)
    assert LONGEST_PAGE_BYTES <= len(long.text) < 2 * LONGEST_PAGE_BYTES
    assert endless.status == 200
    assert endless.text.startswith(".")


def test_what_is_no_address_is_an_answer() -> None:
    (page,) = get_pages(["http://[/"], SystemClock())
    assert page.status == 0
    assert page.problem


def test_no_visit_is_no_page() -> None:
    assert get_pages([], SystemClock()) == []
