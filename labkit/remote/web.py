"""GETs to a web address. That nobody answers is an answer too, not an exception."""

import ssl
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

from labkit.foundation.text import say
from labkit.foundation.waiting import Clock

if TYPE_CHECKING:
    import httpx

LONGEST_PAGE_BYTES = 100_000  # enough for a lesson's page; a stream would never end
AT_ONCE = 12


@dataclass(frozen=True, slots=True)
class Page:
    url: str
    status: int = 0
    """0 when nobody answered; then `problem` says why."""
    text: str = ""
    problem: str = ""


def get_pages(urls: Sequence[str], clock: Clock, *, timeout_seconds: float = 3) -> list[Page]:
    """All at once, each over a connection of its own, so that a balancer chooses anew each time."""
    import httpx  # noqa: PLC0415  0.1 s to import

    if not urls:
        return []
    limits = httpx.Limits(max_keepalive_connections=0)
    transport = httpx.HTTPTransport(verify=_tls(urls), limits=limits, trust_env=False)
    # A proxy of the environment must not come between us and an address of a cluster.
    with (
        httpx.Client(transport=transport, timeout=timeout_seconds, trust_env=False) as client,
        ThreadPoolExecutor(AT_ONCE) as pool,
    ):
        end = clock.monotonic() + timeout_seconds
        return list(pool.map(lambda url: _page(client, url, clock, end), urls))


def _tls(urls: Sequence[str]) -> ssl.SSLContext:
    """Reading all known authorities takes 30 ms; a plain http address needs none of them."""
    secure = any(url.startswith("https:") for url in urls)
    return ssl.create_default_context() if secure else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def _page(client: "httpx.Client", url: str, clock: Clock, end: float) -> Page:
    import httpx  # noqa: PLC0415

    try:
        with client.stream("GET", url) as response:
            body = b"".join(_until(response.iter_bytes(), clock, end))
            text = body.decode(response.encoding or "utf-8", errors="replace")
            return Page(url, response.status_code, text)
    except httpx.ConnectError as problem:
        return Page(url, problem=_words(problem))
    except httpx.TimeoutException:
        return Page(url, problem=say("no answer in time"))
    except (httpx.TransportError, httpx.InvalidURL) as problem:
        return Page(url, problem=str(problem) or type(problem).__name__)


def _until(chunks: Iterator[bytes], clock: Clock, end: float) -> Iterator[bytes]:
    """The time-out is for the whole page: a server that drips must not hold us."""
    size = 0
    for chunk in chunks:
        yield chunk
        size += len(chunk)
        if size >= LONGEST_PAGE_BYTES or clock.monotonic() >= end:
            return


def _words(problem: Exception) -> str:
    """The system's own words, which httpx hides behind its own: connection refused."""
    cause: BaseException | None = problem
    while cause:
        if isinstance(cause, OSError) and cause.strerror:
            return cause.strerror.lower()
        cause = cause.__cause__ or cause.__context__
    return str(problem)
