"""A registry of images without any: private ones want a login, the rest is unknown."""

import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Self


class ClosedRegistry:
    """At the address of this machine that a node sees."""

    def __init__(self, node_address: str) -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as way:
            way.connect((node_address, 9))  # sends nothing; the kernel chooses the way there
            here = way.getsockname()[0]
        self._server = ThreadingHTTPServer((here, 0), _Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))

    @property
    def address(self) -> str:
        host, port = self._server.server_address[:2]
        return f"http://{host!s}:{port}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        is_private = "/private/" in self.path
        self.send_response(401 if is_private else 404)
        if is_private:
            self.send_header("WWW-Authenticate", 'Basic realm="test"')
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_HEAD = do_GET  # noqa: N815  http.server's name

    def log_message(self, *_: object) -> None:
        pass
