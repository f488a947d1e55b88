"""A Kubernetes API held in memory, over real HTTP on 127.0.0.1: enough of it for the workshop.

It keeps objects, merges patches, selects by label and name, streams watches, hands out tokens,
and allows everything. It runs no controller: what those do is seen in tests/cluster.
"""

import json
import threading
from collections.abc import Iterator, Mapping
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Self
from urllib.parse import parse_qsl, unquote, urlsplit

from labkit.foundation.waiting import SystemClock
from labkit.kube.kubeconfig import Access, kubeconfig_text
from tests.support.held_objects import HeldObjects, Object, Place, place_of

Answer = tuple[int, Object | str]
CORE = ("ConfigMap", "Event", "Pod", "Secret", "ServiceAccount", "Service")
RBAC = ("Role", "RoleBinding")
NODE_POOLS: Object = {
    "metadata": {"name": "kube.cloud.ovh.com"},
    "versions": [
        {
            "version": "v1alpha1",
            "resources": [
                {
                    "resource": "nodepools",
                    "scope": "Cluster",
                    "verbs": ["list"],
                    "responseKind": {"kind": "NodePool"},
                }
            ],
        }
    ],
}


class FakeCluster:
    """Use it in a `with`."""

    def __init__(self) -> None:
        self.held = HeldObjects()
        self.writes: list[str] = []
        """Method, path and bearer of each request that was to change an object."""
        self.dies_at_write = 0
        """The write of this number, and whatever comes after it, gets no answer; 0: none."""
        self.is_down = False
        self.logs: dict[str, str] = {}
        """What a Pod printed, by its name; others have no container yet."""
        self._lock = threading.Lock()
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.cluster = self

    def __enter__(self) -> Self:
        serve = self._server.serve_forever
        threading.Thread(target=serve, args=(0.01,), daemon=True).start()
        for name in ("default", "kube-system"):
            self.put({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def access(self) -> Access:
        address = f"http://127.0.0.1:{self._server.server_address[1]}"
        # insecure: reading the system's authorities for nothing would take 30 ms a connection
        return Access(address, insecure=True, token="administrator")

    def kubeconfig(self, folder: Path) -> Path:
        path = folder / "admin.kubeconfig"
        path.write_text(kubeconfig_text(self.access()))
        return path

    def put(self, object_: Mapping[str, Any]) -> Object:
        """Make an object as somebody else's client would."""
        metadata = object_["metadata"]
        place = place_of(
            object_["kind"],
            metadata["name"],
            metadata.get("namespace", ""),
            object_["apiVersion"],
        )
        return self.held.keep(place, json.loads(json.dumps(object_)))

    def find(self, kind: str, name: str, namespace: str = "") -> Object:
        return self.held.all[place_of(kind, name, namespace).key]

    def names(self, namespace: str) -> list[str]:
        """Of everything in a namespace: configmaps/card."""
        return sorted(f"{key[1]}/{key[3]}" for key in self.held.all if key[2] == namespace)

    def answer(
        self, method: str, path: str, query: Mapping[str, str], body: bytes, *, bearer: str
    ) -> Answer | Iterator[tuple[str, Object]] | None:
        """None breaks the connection off."""
        with self._lock:
            if method != "GET" and not path.endswith(("reviews", "token")):
                self.writes.append(f"{method} {path} {bearer}")
            if self.is_down or 0 < self.dies_at_write <= len(self.writes):
                self.is_down = True
                return None
            if path in ("/api", "/apis"):
                return 200, _served(path)
            if path == "/apis/kube.cloud.ovh.com/v1alpha1":
                named = {"kind": "NodePool", "name": "nodepools", "namespaced": False}
                return 200, {"resources": [named]}
            place = _place(path)
            if method == "GET":
                return self._read(place, query)
            return self._write(method, place, json.loads(body or b"{}"))

    def _read(
        self, place: Place, query: Mapping[str, str]
    ) -> Answer | Iterator[tuple[str, Object]]:
        if query.get("watch"):
            return self.held.watched(place, query)
        if place.subresource == "log" and place.key in self.held.all:
            return self._log(place.name)
        if place.name:
            found = self.held.all.get(place.key)
            return (200, found) if found else _missing(place)
        items = self.held.listed(place, query)
        return 200, {"metadata": {"resourceVersion": self.held.version}, "items": items}

    def _log(self, pod: str) -> Answer:
        if pod in self.logs:
            return 200, self.logs[pod]
        return _refusal(400, "BadRequest", "container is waiting to start: ContainerCreating")

    def _write(self, method: str, place: Place, content: Object) -> Answer:
        if place.plural.endswith("reviews"):
            return 201, {"status": {"allowed": True, "resourceRules": []}}
        if place.namespace and place_of("Namespace", place.namespace).key not in self.held.all:
            return _missing(place_of("Namespace", place.namespace))
        there = self.held.all.get(place.key)
        if place.subresource == "token":
            return _token(place) if there else _missing(place)
        if method == "POST":
            made = Place(place.group, place.plural, place.namespace, content["metadata"]["name"])
            if made.key in self.held.all:
                return _refusal(409, "AlreadyExists", "already exists")
            return 201, self.held.keep(made, content)
        if method == "DELETE":
            return self._delete(place) if there else _missing(place)
        if not there and "apiVersion" not in content:  # a merge patch makes nothing
            return _missing(place)
        return 200, self.held.keep(place, merged(there or {}, content))

    def _delete(self, place: Place) -> Answer:
        self.held.delete(place)
        return 200, {"kind": "Status", "status": "Success"}


def merged(old: Any, patch: Any) -> Any:
    """RFC 7386."""
    if not isinstance(patch, dict):
        return patch
    result = dict(old) if isinstance(old, dict) else {}
    for key, value in patch.items():
        if value is None:
            result.pop(key, None)
        else:
            result[key] = merged(result.get(key), value)
    return result


def _place(path: str) -> Place:
    parts = [unquote(part) for part in path.strip("/").split("/")]
    group, rest = ("", parts[2:]) if parts[0] == "api" else (parts[1], parts[3:])
    namespace = ""
    if rest[0] == "namespaces" and len(rest) > 2:
        namespace, rest = rest[1], rest[2:]
    return Place(group, rest[0], namespace, *rest[1:3])


def _served(path: str) -> Object:
    group, kinds = ("", CORE) if path == "/api" else ("rbac.authorization.k8s.io", RBAC)
    resources = [
        {
            "resource": f"{kind.lower()}s",
            "scope": "Namespaced",
            "verbs": ["list", "delete"],
            "responseKind": {"kind": kind},
        }
        for kind in kinds
    ]
    versions = [{"version": "v1", "resources": resources}]
    items: list[Object] = [{"metadata": {"name": group}, "versions": versions}]
    return {"items": items if path == "/api" else [*items, NODE_POOLS]}


def _token(place: Place) -> Answer:
    expires = f"{SystemClock().now() + timedelta(hours=1):%Y-%m-%dT%H:%M:%SZ}"
    return 201, {"status": {"token": f"token-of-{place.name}", "expirationTimestamp": expires}}


def _missing(place: Place) -> tuple[int, Object]:
    details = {"kind": place.plural, "name": place.name}
    status, content = _refusal(404, "NotFound", f"{place.plural} {place.name!r} not found")
    return status, {**content, "details": details}


def _refusal(status: int, reason: str, message: str) -> tuple[int, Object]:
    said = {"kind": "Status", "apiVersion": "v1", "status": "Failure", "code": status}
    return status, {**said, "reason": reason, "message": message}


class _Server(ThreadingHTTPServer):
    request_queue_size = 128  # with 5, who comes sixth at once waits seconds, or gives up when busy
    cluster: FakeCluster
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """A request that breaks off is part of many tests."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Server

    def do_GET(self) -> None:
        url = urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        bearer = self.headers.get("Authorization", "").removeprefix("Bearer ")
        query = dict(parse_qsl(url.query))
        cluster = self.server.cluster
        answer = cluster.answer(self.command, url.path, query, body, bearer=bearer)
        if answer is None:
            self.close_connection = True
        elif isinstance(answer, tuple):
            self._reply(*answer)
        else:
            self._stream(answer)

    do_POST = do_PATCH = do_DELETE = do_GET  # noqa: N815  the names that http.server calls

    def log_message(self, *_: object) -> None: ...

    def _reply(self, status: int, content: Object | str) -> None:
        body = (content if isinstance(content, str) else json.dumps(content)).encode()
        self.send_response(status)
        kind = "text/plain" if isinstance(content, str) else "application/json"
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _stream(self, events: Iterator[tuple[str, Object]]) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Connection", "close")
        self.end_headers()
        self.close_connection = True
        for change, object_ in events:
            self.wfile.write(json.dumps({"type": change, "object": object_}).encode() + b"\n")
            self.wfile.flush()
