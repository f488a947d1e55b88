"""A web server whose pages would rather hold a visitor up, or pass for somebody else's."""

import gzip
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

BOMB = gzip.compress(b"a" * 10_000_000)
PIECE = b"a" * 100_000


class HostileServer(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False  # an endless page ends with its visitor
    request_queue_size = 128
    page = ""
    """What every path gives; "" means the page that the path names."""

    def __init__(self, host: str) -> None:
        super().__init__((host, 0), Hostile)
        self.followed = threading.Event()
        self.released = threading.Event()

    def handle_error(self, request: object, client_address: object) -> None:
        """Visitors who hang up are the point."""


class Hostile(BaseHTTPRequestHandler):
    server: HostileServer

    def do_GET(self) -> None:
        getattr(self, self.server.page or self.path.strip("/"))()

    def redirect(self) -> None:
        self._begin(302, headers={"Location": "/followed"})

    def followed(self) -> None:
        self.server.followed.set()
        self._begin()

    def bomb(self) -> None:
        self._begin(headers={"Content-Encoding": "gzip"})
        self.wfile.write(BOMB)

    def codec(self) -> None:
        self._begin(headers={"Content-Type": "text/plain; charset=zip"})
        self.wfile.write(b"hello\xff")

    def brackets(self) -> None:
        self._begin()
        self.wfile.write(b"[" * 9_999)

    def half_a_character(self) -> None:
        self._begin()
        self.wfile.write(rb'{"pod": "\ud800\u001b[2J", "version": "\ud800<b>"}')

    def endless(self) -> None:
        self._begin()
        while not self.server.released.is_set():
            self.wfile.write(PIECE)

    def headers_without_end(self) -> None:
        """One byte after the other, each in time, and never the last."""
        self.wfile.write(b"HTTP/1.1 200 OK\r\nX-Long: ")
        while not self.server.released.wait(0.02):
            self.wfile.write(b"x")

    def nonsense(self) -> None:
        self.wfile.write(b"\x00\x01 no HTTP at all\r\n\r\n")

    def log_message(self, *_: object) -> None: ...

    def _begin(self, status: int = 200, *, headers: Mapping[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.end_headers()


@contextmanager
def hostile(host: str = "127.0.0.1") -> Iterator[tuple[str, HostileServer]]:
    with HostileServer(host) as running:
        thread = threading.Thread(target=running.serve_forever, args=(0.01,))
        thread.start()
        yield f"http://{host}:{running.server_port}/", running
        running.released.set()
        running.shutdown()
        thread.join()
