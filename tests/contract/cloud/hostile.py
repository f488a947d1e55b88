"""Calls that nobody would think of: strategies over the API's description, and a raw wire."""

import http.client
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from hypothesis import strategies as st

from labkit.cloud.auth.signature import signature
from tests.contract.cloud.described import Described, models, operations, properties
from tests.support.cloud import PROJECT, Stage

WORDS = st.text(max_size=20)
ODD_WORDS = st.sampled_from(
    [
        "",
        "..",
        "%00",
        "%",
        "//",
        "*",
        "null",
        "ü",
        "\U0001f4a5",
        "a" * 3000,
        "'; DROP TABLE kept; --",
    ]
)
NUMBERS = st.one_of(
    st.integers(), st.sampled_from([0, -1, 1, 2**31, 2**63, 10**40, 10**4000]), st.floats()
)
JUNK = st.recursive(
    st.one_of(st.none(), st.booleans(), NUMBERS, WORDS, ODD_WORDS),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(WORDS, inner, max_size=3)),
    max_leaves=8,
)
PLAIN = {
    "string": st.one_of(WORDS, st.sampled_from(["GRA7", "b3-8", "audit", "my-pool", "https://a.example"])),
    "boolean": st.booleans(),
    "long": st.one_of(st.integers(-1, 6), NUMBERS),
    "double": NUMBERS,
    "duration": st.sampled_from(["PT0S", "PT60S", "P1D", "PT", "one minute"]),
    "uuid": st.uuids().map(str),
    "ipBlock": st.sampled_from(["10.0.0.0/8", "10.1.2.3/8", "::/0", "192.0.2.1", "300.0.0.0/8"]),
    "ipv4Block": st.sampled_from(["10.0.0.0/8", "::/0"]),
    "map[string]string": st.dictionaries(WORDS, WORDS, max_size=3),
}  # fmt: skip
BROKEN = st.sampled_from(
    [
        b"{", b"\xff\xfe", b'{"name": "\xe9"}', b"[" * 50_000, b'{"name": "\\ud800"}', b"NaN",
        b'{"desiredNodes": 1e400}', b'{"x": ' + b"9" * 5000 + b"}", b"null", b"[]", b'"text"', b"0",
        b'{"name": 1, "name": "\\u0000"}',
        b'{"accessRules": [{"method": "GET", "path": "\\udfff"}]}',
    ]
)  # fmt: skip
HEADERS = st.dictionaries(
    st.sampled_from(["X-Pagination-Cursor", "Content-Type", "User-Agent", "Accept", "X-Ovh-Batch"]),
    st.text(st.characters(min_codepoint=32, max_codepoint=255, blacklist_characters="\x7f")),
    max_size=2,
)
SPOILT = st.sampled_from(
    ["X-Ovh-Application", "X-Ovh-Consumer", "X-Ovh-Timestamp", "X-Ovh-Signature", "Authorization"]
)


@dataclass(frozen=True, slots=True)
class Attempt:
    operation: Described
    version: str
    target: str
    body: bytes
    headers: Mapping[str, str]
    spoilt: Mapping[str, str]


def value_of(type_: str) -> st.SearchStrategy[Any]:
    """Mostly of that type."""
    if type_.endswith("[]"):
        return st.one_of(st.lists(value_of(type_.removesuffix("[]")), max_size=3), JUNK)
    model = models().get(type_)
    if model is None:
        return st.one_of(PLAIN.get(type_, WORDS), JUNK)
    if "enum" in model:
        return st.one_of(st.sampled_from(model["enum"]), st.sampled_from(model["enum"]), JUNK)
    fields = {name: value_of(one["type"]) for name, one in properties(type_).items()}
    return st.fixed_dictionaries({}, optional=fields)


def bodies(operation: Described) -> st.SearchStrategy[bytes]:
    if not operation.body:
        return st.one_of(st.just(b""), BROKEN)
    whole = st.one_of(value_of(operation.body), value_of(operation.body), JUNK)
    return st.one_of(whole.map(lambda one: json.dumps(one).encode()), BROKEN)


@st.composite
def attempts(draw: st.DrawFn, parts: Mapping[str, str], *, real: bool = True) -> Attempt:
    """`parts`: what is really there, by its names in the description."""
    operation = draw(st.sampled_from(operations()))
    path = operation.path
    for name, value in parts.items():
        odd = draw(st.one_of(WORDS, ODD_WORDS)) or " "
        junk = quote(odd, safe=draw(st.sampled_from(["", "/%"])))
        path = path.replace(f"{{{name}}}", value if real and draw(st.integers(0, 9)) else junk)
    pairs = draw(st.dictionaries(WORDS, st.one_of(WORDS, ODD_WORDS), max_size=2))
    query = "&".join(f"{quote(key)}={quote(value)}" for key, value in pairs.items())
    return Attempt(
        operation=operation,
        version=draw(st.sampled_from(["/1.0", "/1.0", "/1.0", "/v1", "/v1", "", "/1.0/", "/v2"])),
        target=path + (f"?{query}" if query else ""),
        body=draw(bodies(operation)),
        headers=draw(HEADERS),
        spoilt=draw(
            st.one_of(st.just({}), st.dictionaries(SPOILT, st.just("\xe9 12"), max_size=1))
        ),
    )


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes


def send(stage: Stage, attempt: Attempt) -> Answer:
    """The target goes over the wire as it is: no client tidies it up."""
    host = stage.cloud.address.removeprefix("http://")
    target, stamp, keys = f"{attempt.version}{attempt.target}", stage.cloud.time.unix(), stage.keys
    method = attempt.operation.method
    sign = signature(
        keys.application_secret,
        keys.consumer_key,
        method=method,
        url=f"http://{host}{target}",
        body=attempt.body,
        timestamp=str(stamp),
    )
    headers = {
        "X-Ovh-Application": keys.application_key,
        "X-Ovh-Consumer": keys.consumer_key,
        "X-Ovh-Timestamp": str(stamp),
        "X-Ovh-Signature": sign,
        **attempt.headers,
        **attempt.spoilt,
    }
    connection = http.client.HTTPConnection(host, timeout=30)
    try:
        connection.request(method, target, attempt.body, headers)
        answer = connection.getresponse()
        found = {key.lower(): value for key, value in answer.getheaders()}
        return Answer(answer.status, found, answer.read())
    finally:
        connection.close()


NOWHERE = {
    "serviceName": PROJECT,
    **dict.fromkeys(
        (
            "kubeId", "nodePoolId", "nodeId", "ip", "subscriptionId", "flavorId", "regionName",
            "instanceId", "name",
        ),
        "none",
    ),
}  # fmt: skip
