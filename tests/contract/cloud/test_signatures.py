"""Signatures that real clients made, asked of the emulator's own verifier, byte by byte."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from labkit.cloud.answers import Refused
from labkit.cloud.auth.checking import check
from labkit.cloud.auth.models import Application, Credential
from labkit.cloud.cloud import Cloud
from labkit.cloud.request import received
from tests.contract.cloud.described import FOLDER
from tests.support.clock import HeldClock
from tests.support.cloud import Stage, staged

VECTORS = json.loads((FOLDER / "signature-vectors.json").read_text())
RECORDS = [
    json.loads(line)["request"]
    for line in (FOLDER / "terraform-provider-2.19.0-transcript.jsonl").read_text().splitlines()
]
SIGNED = [record for record in RECORDS if "X-Ovh-Signature" in record["headers"]]
PIECES = ("method", "path", "query", "body", "timestamp", "secret", "consumer")


@pytest.fixture
def clock(unserved: Stage) -> HeldClock:
    assert isinstance(unserved.clock, HeldClock)
    return unserved.clock


@pytest.fixture
def unserved(tmp_path: Path) -> Iterator[Stage]:
    with staged(tmp_path) as stage:
        yield stage


def request_of(record: dict[str, Any]) -> dict[str, Any]:
    """A recorded request as the parts that a signature is made of."""
    raw = record["headers"]
    path, _, query = record["path"].partition("?")
    return {
        "method": record["method"],
        "scheme": "http",
        "host": raw["Host"],
        "path": path,
        "query": query,
        "body": record["body"],
        "timestamp": raw["X-Ovh-Timestamp"],
        "signature": raw["X-Ovh-Signature"],
        "consumer": "ck",
        "secret": "as",
    }


def vector_of(vector: dict[str, Any]) -> dict[str, Any]:
    url = urlsplit(vector["url"])
    return {
        "method": vector["method"],
        "scheme": url.scheme,
        "host": url.netloc,
        "path": url.path,
        "query": url.query,
        "body": vector["body"],
        "timestamp": str(vector["timestamp"]),
        "signature": vector["signature"],
        "consumer": vector["consumerKey"],
        "secret": vector["applicationSecret"],
    }


def verify(cloud: Cloud, parts: dict[str, Any], clock: HeldClock) -> None:
    """By the emulator's verifier, at the moment when the call was made."""
    application = cloud.store.all(Application)[0]
    credential = cloud.store.all(Credential)[0]
    cloud.store.put(application.but(secret=parts["secret"]))
    cloud.store.put(credential.but(id=parts["consumer"]))
    made = parts["timestamp"]
    moment = datetime.fromtimestamp(int(made) if made.isdecimal() else 0, UTC)
    clock.seconds = (moment - clock.start).total_seconds()
    headers = {
        "Host": parts["host"],
        "X-Ovh-Application": application.id,
        "X-Ovh-Consumer": parts["consumer"],
        "X-Ovh-Timestamp": parts["timestamp"],
        "X-Ovh-Signature": parts["signature"],
    }
    scope = {
        "method": parts["method"],
        "scheme": parts["scheme"],
        "raw_path": parts["path"].encode(),
        "query_string": parts["query"].encode(),
        "headers": [(key.lower().encode(), value.encode()) for key, value in headers.items()],
    }
    check(cloud, received(scope, parts["body"].encode()))


ALL = [vector_of(vector) for vector in VECTORS] + [request_of(record) for record in SIGNED]


def test_there_are_four_vectors_and_seventy_six_signed_requests() -> None:
    assert (len(VECTORS), len(SIGNED)) == (4, 76)


def test_every_recorded_signature_is_right(unserved: Stage, clock: HeldClock) -> None:
    for parts in ALL:
        verify(unserved.cloud, parts, clock)


@pytest.mark.parametrize("piece", PIECES)
def test_one_byte_of_a_piece_makes_the_signature_wrong(
    unserved: Stage, clock: HeldClock, piece: str
) -> None:
    flipped = 0
    for parts in ALL:
        for position in range(len(parts[piece])):
            changed = parts | {piece: _flip(parts[piece], position)}
            with pytest.raises(Refused) as refused:
                verify(unserved.cloud, changed, clock)
            assert (refused.value.error.status, refused.value.error.message) == (
                400,
                "Invalid signature",
            )
            flipped += 1
    assert flipped > 0


def _flip(text: str, position: int) -> str:
    byte = chr(ord(text[position]) ^ 1)
    return text[:position] + byte + text[position + 1 :]
