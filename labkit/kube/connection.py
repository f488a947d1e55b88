"""One API server over HTTPS, usable from several threads. Import it late: httpx costs 0.1 s."""

import ipaddress
import ssl
import tempfile
import threading
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from labkit.foundation.process import Runner
from labkit.foundation.text import say
from labkit.foundation.tls import client_context
from labkit.foundation.waiting import Clock
from labkit.kube.credentials import Credential, Credentials
from labkit.kube.errors import (
    AnswerNotUnderstood,
    AnswerTooSlow,
    Busy,
    CertificateRejected,
    ClusterUnreachable,
    CredentialsRefused,
    KubeconfigInvalid,
    KubeError,
)
from labkit.kube.exchange import Reply, Request, refused
from labkit.kube.kubeconfig import Access

KEPT_OPEN_SECONDS = 60.0  # a notebook's next cell should not pay for another TLS handshake
CONNECT_SECONDS = 5.0  # the way to a server that exists is short

REFUSALS = (
    "ALERT_ACCESS_DENIED",
    "ALERT_BAD_CERTIFICATE",
    "ALERT_CERTIFICATE_EXPIRED",
    "ALERT_CERTIFICATE_REQUIRED",
    "ALERT_CERTIFICATE_REVOKED",
    "ALERT_CERTIFICATE_UNKNOWN",
    "ALERT_DECRYPT_ERROR",
    "ALERT_HANDSHAKE_FAILURE",
    "ALERT_UNKNOWN_CA",
)
"""Alerts of TLS by which a server refuses a client's certificate, or wants one (RFC 8446, 6.2)."""


class Connection:
    def __init__(
        self,
        access: Access,
        *,
        timeout_seconds: float,
        run: Runner,
        clock: Clock,
        client: httpx.Client | None = None,
    ) -> None:
        self.access = access
        self.clock = clock
        self._timeout_seconds = timeout_seconds
        self._run = run
        self._credentials = Credentials(access, run, clock)
        self._lock = threading.Lock()
        self._identity = ("", "")
        self._client = client

    def shared_with(self, access: Access) -> "Connection":
        """The same open connections for the bearer of another token; only the first closes them."""
        return Connection(
            access,
            timeout_seconds=self._timeout_seconds,
            run=self._run,
            clock=self.clock,
            client=self._client_for(Credential()),
        )

    def close(self) -> None:
        with self._lock:
            if self._client:
                self._client.close()
            self._client = None

    def ask(self, request: Request) -> Reply:
        """The reply if it is below 400, else the KubeError that it means."""
        end = self.clock.monotonic() + self._limit(request)
        while True:
            reply = self.exchange(request)
            if reply.status < 400:
                return reply
            problem = refused(self.access, request, reply)
            if not self._can_wait(request, problem, end):
                raise problem

    def exchange(self, request: Request) -> Reply:
        """The reply, whatever its status; 401 is tried again with a renewed credential."""
        reply = self._once(request)
        if reply.status == 401 and self._credentials.forget():
            reply = self._once(request)
        return reply

    @contextmanager
    def streamed(self, request: Request) -> Iterator[Iterator[bytes]]:
        """The whole lines of a reply as they come. A KubeError when refused or broken off."""
        with self._translated(request), self._opened(request) as response:
            if response.status_code >= 400:
                reply = Reply(response.status_code, response.headers, response.read())
                raise refused(self.access, request, reply)
            yield _lines(response)

    def _once(self, request: Request) -> Reply:
        with self._translated(request):
            try:
                return self._exchanged(request)
            except httpx.RemoteProtocolError:
                # A kept connection that the server closed meanwhile; it shows only when used.
                if request.method != "GET":
                    raise
                return self._exchanged(request)

    def _exchanged(self, request: Request) -> Reply:
        end = self.clock.monotonic() + self._limit(request)
        with self._opened(request) as response:
            pieces = self._in_time(response.iter_bytes(), request, end)
            return Reply(response.status_code, response.headers, _body(pieces, request))

    def _in_time(self, pieces: Iterator[bytes], request: Request, end: float) -> Iterator[bytes]:
        """The client's time-out is for each piece; a server that drips must not hold us."""
        for piece in pieces:
            if self.clock.monotonic() > end:
                reason = say("no whole answer within {s:g} s", s=self._limit(request))
                raise AnswerTooSlow(self.access.server, reason)
            yield piece

    @contextmanager
    def _opened(self, request: Request) -> Iterator[httpx.Response]:
        credential = self._credentials.current()
        headers = {"accept": request.accept}
        if request.body:
            headers["content-type"] = request.content_type
        if credential.token:
            headers["authorization"] = f"Bearer {credential.token}"
        with self._client_for(credential).stream(
            request.method,
            self.access.server + request.path,
            params=dict(request.query) or None,
            content=request.body or None,
            headers=headers,
            timeout=httpx.Timeout(self._limit(request), connect=CONNECT_SECONDS),
            extensions=_names(self.access),
        ) as response:
            yield response

    def _limit(self, request: Request) -> float:
        return request.timeout_seconds or self._timeout_seconds

    def _can_wait(self, request: Request, problem: KubeError, end: float) -> bool:
        """Wait as a busy API server asks, if that ends before the time-out."""
        if not isinstance(problem, Busy) or not request.patient:
            return False
        pause = problem.retry_after_seconds or 1.0
        if self.clock.monotonic() + pause > end:
            return False
        self.clock.pause(pause)
        return True

    def _client_for(self, credential: Credential) -> httpx.Client:
        identity = (credential.certificate, credential.key)
        with self._lock:
            if self._client is None or self._identity != identity:
                self._client = _client(self.access, credential)
                self._identity = identity
                # Who works in a notebook seldom closes what they opened.
                weakref.finalize(self, self._client.close)
            return self._client

    @contextmanager
    def _translated(self, request: Request) -> Iterator[None]:
        server = self.access.server
        try:
            yield
        except httpx.TimeoutException as trouble:
            slow = isinstance(trouble, (httpx.ReadTimeout, httpx.WriteTimeout))
            seconds = self._limit(request) if slow else CONNECT_SECONDS
            reason = say("no answer within {s:g} s", s=seconds)
            raise (AnswerTooSlow if slow else ClusterUnreachable)(server, reason) from trouble
        except httpx.InvalidURL as trouble:
            problem = say("names a server that is not an address: {server}", server=server)
            raise KubeconfigInvalid(self.access.context, problem) from trouble
        except httpx.DecodingError as trouble:
            raise AnswerNotUnderstood(request.what or request.path, str(trouble)) from trouble
        except httpx.TransportError as trouble:
            raise _unreachable(self.access, trouble) from trouble


def _lines(response: httpx.Response) -> Iterator[bytes]:
    """Split at newlines only: what else Unicode counts as a line end may be within JSON."""
    rest = b""
    for piece in response.iter_bytes():
        *lines, rest = (rest + piece).split(b"\n")
        yield from lines


def _body(pieces: Iterator[bytes], request: Request) -> bytes:
    if not request.at_most_bytes:
        return b"".join(pieces)
    if request.keeps_end:
        return _last_lines(pieces, request.at_most_bytes)
    body = bytearray()
    for piece in pieces:
        body += piece
        if len(body) >= request.at_most_bytes:
            break
    return bytes(body[: request.at_most_bytes])


def _last_lines(pieces: Iterator[bytes], at_most_bytes: int) -> bytes:
    body, is_cut = bytearray(), False
    for piece in pieces:
        body += piece
        if len(body) > at_most_bytes:
            del body[:-at_most_bytes]
            is_cut = True
    return bytes(body.partition(b"\n")[2] if is_cut else body)


def _client(access: Access, credential: Credential) -> httpx.Client:
    limits = httpx.Limits(max_connections=None, keepalive_expiry=KEPT_OPEN_SECONDS)
    return httpx.Client(
        verify=_tls(access, credential),
        limits=limits,
        trust_env=not _is_near(access.server),
        follow_redirects=False,
    )


def _is_near(server: str) -> bool:
    """A proxy of the environment must not come between us and an address of this machine."""
    host = httpx.URL(server).host
    try:
        return ipaddress.ip_address(host).is_private
    except ValueError:
        return host == "localhost"


def _tls(access: Access, credential: Credential) -> ssl.SSLContext:
    try:
        context = client_context("" if access.insecure else access.authority or None)
        if access.insecure:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        if credential.certificate:
            _load_pair(context, credential)
    except (ssl.SSLError, ValueError) as trouble:
        problem = say("has a certificate or key that does not fit: {reason}", reason=trouble)
        raise KubeconfigInvalid(access.context, problem) from trouble
    return context


def _load_pair(context: ssl.SSLContext, credential: Credential) -> None:
    # The ssl module reads a pair from a file only; this one is ours alone and short-lived.
    with tempfile.NamedTemporaryFile("w", suffix=".pem") as pair:
        pair.write(f"{credential.certificate}\n{credential.key}\n")
        pair.flush()
        context.load_cert_chain(Path(pair.name))


def _names(access: Access) -> dict[str, str]:
    return {"sni_hostname": access.server_name} if access.server_name else {}


def _unreachable(access: Access, trouble: httpx.TransportError) -> KubeError:
    cause: BaseException | None = trouble
    while cause:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return CertificateRejected(access.server, cause.verify_message)
        if isinstance(cause, ssl.SSLError) and (cause.reason or "").endswith(REFUSALS):
            return CredentialsRefused(access.server, access.user)
        if isinstance(cause, OSError) and cause.strerror and not isinstance(cause, ssl.SSLError):
            return ClusterUnreachable(access.server, cause.strerror.lower())
        cause = cause.__cause__ or cause.__context__
    return ClusterUnreachable(access.server, str(trouble) or type(trouble).__name__)
