"""A release server on loopback with the layout of the real ones, and every way to be wrong."""

import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class ReleaseServer:
    """Serves `files`; what `truncated`, `stalled` or `refused` names goes wrong in that way."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.truncated: set[str] = set()
        self.stalled: set[str] = set()
        self.refused: dict[str, int] = {}
        self.asked: list[str] = []
        self.over = threading.Event()
        self.base = ""

    def publish(self, path: str, content: bytes, *, sums: str = "") -> None:
        """Put a file there with its checksum beside it, or as a line of the file `sums`."""
        digest = hashlib.sha256(content).hexdigest()
        self.files[path] = content
        if sums:
            line = f"{digest}  {path.rpartition('/')[2]}\n".encode()
            self.files[sums] = self.files.get(sums, b"") + line
        else:
            self.files[f"{path}.sha256"] = f"{digest}\n".encode()


class _Server(ThreadingHTTPServer):
    def __init__(self, releases: ReleaseServer) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.releases = releases


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def do_GET(self) -> None:
        releases = self.server.releases
        releases.asked.append(self.path)
        content = releases.files.get(self.path)
        status = releases.refused.get(self.path, 404 if content is None else 200)
        if content is None or status != 200:
            self.send_error(status)
            return
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.path in releases.truncated | releases.stalled:
            self.wfile.write(content[: len(content) // 2])
            self.close_connection = True
            if self.path in releases.stalled:
                releases.over.wait(30)
        else:
            self.wfile.write(content)

    def log_message(self, *_: object) -> None: ...


@contextmanager
def release_server() -> Iterator[ReleaseServer]:
    releases = ReleaseServer()
    server = _Server(releases)
    releases.base = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield releases
    finally:
        releases.over.set()
        server.shutdown()
        thread.join()
        server.server_close()
