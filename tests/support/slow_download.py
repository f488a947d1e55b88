"""A download that goes on as long as a test wants."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

HALF = b"x" * 50_000


class SlowServer(ThreadingHTTPServer):
    """Each visitor gets one half at once, and the other when `go_on` is set."""

    daemon_threads = True

    def __init__(self, address: str) -> None:
        super().__init__((address, 0), _Handler)
        self.go_on = threading.Event()
        self.visits = 0


class _Handler(BaseHTTPRequestHandler):
    server: SlowServer

    def do_GET(self) -> None:
        self.server.visits += 1
        self.send_response(200)
        self.send_header("Content-Length", str(2 * len(HALF)))
        self.end_headers()
        self.wfile.write(HALF)
        self.wfile.flush()
        self.server.go_on.wait(timeout=60)
        self.wfile.write(HALF)

    def log_message(self, *_: object) -> None:
        """Nothing: the test says what it sees."""


@contextmanager
def slow_server(address: str) -> Iterator[SlowServer]:
    server = SlowServer(address)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield server
    finally:
        server.go_on.set()
        server.shutdown()
        server.server_close()
        thread.join()
