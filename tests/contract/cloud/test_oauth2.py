"""OAuth2 client credentials: as the clients send them, and as the documentation's curl does."""

import httpx
import pytest

from tests.support.cloud import PROJECT, Stage

FORM = {"grant_type": "client_credentials", "scope": "all"}


def token(stage: Stage, *, basic: bool, secret: str = "") -> httpx.Response:
    id_, secret = stage.keys.client_id, secret or stage.keys.client_secret
    url = f"{stage.cloud.address}/auth/oauth2/token"
    if basic:
        return stage.http.post(url, data=FORM, auth=(id_, secret))
    return stage.http.post(url, data=FORM | {"client_id": id_, "client_secret": secret})


def ask(stage: Stage, bearer: str) -> httpx.Response:
    headers = {"Authorization": f"Bearer {bearer}"}
    return stage.http.get(f"{stage.keys.endpoint}/cloud/project", headers=headers)


@pytest.mark.parametrize("basic", [True, False], ids=["basic", "form"])
def test_a_token_opens_the_api_for_an_hour(stage: Stage, *, basic: bool) -> None:
    given = token(stage, basic=basic).json()
    word = given.pop("access_token")

    assert given == {"token_type": "Bearer", "expires_in": 3599, "scope": "all"}
    assert ask(stage, word).json() == [PROJECT]
    assert ask(stage, f"OpenStack/{word}").json() == [PROJECT]
    stage.cloud.time.advance(3599)
    assert ask(stage, word).status_code == 403


@pytest.mark.parametrize("basic", [True, False], ids=["basic", "form"])
def test_a_wrong_secret_gets_no_token(stage: Stage, *, basic: bool) -> None:
    answer = token(stage, basic=basic, secret="wrong")

    assert (answer.status_code, answer.json()) == (
        401,
        {
            "error": "invalid_client",
            "error_description": "ovhcloud oauth2 client does not exists",
        },
    )


def test_a_token_names_how_it_came(stage: Stage) -> None:
    word = token(stage, basic=True).json()["access_token"]
    headers = {"Authorization": f"Bearer {word}"}

    answer = stage.http.get(f"{stage.keys.endpoint}/auth/details", headers=headers)

    assert answer.json()["method"] == "oauth2_client_credentials"


def test_a_service_account_made_by_the_api_gets_tokens(stage: Stage) -> None:
    body = {"callbackUrls": [], "flow": "CLIENT_CREDENTIALS", "name": "x", "description": "y"}
    made = stage.asked("POST", "/me/api/oauth2/client", body)

    answer = stage.http.post(
        f"{stage.cloud.address}/auth/oauth2/token",
        data=FORM,
        auth=(made["clientId"], made["clientSecret"]),
    )

    assert ask(stage, answer.json()["access_token"]).status_code == 200
