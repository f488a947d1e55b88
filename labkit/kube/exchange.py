"""What is sent to an API server, what comes back, and which error a refusal becomes."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from labkit.foundation.text import say
from labkit.kube.errors import (
    AlreadyExists,
    AnswerNotUnderstood,
    Busy,
    Conflict,
    CredentialsRefused,
    Forbidden,
    HistoryExpired,
    KindUnknown,
    KubeError,
    ObjectNotFound,
    ObjectRejected,
    ServerFailed,
)
from labkit.kube.kubeconfig import Access

JSON = "application/json"
LONGEST_QUOTE = 60  # of an answer that is not understood
LONGEST_REASON = 2000  # a whole OpenAPI object may be quoted in a refusal; the start says enough


@dataclass(frozen=True, slots=True)
class Request:
    path: str
    method: str = "GET"
    query: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    content_type: str = JSON
    accept: str = JSON
    what: str = ""
    """For a sentence: the object or list that is meant."""
    kind: str = ""
    """Set where a 404 can mean that the API server serves no such kind."""
    timeout_seconds: float = 0
    """0: the connection's own."""
    patient: bool = True
    """429 is waited out, within the time-out, as the API server asks."""
    at_most_bytes: int = 0
    """The rest of a longer reply is not read; 0: all of it."""
    keeps_end: bool = False
    """Of a longer reply the last whole lines are kept: it is read, but never held, in full."""


@dataclass(frozen=True, slots=True)
class Reply:
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode(errors="replace")

    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a Service or Pod said through the API server's proxy."""

    status: int
    body: str


def understood(request: Request, reply: Reply) -> dict[str, Any]:
    """The JSON object in a reply. Raises AnswerNotUnderstood for anything else."""
    return object_in(request, reply.body)


def object_in(request: Request, body: bytes) -> dict[str, Any]:
    try:
        found = json.loads(body)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        said = body[:LONGEST_QUOTE].decode(errors="replace")
        raise AnswerNotUnderstood(request.what or request.path, said)
    return found


def refused(access: Access, request: Request, reply: Reply) -> KubeError:
    """The error that a reply of status 400 or above means."""
    said = status_object(reply)
    reason = str(said.get("message") or reply.text.strip() or reply.status)[:LONGEST_REASON]
    what = request.what or request.path
    if reply.status == 401:
        return CredentialsRefused(access.server, access.user)
    if reply.status == 403 and 'User "' in reason and " cannot " in reason:
        return Forbidden(what, reason)
    if reply.status == 404:
        return _not_found(access, request, said)
    if reply.status == 410:
        return HistoryExpired(what)
    if reply.status == 429:
        return Busy(what, reason, _retry_after(reply, said))
    if reply.status >= 500 and "failed to create typed patch object" not in reason:
        return ServerFailed(what, reply.status, reason)
    return _rejected(what, reply.status, reason, said)


def status_object(reply: Reply) -> dict[str, Any]:
    """The API server's own Status, or {} when the reply is something else's."""
    if not reply.headers.get("content-type", "").startswith(JSON):
        return {}
    try:
        said = reply.json()
    except ValueError:
        return {}
    return said if isinstance(said, dict) and said.get("kind") == "Status" else {}


def _rejected(what: str, status: int, reason: str, said: Mapping[str, Any]) -> ObjectRejected:
    causes = (said.get("details") or {}).get("causes") or []
    evidence = "\n".join(
        f"{cause.get('field', '')}: {cause.get('message', '')}".strip(": ") for cause in causes
    )
    if said.get("reason") == "AlreadyExists":
        return AlreadyExists(what, status, reason, evidence)
    if status == 409:
        return Conflict(what, status, reason, evidence)
    return ObjectRejected(what, status, reason, evidence)


def _not_found(access: Access, request: Request, said: Mapping[str, Any]) -> KubeError:
    """Mostly what was asked for is missing, but it may be its namespace, or the whole kind."""
    details = said.get("details") or {}
    what = request.what or request.path
    if details.get("kind") == "namespaces" and not what.startswith("Namespace"):
        return ObjectNotFound(say("Namespace {name}", name=details.get("name")))
    if request.kind and not details.get("name"):
        return KindUnknown(request.kind, access.server)
    return ObjectNotFound(what)


def _retry_after(reply: Reply, said: Mapping[str, Any]) -> float:
    written = reply.headers.get("retry-after") or str(
        (said.get("details") or {}).get("retryAfterSeconds", 0)
    )
    return float(written) if written.isdecimal() else 0.0
