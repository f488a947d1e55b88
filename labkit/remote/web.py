"""GETs to a web address. That nobody answers is an answer too, not an exception.

Whoever answers may be anybody's program: redirects are not followed, what is compressed stays so,
and neither a page nor its headers take longer or more than allowed.
"""

import socket
import ssl
import threading
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import suppress
from dataclasses import dataclass
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import TYPE_CHECKING, Any, Protocol

from labkit.foundation.text import say
from labkit.foundation.tls import client_context
from labkit.foundation.waiting import Clock

if TYPE_CHECKING:
    import httpx

LONGEST_PAGE_BYTES = 100_000  # enough for a lesson's page; a stream would never end
AT_ONCE = 12
GRACE_SECONDS = 0.5  # after the time-out, for what is read already to be returned
NO_COOKIES = DefaultCookiePolicy(allowed_domains=())
HEADERS = {"accept-encoding": "identity"}  # a small reply must not unpack into a huge one


@dataclass(frozen=True, slots=True)
class Page:
    url: str
    status: int = 0
    """0 when nobody answered; then `problem` says why."""
    text: str = ""
    problem: str = ""


class GetPages(Protocol):
    """`get_pages`, for whoever takes it as a parameter."""

    def __call__(self, urls: Sequence[str], clock: Clock, /, *, host: str = "") -> list[Page]: ...


def get_pages(
    urls: Sequence[str], clock: Clock, *, host: str = "", timeout_seconds: float = 3
) -> list[Page]:
    """All at once, each as a stranger.

    A connection of its own, so that a balancer chooses anew each time; no cookie, so that what one
    page hands out does not open the next. With `host` they are asked for under that name, which
    no resolver has to know.
    """
    import httpx  # noqa: PLC0415  0.1 s to import

    if not urls:
        return []
    limits = httpx.Limits(max_keepalive_connections=0)
    transport = httpx.HTTPTransport(verify=_tls(urls), limits=limits, trust_env=False)
    # A proxy of the environment must not come between us and an address of a cluster.
    with (
        httpx.Client(
            transport=transport,
            timeout=timeout_seconds,
            headers=HEADERS | ({"host": host} if host else {}),
            cookies=CookieJar(NO_COOKIES),
            trust_env=False,
        ) as client,
        ThreadPoolExecutor(AT_ONCE) as pool,
    ):
        visits = _Visits(client, clock, clock.monotonic() + timeout_seconds)
        pages = [pool.submit(visits.page, url) for url in urls]
        wait(pages, timeout_seconds + GRACE_SECONDS)
        visits.end()
        return [page.result() for page in pages]


def _tls(urls: Sequence[str]) -> ssl.SSLContext:
    """Reading all known authorities takes 30 ms; a plain http address needs none of them."""
    secure = any(url.startswith("https:") for url in urls)
    return client_context(None if secure else "")


class _Visits:
    """The time-out is for the whole page: a server that drips must not hold us.

    httpx limits only each single read, so at the end the sockets are shut under it.
    """

    def __init__(self, client: "httpx.Client", clock: Clock, end: float) -> None:
        self._client = client
        self._clock = clock
        self._end = end
        self._lock = threading.Lock()
        self._sockets: list[socket.socket] = []

    def page(self, url: str) -> Page:
        import httpx  # noqa: PLC0415

        try:
            with self._client.stream("GET", url, extensions={"trace": self._note}) as response:
                body = b"".join(self._until_end(response.iter_raw()))
                return Page(url, response.status_code, body.decode(errors="replace"))
        except httpx.ConnectError as problem:
            return Page(url, problem=_words(problem))
        except (httpx.TransportError, httpx.InvalidURL) as problem:
            if isinstance(problem, httpx.TimeoutException) or self._is_over():
                return Page(url, problem=say("no answer in time"))
            return Page(url, problem=str(problem) or type(problem).__name__)

    def end(self) -> None:
        with self._lock:
            for one in self._sockets:
                with suppress(OSError):
                    one.shutdown(socket.SHUT_RDWR)

    def _note(self, event: str, details: Mapping[str, Any]) -> None:
        """Called by httpx for each step of a connection."""
        if not event.endswith(("connect_tcp.complete", "start_tls.complete")):
            return
        with self._lock:
            self._sockets.append(details["return_value"].get_extra_info("socket"))
        if self._is_over():  # it waited for its turn too long
            self.end()

    def _until_end(self, chunks: Iterator[bytes]) -> Iterator[bytes]:
        size = 0
        for chunk in chunks:
            yield chunk
            size += len(chunk)
            if size >= LONGEST_PAGE_BYTES or self._is_over():
                return

    def _is_over(self) -> bool:
        return self._clock.monotonic() >= self._end


def _words(problem: Exception) -> str:
    """The system's own words, which httpx hides behind its own: connection refused."""
    cause: BaseException | None = problem
    while cause:
        if isinstance(cause, OSError) and cause.strerror:
            return cause.strerror.lower()
        cause = cause.__cause__ or cause.__context__
    return str(problem)
