"""A credential's life, from asking for it to its end, as python-ovh and a person see it."""

import re
from collections.abc import Sequence
from urllib.parse import parse_qs, urlsplit

import ovh
import ovh.exceptions
import pytest

from tests.support.clock import HeldClock
from tests.support.cloud import PROJECT, Stage
from tests.support.served_cloud import official_client

PROJECT_PATH = f"/cloud/project/{PROJECT}"
DAY_SECONDS = 86_400


def request(
    stage: Stage, *rules: tuple[str, str], redirect: str | None = None
) -> tuple[ovh.Client, str]:
    """A client that waits for a person, and the page for that person."""
    client = official_client(stage)
    asked = client.new_consumer_key_request()
    for method, path in rules:
        asked.add_rule(method, path)
    answer = asked.request(redirect_url=redirect)
    assert answer["state"] == "pendingValidation"
    return client, answer["validationUrl"]


def decide(stage: Stage, page: str, decision: str = "grant", validity: str = "3600") -> None:
    answer = stage.http.post(page, data={"decision": decision, "validity": validity})
    assert answer.status_code == 200


def granted(stage: Stage, *rules: tuple[str, str], validity: str = "3600") -> ovh.Client:
    client, page = request(stage, *rules)
    decide(stage, page, validity=validity)
    return client


def refusal(client: ovh.Client, path: str = "/cloud/project") -> str:
    with pytest.raises(ovh.exceptions.APIError) as refused:
        client.get(path)
    assert refused.value.response.status_code == 403
    assert refused.value.query_id.startswith("EU.ext-")
    return str(refused.value.args[0])


def test_a_new_key_works_only_once_a_person_has_granted_it(stage: Stage) -> None:
    client, page = request(stage, ("GET", "/cloud/project"))

    assert refusal(client) == "This credential is not valid"
    decide(stage, page)

    assert client.get("/cloud/project") == [PROJECT]


def test_the_page_shows_each_rule_that_is_asked_for(stage: Stage) -> None:
    rules = (("GET", "/cloud/project/*"), ("DELETE", "/x<script>"), ("POST", "/me"))
    _, page = request(stage, *rules)

    shown = stage.http.get(page)

    assert shown.headers["content-type"].startswith("text/html")
    found = re.findall(r"<code>(\w+)</code></td><td><code>(.*?)</code>", shown.text)
    assert found == [("GET", "/cloud/project/*"), ("DELETE", "/x&lt;script&gt;"), ("POST", "/me")]
    assert len(parse_qs(urlsplit(page).query)["credentialToken"][0]) == 64


def test_a_refused_key_never_works_and_its_page_is_gone(stage: Stage) -> None:
    client, page = request(stage, ("GET", "/*"))

    decide(stage, page, "refuse")

    assert refusal(client) == "This credential is not valid"
    assert stage.http.get(page).status_code == 404
    assert stage.http.post(page, data={"decision": "grant"}).status_code == 404


@pytest.mark.parametrize(
    ("paths", "may", "may_not"),
    [
        (["/cloud/project"], ["/cloud/project"], [PROJECT_PATH]),
        (["/cloud/project/*"], [PROJECT_PATH, f"{PROJECT_PATH}/kube"], ["/cloud/project", "/me"]),
        (["/cloud/*/kube"], [f"{PROJECT_PATH}/kube"], [PROJECT_PATH]),
        (["/me", "/auth/details"], ["/me", "/auth/details"], ["/me/api/credential"]),
        (["*"], ["/me", PROJECT_PATH], []),
    ],
    ids=["exact", "not the folder itself", "within", "two", "everything"],
)
def test_a_key_may_what_its_rules_say(
    stage: Stage, paths: Sequence[str], may: Sequence[str], may_not: Sequence[str]
) -> None:
    client = granted(stage, *(("GET", path) for path in paths))

    for path in may:
        assert client.get(path) is not None
    for path in may_not:
        assert refusal(client, path) == "This call has not been granted"
    with pytest.raises(ovh.exceptions.APIError, match="This call has not been granted"):
        client.post("/auth/logout")


def test_a_key_may_always_look_at_itself_and_at_nothing_more(stage: Stage) -> None:
    client = granted(stage, ("GET", "/cloud/project"))
    assert client.get("/auth/currentCredential")["status"] == "validated"
    assert refusal(client, "/auth/details") == "This call has not been granted"


def test_the_recursive_helper_of_python_ovh_covers_the_folder_too(stage: Stage) -> None:
    client = official_client(stage)
    asked = client.new_consumer_key_request()
    asked.add_recursive_rules(ovh.API_READ_ONLY, "/cloud/project")
    decide(stage, asked.request()["validationUrl"])

    assert client.get("/cloud/project") == [PROJECT]
    assert client.get(PROJECT_PATH)["project_id"] == PROJECT


def test_a_key_expires_when_the_person_said(stage: Stage) -> None:
    client = granted(stage, ("GET", "/*"), validity=str(DAY_SECONDS))
    stage.cloud.time.advance(DAY_SECONDS - 60)
    fresh = official_client(stage, consumer_key=client._consumer_key)
    assert fresh.get("/auth/currentCredential")["status"] == "validated"

    stage.cloud.time.advance(60)

    assert refusal(official_client(stage, consumer_key=client._consumer_key)) == (
        "This credential is not valid"
    )


def test_unlimited_has_no_end(stage: Stage) -> None:
    client = granted(stage, ("GET", "/*"), validity="0")
    stage.cloud.time.advance(1000 * DAY_SECONDS)
    client._time_delta = None

    shown = client.get("/auth/currentCredential")

    assert (shown["expiration"], shown["status"]) == (None, "validated")
    assert shown["lastUse"] is not None


def test_who_logs_out_is_out(stage: Stage) -> None:
    client = granted(stage, ("GET", "/*"), ("POST", "/auth/logout"))

    assert client.post("/auth/logout") is None

    assert refusal(client) == "This credential is not valid"


def test_a_key_that_went_is_unknown(stage: Stage) -> None:
    client = granted(stage, ("GET", "/*"))
    owner = official_client(stage)
    own = client.get("/auth/currentCredential")["credentialId"]

    owner.delete(f"/me/api/credential/{own}")

    assert refusal(client) == "This credential does not exist"


@pytest.mark.parametrize(
    ("allowed", "works"),
    [(None, True), (["127.0.0.0/8"], True), (["192.0.2.0/24", "::1/128"], False), ([], False)],
    ids=["null", "this machine", "others", "nobody"],
)
def test_a_key_may_be_bound_to_addresses(
    stage: Stage, allowed: list[str] | None, *, works: bool
) -> None:
    client = official_client(stage)
    body = {
        "accessRules": [{"method": "GET", "path": "/*"}],
        "redirection": None,
        "allowedIPs": allowed,
    }
    answer = client.call("POST", "/auth/credential", body, need_auth=False)
    decide(stage, answer["validationUrl"])
    bound = official_client(stage, consumer_key=answer["consumerKey"])

    if works:
        assert bound.get("/auth/currentCredential")["allowedIPs"] == allowed
    else:
        assert refusal(bound) == "This call has not been granted"


def test_after_the_word_the_person_is_sent_back(stage: Stage) -> None:
    _, page = request(stage, ("GET", "/*"), redirect="https://shop.example/back?x=1")

    answer = stage.http.post(page, data={"decision": "grant"})

    assert (answer.status_code, answer.headers["location"]) == (
        303,
        "https://shop.example/back?x=1",
    )


def test_nobody_is_sent_to_a_script(stage: Stage) -> None:
    _, page = request(stage, ("GET", "/*"), redirect="javascript:alert(1)")

    assert stage.http.post(page, data={"decision": "grant"}).status_code == 200


def test_a_validity_that_the_page_does_not_offer_is_an_hour(stage: Stage) -> None:
    client = granted(stage, ("GET", "/*"), validity="9" * 400)

    shown = client.get("/auth/currentCredential")

    assert shown["expiration"] == "2026-01-01T10:00:00Z"


def test_a_planned_expiry_meets_the_next_call(stage: Stage) -> None:
    client = granted(stage, ("GET", "/*"))
    stage.cloud.faults["expired-credential"] = ["expired-credential"]

    assert refusal(client) == "This credential is not valid"


def test_a_call_from_long_ago_is_refused(stage: Stage) -> None:
    client = official_client(stage)
    client.get("/me")
    assert isinstance(stage.clock, HeldClock)
    stage.clock.advance(stage.cloud.skew_seconds + 5)

    with pytest.raises(ovh.exceptions.BadParametersError, match="Query out of time"):
        client.get("/me")
