"""An API server that says what a test scripted, over real HTTP or HTTPS on 127.0.0.1.

    with ApiServer() as server:
        server.answers("/api/v1/pods", listed([pod]))
        Reader(server.access()).list("Pod")

Each path has a queue; a request that finds it empty gets 599 and its line in the body.
"""

import json
import ssl
import tempfile
import threading
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Self
from urllib.parse import parse_qsl, unquote, urlsplit

from labkit.kube.kubeconfig import Access
from tests.support.authority import Authority, Pair

JSON = {"Content-Type": "application/json"}


@dataclass(frozen=True, slots=True)
class Scripted:
    status: int = 200
    body: str = ""
    headers: Mapping[str, str] = field(default_factory=lambda: JSON)
    lines: tuple[str, ...] = ()
    """Sent one by one in place of `body`, as a watch is."""
    ends: str = "\n"
    """How a line ends; "" for one that breaks in the middle."""
    is_cut: bool = False
    """The connection breaks after the lines, instead of ending as it should."""
    hangs: bool = False
    """Nothing (more) comes until the server stops."""
    drops: bool = False
    """The connection is closed without a word."""


@dataclass(frozen=True, slots=True)
class Asked:
    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: str


class ApiServer:
    def __init__(
        self, authority: Authority | None = None, clients: Authority | None = None
    ) -> None:
        """HTTPS if there is an authority; a client's certificate is demanded if `clients` is."""
        self.authority = authority
        self.asked: list[Asked] = []
        self.lines: list[str] = []
        """Path and query of each request as they came, nothing decoded."""
        self.stopping = threading.Event()
        self._queues: dict[str, list[Scripted]] = defaultdict(list)
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.script = self
        if authority:
            context = _tls(authority.pair("api server"), clients)
            self._server.socket = context.wrap_socket(
                self._server.socket, server_side=True, do_handshake_on_connect=False
            )
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stopping.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def address(self) -> str:
        scheme = "https" if self.authority else "http"
        return f"{scheme}://127.0.0.1:{self._server.server_address[1]}"

    def access(self, **given: Any) -> Access:
        authority = self.authority.certificate if self.authority else ""
        return Access(**{"server": self.address, "authority": authority, **given})

    def answers(self, path: str, *scripted: Scripted) -> None:
        """Put answers in the queue of one path, whatever the method and query."""
        self._queues[path] += scripted

    def next_answer(self, asked: Asked) -> Scripted:
        self.asked.append(asked)
        queue = self._queues[asked.path]
        return queue.pop(0) if queue else Scripted(599, f"{asked.method} {asked.path}: no script")


def said(content: object, status: int = 200) -> Scripted:
    """JSON."""
    return Scripted(status, json.dumps(content))


def listed(items: Iterable[Mapping[str, Any]], version: str = "1", more: str = "") -> Scripted:
    """A list, or with `more` (the continue token) a page of one."""
    metadata = {"resourceVersion": version, **({"continue": more} if more else {})}
    return said({"kind": "List", "metadata": metadata, "items": list(items)})


def refusal(status: int, message: str = "", **more: Any) -> Scripted:
    """A Status object as an API server writes it; `details` and `reason` may be given."""
    content = {"kind": "Status", "apiVersion": "v1", "status": "Failure", "code": status}
    return said({**content, "message": message, **more}, status)


def stream(
    *events: tuple[str, Mapping[str, Any]], is_cut: bool = False, hangs: bool = False
) -> Scripted:
    """A watch."""
    lines = tuple(json.dumps({"type": kind, "object": item}) for kind, item in events)
    return Scripted(lines=lines or ("",), is_cut=is_cut, hangs=hangs)


class _Server(ThreadingHTTPServer):
    script: ApiServer
    request_queue_size = 64  # more clients at once than a test has

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that leaves in the middle is part of many tests."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Server

    def do_GET(self) -> None:
        url = urlsplit(self.path)
        length = int(self.headers.get("Content-Length", 0))
        asked = Asked(
            self.command,
            unquote(url.path),
            dict(parse_qsl(url.query, keep_blank_values=True)),
            {key.lower(): value for key, value in self.headers.items()},
            self.rfile.read(length).decode(),
        )
        self.server.script.lines.append(self.path)
        self._send(self.server.script.next_answer(asked))

    do_POST = do_PUT = do_PATCH = do_DELETE = do_GET  # noqa: N815  http.server's names

    def log_message(self, *_: object) -> None:
        pass

    def _send(self, scripted: Scripted) -> None:
        if scripted.hangs and not scripted.lines:
            self.server.script.stopping.wait()
        if scripted.drops or (scripted.hangs and not scripted.lines):
            self.close_connection = True
            return
        self.send_response(scripted.status)
        for name, value in scripted.headers.items():
            self.send_header(name, value)
        if scripted.lines:
            self._stream(scripted)
            return
        content = scripted.body.encode()
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def _stream(self, scripted: Scripted) -> None:
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        for line in scripted.lines:
            content = (line + scripted.ends).encode() if line else b""
            if content:
                self.wfile.write(b"%x\r\n%b\r\n" % (len(content), content))
        if scripted.hangs:
            self.server.script.stopping.wait()
        if scripted.is_cut or scripted.hangs:
            self.close_connection = True
        else:
            self.wfile.write(b"0\r\n\r\n")


def _tls(pair: Pair, clients: Authority | None) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "pair.pem")
        file.write_text(pair.certificate + pair.key)
        context.load_cert_chain(file)
    if clients:
        context.load_verify_locations(cadata=clients.certificate)
        context.verify_mode = ssl.CERT_REQUIRED
    return context
