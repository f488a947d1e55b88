"""What criteria say of a consumer key's credential and of signatures made by hand."""

from dataclasses import replace
from typing import Any

import pytest

from labkit.grading.criteria.cloud_credentials import covers_all, covers_none, is_valid, noted
from labkit.grading.criteria.signatures import (
    PREFIX,
    SignedCall,
    accepted_call,
    digest_of,
    judged_signature,
    refusal_known,
)
from labkit.grading.snapshot import Snapshot
from labkit.grading.verdict import Finding, State

PATH = "/me/api/credential/{each}"
KEY: dict[str, Any] = {
    "credentialId": 123456789,
    "applicationId": 4711,
    "status": "validated",
    "rules": [{"method": "GET", "path": "/cloud/project/p/kube"}],
}
CALL = SignedCall(
    secret="as",
    consumer="ck",
    method="PUT",
    address="https://eu.api.ovh.com/1.0/a/10.0.0.0%2F8?x=1",
    body='{"note":"caffè"}',
    time="1700000000",
)


def seen_with(**answers: str) -> Snapshot:
    return Snapshot("one", "now", {"": "me-one"}, api={PATH: (KEY,)}, answers=answers)


def test_a_noted_credential_is_found_by_its_number() -> None:
    assert noted(seen_with(credential="123456789"), PATH, "credential") == KEY


@pytest.mark.parametrize(
    ("answers", "message"),
    [({}, "key.none"), ({"credential": "77"}, "key.unknown"), ({"credential": "x"}, "key.unknown")],
)
def test_without_a_credential_nothing_has_begun(answers: dict[str, str], message: str) -> None:
    finding = noted(seen_with(**answers), PATH, "credential")
    assert isinstance(finding, Finding)
    assert (finding.state, finding.message) == (State.NOT_STARTED, message)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({}, "passed"),
        ({"applicationId": 1}, "key.other_application"),
        ({"status": "pendingValidation"}, "key.not_validated"),
    ],
)
def test_a_valid_key_is_ours_and_granted(change: dict[str, Any], message: str) -> None:
    assert is_valid({**KEY, **change}, application="4711").message == message


def test_rules_are_held_against_what_must_and_what_must_not_be_possible() -> None:
    listing, making = "GET /cloud/project/p/kube", "POST /cloud/project/p/kube"
    assert covers_all(KEY, [listing]).state is State.PASSED
    assert covers_all(KEY, [listing, making]).message == "rules.too_narrow"
    assert covers_none(KEY, [making]).state is State.PASSED
    wide = covers_none(KEY, [making, listing])
    assert (wide.message, listing in wide.seen) == ("rules.too_wide", True)


@pytest.mark.parametrize("form", ["{}", " '{}' ", '"{}"\n'])
def test_a_signature_may_stand_in_quotes(form: str) -> None:
    said = form.format(PREFIX + digest_of(CALL))
    assert judged_signature(seen_with(s=said), "s", CALL).state is State.PASSED


@pytest.mark.parametrize(
    ("signed", "message"),
    [
        (replace(CALL, address=CALL.address.replace("%2F", "/")), "signature.decoded"),
        (replace(CALL, address="/1.0/a/10.0.0.0%2F8?x=1"), "signature.path_only"),
        (replace(CALL, method="put"), "signature.method"),
        (replace(CALL, body='{"note": "caffè"}'), "signature.body"),
        (replace(CALL, body='{"note":"caff\\u00e8"}'), "signature.body"),
        (replace(CALL, body=""), "signature.no_body"),
        (replace(CALL, time="1700000001"), "signature.wrong"),
    ],
)
def test_usual_slips_are_known_by_their_digest(signed: SignedCall, message: str) -> None:
    finding = judged_signature(seen_with(s=PREFIX + digest_of(signed)), "s", CALL)
    assert (finding.state, finding.message) == (State.NOT_YET, message)


def test_a_signature_says_which_recipe_it_follows() -> None:
    assert judged_signature(seen_with(), "s", CALL).message == "signature.none"
    finding = judged_signature(seen_with(s=digest_of(CALL)), "s", CALL)
    assert finding.message == "signature.no_prefix"


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ("Invalid signature", "passed"),
        ("400 Client::BadRequest", "passed"),
        ("INVALID_SIGNATURE", "passed"),
        ("This call has not been granted", "tampered.other"),
        ("400", "tampered.other"),
    ],
)
def test_a_changed_body_is_a_wrong_signature(said: str, message: str) -> None:
    assert refusal_known(seen_with(t=said), "t").message == message


def test_one_accepted_call_is_enough_and_the_time_is_none() -> None:
    time = {"operation": "GET /auth/time", "status": 200, "count": 3}
    refused = {"operation": "GET /me", "status": 400, "count": 2}
    good = {"operation": "GET /me", "status": 200, "count": 1}
    assert accepted_call([time], "tram-1").message == "calls.none"
    assert accepted_call([time, refused], "tram-1").message == "calls.refused"
    assert accepted_call([time, refused, good], "tram-1").state is State.PASSED


@pytest.mark.parametrize("said", ["", "  ", "''"])
def test_an_answer_that_a_shell_ate_is_said_to_be_empty(said: str) -> None:
    finding = judged_signature(seen_with(s=said), "s", CALL)
    assert (finding.state, finding.message) == (State.NOT_YET, "signature.wrong")
    assert "nothing arrived" in finding.seen
    assert "single quotes" in finding.next_step
