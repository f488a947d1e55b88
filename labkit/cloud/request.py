"""A request as it came in: what a signature is made of must not have been decoded on the way."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, unquote

VERSIONS = ("/1.0", "/v1")


@dataclass(frozen=True, slots=True)
class Received:
    method: str
    url: str
    """As the client built it: scheme, host, path and query, nothing decoded."""
    place: str
    """Below /1.0 or /v1, not decoded: an encoded slash belongs to a name, and ends none."""
    path: str
    """Below /1.0 or /v1, decoded, with one slash in front: what access rules speak of."""
    query: Mapping[str, str]
    headers: Mapping[str, str]
    """Names in lower case."""
    body: bytes
    caller: str


def received(scope: Mapping[str, Any], body: bytes) -> Received:
    """From an ASGI scope."""
    headers = {name.decode(): value.decode("latin-1") for name, value in scope["headers"]}
    raw = scope["raw_path"].decode("latin-1")
    query = scope["query_string"].decode("latin-1")
    host = headers.get("host", "")
    client = scope.get("client") or ("", 0)
    return Received(
        method=scope["method"],
        url=f"{scope['scheme']}://{host}{raw}" + (f"?{query}" if query else ""),
        place=below(raw),
        path=unquote(below(raw)),
        query=dict(parse_qsl(query, keep_blank_values=True)),
        headers=headers,
        body=body,
        caller=client[0],
    )


def below(raw: str) -> str:
    """The path without its version. A base address that ends in a slash doubles one."""
    for version in VERSIONS:
        if raw == version or raw.startswith(f"{version}/"):
            raw = raw.removeprefix(version)
            break
    return "/" + raw.lstrip("/")
