"""Logins in Secrets are told as the kubelet reads them, and their passwords by a hash only."""

import json
from base64 import b64encode
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from labkit.grading.exercise import Exercise, ObjectsRead
from labkit.grading.hiding import fingerprint
from labkit.grading.reading import take_snapshot
from labkit.grading.registry_logins import FACTS, LoginReader, is_meant_for, with_logins
from labkit.grading.sources import Place
from tests.support.graded import SEED_NAME, SYSTEM, HeldReader, seed_object, sources_of

PASSWORD = "pa$s!wo&rd:x"
BOTH = f"ada:{PASSWORD}".encode()
AUTH = b64encode(BOTH).decode()
HOST = "shelf.example:5001"


def secret(content: Any, key: str = ".dockerconfigjson") -> dict[str, Any]:
    text = content if isinstance(content, str) else json.dumps(content)
    metadata = {"name": "shelf", "namespace": "me-door"}
    return {"kind": "Secret", "metadata": metadata, "data": {key: encoded(text)}}


def encoded(text: str) -> str:
    return b64encode(text.encode()).decode()


@pytest.mark.parametrize(
    "entry",
    [
        {"username": "ada", "password": PASSWORD},
        {"auth": AUTH},
        {"auth": AUTH.rstrip("=")},
        {"auth": f"{AUTH[:8]}\n{AUTH[8:]}"},
        {"auth": AUTH, "username": "bob", "password": "other"},
    ],
    ids=["two fields", "auth", "unpadded", "broken into lines", "auth wins"],
)
@pytest.mark.parametrize("key", [".dockerconfigjson", ".dockercfg"])
def test_login_is_the_same_however_it_is_written(entry: dict[str, str], key: str) -> None:
    entries = {HOST: entry}
    (told,) = with_logins(secret(entries if key == ".dockercfg" else {"auths": entries}, key))[
        FACTS
    ]
    assert (told["server"], told["name"]) == (HOST, "ada")
    assert told["password"] == fingerprint(PASSWORD)


@pytest.mark.parametrize(
    "content",
    ["no JSON", "[]", "7", '{"auths": []}', '{"auths": {"x": 7}}', "[" * 100_000, ""],
)
def test_what_is_no_login_stays_as_it_is(content: str) -> None:
    assert with_logins(secret(content)) == secret(content)


@pytest.mark.parametrize("auth", ["%%", "no-colon", encoded("only-a-user")])
def test_broken_login_is_nobodys(auth: str) -> None:
    (told,) = with_logins(secret({"auths": {HOST: {"auth": auth}}}))[FACTS]
    assert told["password"] == fingerprint("")


@pytest.mark.parametrize(
    ("server", "expected"),
    [
        ("shelf.example:5001", True),
        ("https://shelf.example:5001", True),
        ("https://shelf.example:5001/v2/", True),
        ("http://shelf.example:5001/v1/", True),
        ("shelf.example:5001/me", True),
        ("shelf.example:5001/me/card", True),
        ("*.example:5001", True),
        ("shelf.example", False),
        ("shelf.example:443", False),
        ("other.example:5001", False),
        ("shelf.example:5001/you", False),
        ("*:5001", False),
        ("shelf.example:port", False),
        ("", False),
    ],
)
def test_entry_counts_where_the_kubelet_takes_it(server: str, *, expected: bool) -> None:
    assert is_meant_for(server, HOST, "me/card") is expected


def test_password_of_a_login_is_in_no_snapshot() -> None:
    """Not in the Secret, and not where somebody copied it to."""
    env = [
        {"name": "A", "value": PASSWORD},
        {"name": "B", "value": f"-u ada:{PASSWORD}"},
        {"name": "C", "value": AUTH},
    ]
    metadata = {"name": "door", "namespace": "me-door", "annotations": {"a": f"<{PASSWORD}>"}}
    pod = {"kind": "Pod", "metadata": metadata, "spec": {"containers": [{"env": env}]}}
    held = HeldReader([seed_object({}), pod, secret({"auths": {HOST: {"auth": AUTH}}})])
    reads = (ObjectsRead("Pod", ("",)), ObjectsRead("Secret", ("",)))
    exercise = Exercise("door", Path(), "00-setup", "Door", 5, "Open.", (), (), reads)
    place = Place({"": "me-door"}, SYSTEM, SEED_NAME)
    snapshot = take_snapshot(exercise, place, replace(sources_of(held), reader=LoginReader(held)))
    text = str(snapshot)
    assert [form for form in (PASSWORD, AUTH, encoded(PASSWORD)) if form in text] == []
    (told,) = snapshot.objects("Secret")[0][FACTS]
    values = [one["value"] for one in snapshot.objects("Pod")[0]["spec"]["containers"][0]["env"]]
    assert values == [told["copies"][0], f"-u {told['copies'][1]}", told["copies"][3]]
