"""Reads from one API server as raw JSON: lists, objects, watches, logs, and proxied pages."""

from collections.abc import Generator
from contextlib import closing
from copy import copy
from dataclasses import replace
from typing import Self

from labkit.foundation.process import Runner
from labkit.foundation.text import say
from labkit.foundation.waiting import Clock
from labkit.kube.conditions import containers_begun, has_companions
from labkit.kube.connect import connect
from labkit.kube.discovery import Kinds
from labkit.kube.errors import (
    AnswerNotUnderstood,
    AnswerTooSlow,
    CertificateRejected,
    ClusterUnreachable,
    Forbidden,
    NotAnswering,
    ObjectNotFound,
)
from labkit.kube.exchange import LONGEST_QUOTE, Answer, Request, refused, status_object, understood
from labkit.kube.kubeconfig import Access
from labkit.kube.listing import Lists, complete
from labkit.kube.resources import Object, ObjectReference, Objects, Selection
from labkit.kube.watching import SYNCED, watched

ANY = "*/*"
LONGEST_PAGE_BYTES = 1_000_000  # what a check or a lesson looks at; a stream would never end
LONGEST_LOG_BYTES = 4_000_000  # the 20,000 lines of an observer that a check may ask for
NOT_THE_PAGE = (400, 500, 502, 503, 504)  # 400: the Pod has no address yet
PROXY_TROUBLE = "error trying to reach service"  # how the API server's proxy begins its sentence


class Reader:
    """Use it in a `with`, or close() it. Safe for several threads."""

    def __init__(
        self,
        access: Access,
        *,
        timeout_seconds: float = 10,
        run: Runner | None = None,
        clock: Clock | None = None,
    ) -> None:
        self.access = access
        self.connection = connect(access, timeout_seconds=timeout_seconds, run=run, clock=clock)
        self.kinds = Kinds(self.connection)
        self.lists = Lists(self.connection, self.kinds)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self.connection.close()

    def acting_as(self, token: str, user: str) -> "Reader":
        """Somebody else's reader over our open connections, which stay ours to close.

        For many identities in a row: a handshake each would cost more than what they read. Not
        for a reader with a certificate, which belongs to a connection and not to a request.
        """
        if self.access.certificate:
            raise ValueError("a certificate cannot be lent")
        other = copy(self)
        other.access = replace(self.access, token=token, user=user)
        other.connection = self.connection.shared_with(other.access)
        other.lists = Lists(other.connection, self.kinds)
        return other

    @property
    def clock(self) -> Clock:
        return self.connection.clock

    def version(self) -> str:
        """As the API server writes it: v1.34.2."""
        request = Request("/version")
        answer = understood(request, self.connection.ask(request))
        if "gitVersion" not in answer:
            raise AnswerNotUnderstood(request.path, str(answer)[:LONGEST_QUOTE])
        return str(answer["gitVersion"])

    def ready(self) -> bool:
        """What /readyz says; False too when nothing listens yet.

        Raises CertificateRejected or CredentialsRefused, because waiting does not mend those.
        """
        try:
            reply = self.connection.exchange(Request("/readyz", accept=ANY))
        except CertificateRejected:
            raise
        except ClusterUnreachable:
            return False
        if reply.status in (401, 403):
            raise refused(self.access, Request("/readyz"), reply)
        return reply.status == 200

    def raw(self, path: str) -> str:
        """The text at any path, such as /readyz?verbose."""
        return self.connection.ask(Request(path, accept=ANY)).text

    def list(
        self,
        kind: str,
        *,
        namespace: str | None = None,
        labels: str = "",
        fields: str = "",
        at_most: int = 0,
    ) -> Objects:
        """All objects of a kind; `namespace` None means all namespaces.

        Raises TooManyObjects when there are more than `at_most`, rather than returning some.
        """
        selection = Selection(kind, namespace, labels, fields)
        return self.lists.whole(selection, at_most=at_most)[0]

    def get(self, kind: str, name: str, *, namespace: str | None = None) -> Object:
        """One object; `namespace` None means the kubeconfig's. Raises ObjectNotFound."""
        resource = self.kinds.find(kind)
        where = (namespace or self.access.namespace) if resource.namespaced else ""
        what = str(ObjectReference(kind, name, where))
        request = Request(resource.path(where, name), what=what, kind=kind)
        return complete(resource, understood(request, self.connection.ask(request)))

    def watch(
        self,
        kind: str,
        *,
        namespace: str | None = None,
        labels: str = "",
        fields: str = "",
        seconds: float = 60,
    ) -> Generator[tuple[str, Object], None, None]:
        """(ADDED | MODIFIED | DELETED, object), first what is there, until `seconds` are over.

        Closed connections are resumed and lost history is listed again, each change once.
        """
        selection = Selection(kind, namespace, labels, fields)
        with closing(watched(self.lists, selection, seconds=seconds)) as events:
            for event in events:
                if event[0] != SYNCED:
                    yield event

    def log(
        self,
        pod: str,
        namespace: str,
        container: str = "",
        *,
        previous: bool = False,
        tail: int = 200,
    ) -> str:
        """The last `tail` lines of one container; unnamed, of each, where there are several.

        Fewer where they are more than LONGEST_LOG_BYTES.
        """
        if not container:
            found = self.get("Pod", pod, namespace=namespace)
            if has_companions(found):
                names = containers_begun(found)
                return "".join(self.log(pod, namespace, name, tail=tail) for name in names)
        query = {"tailLines": str(tail)}
        if container:
            query["container"] = container
        if previous:
            query["previous"] = "true"
        path = self.kinds.find("Pod").path(namespace, pod, "log")
        what = str(ObjectReference("Pod", pod, namespace))
        request = Request(
            path,
            query=query,
            accept=ANY,
            what=what,
            at_most_bytes=LONGEST_LOG_BYTES,
            keeps_end=True,
        )
        return self.connection.ask(request).text

    def through_service(
        self,
        namespace: str,
        service: str,
        port: int | str,
        path: str = "/",
        *,
        timeout_seconds: float = 5,
    ) -> Answer:
        """What the Service answers to a GET, whatever its status.

        Raises NotAnswering when the Service does not, ClusterUnreachable when the API server
        does not. `service` may be written https:name.
        """
        return self._through("Service", (namespace, service, str(port)), path, timeout_seconds)

    def through_pod(
        self,
        namespace: str,
        pod: str,
        port: int | str,
        path: str = "/",
        *,
        timeout_seconds: float = 5,
    ) -> Answer:
        """As through_service."""
        return self._through("Pod", (namespace, pod, str(port)), path, timeout_seconds)

    def _through(
        self, kind: str, where: tuple[str, str, str], path: str, timeout_seconds: float
    ) -> Answer:
        namespace, name, port = where
        what = str(ObjectReference(kind, name, namespace))
        proxy = self.kinds.find(kind).path(namespace, f"{name}:{port}", "proxy")
        request = Request(
            f"{proxy}/{path.removeprefix('/')}",
            accept=ANY,
            what=what,
            timeout_seconds=timeout_seconds,
            at_most_bytes=LONGEST_PAGE_BYTES,
        )
        try:
            reply = self.connection.exchange(request)
        except AnswerTooSlow as trouble:
            raise NotAnswering(what, trouble.reason) from trouble
        said = status_object(reply)
        reason = str(said.get("message", "")) or reply.text
        if reply.status == 404 and said and self._exists(kind, where):
            raise NotAnswering(what, say("it has no endpoints yet"))
        if (said and reply.status in NOT_THE_PAGE) or reason.startswith(PROXY_TROUBLE):
            raise NotAnswering(what, reason)
        if said:
            raise refused(self.access, request, reply)
        return Answer(reply.status, reply.text)

    def _exists(self, kind: str, where: tuple[str, str, str]) -> bool:
        """The proxy calls a Service missing also when only its endpoints are."""
        try:
            self.get(kind, where[1].rpartition(":")[2], namespace=where[0])
        except (ObjectNotFound, Forbidden):
            return False
        return True
