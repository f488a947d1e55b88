"""Every operation of the API's description, asked by python-ovh, against that description."""

import httpx
import pytest

from labkit.cloud.operations import OPERATIONS
from tests.contract.cloud.described import Described, operations, problems, properties
from tests.contract.cloud.place import BODIES, Place, prepare, short
from tests.support.cloud import Stage
from tests.support.served_cloud import official_client

OURS = {operation.name: operation for operation in OPERATIONS}
NOT_DESCRIBED = {  # not in the description files that we have
    "GET /me",
    "GET /me/api/application",
    "GET /me/api/application/{applicationId}",
    "GET /me/api/credential",
    "GET /me/api/credential/{credentialId}",
    "DELETE /me/api/credential/{credentialId}",
    "POST /me/api/oauth2/client",
}
DESCRIBED = [one for one in operations() if one.name in OURS]
WITH_BODY = [one for one in DESCRIBED if one.body]
EACH = pytest.mark.parametrize("described", DESCRIBED, ids=lambda one: one.name)
EACH_WITH_BODY = pytest.mark.parametrize("described", WITH_BODY, ids=lambda one: one.name)


def test_every_operation_is_described_or_known_to_be_none() -> None:
    assert set(OURS) - {one.name for one in operations()} == NOT_DESCRIBED


def test_no_operation_of_the_description_is_missing() -> None:
    assert [one.name for one in operations() if one.name not in OURS] == []


@EACH
@pytest.mark.parametrize("version", ["1.0", "v1"])
def test_answers_as_described(stage: Stage, described: Described, version: str) -> None:
    place = prepare(stage, short(described.name))
    client = official_client(stage, version=version)

    answer = client.raw_call(
        method=described.method,
        path=place.fill(described.path),
        data=BODIES.get(short(described.name)),
        need_auth=described.signed,
    )

    assert answer.status_code in ({204} if described.answers == "void" else {200, 201}), answer.text
    content = answer.json() if answer.content else None
    assert list(problems(content, described.answers)) == []
    assert answer.headers["X-Ovh-QueryID"].startswith("EU.ext-")


@EACH
def test_needs_a_signature_where_described(stage: Stage, described: Described) -> None:
    path = described.path.replace("{", "").replace("}", "")
    headers = {"X-Ovh-Application": stage.keys.application_key}

    answer = stage.http.request(
        described.method, stage.keys.endpoint + path, headers=headers, json={}
    )

    assert (answer.status_code == 403) == described.signed, answer.text
    assert OURS[described.name].signed == described.signed


@EACH_WITH_BODY
def test_refuses_a_body_without_what_is_mandatory(stage: Stage, described: Described) -> None:
    place = prepare(stage, short(described.name))
    body = BODIES[short(described.name)]
    required = [name for name, one in properties(described.body).items() if one["required"]]

    for name in required:
        rest = {key: value for key, value in body.items() if key != name}
        answer = _ask(stage, described, rest, place)
        assert (answer.status_code, answer.json()["message"]) == (400, f"[{name}] is mandatory")


@EACH_WITH_BODY
def test_refuses_a_value_of_another_type(stage: Stage, described: Described) -> None:
    """Of every field of the body, also those that the emulator does nothing with."""
    place = prepare(stage, short(described.name))
    for name, one in properties(described.body).items():
        wrong = "wrong" if "." in one["type"] or one["type"].endswith("]") else {"wrong": [1]}
        answer = _ask(stage, described, BODIES[short(described.name)] | {name: wrong}, place)
        assert (name, answer.status_code) == (name, 400)
        assert answer.json()["message"].startswith(f"[{name}"), answer.text


@EACH_WITH_BODY
def test_takes_null_where_described(stage: Stage, described: Described) -> None:
    for name, one in properties(described.body).items():
        if one["canBeNull"] and not one["required"]:
            place = prepare(stage, short(described.name))
            answer = _ask(stage, described, BODIES[short(described.name)] | {name: None}, place)
            assert (name, answer.status_code < 300) == (name, True), answer.text


def _ask(stage: Stage, described: Described, body: object, place: Place) -> httpx.Response:
    return stage.call(described.method, place.fill(described.path), body)
