"""OAuth2 client credentials: a client id and secret for a token of an hour."""

import base64
import hmac
from collections.abc import Mapping
from datetime import timedelta
from urllib.parse import parse_qsl

from labkit.cloud.auth.models import AccessToken, ServiceAccount
from labkit.cloud.cloud import Cloud, drawn_key
from labkit.cloud.values import Value

SECONDS = 3599
TOKEN_LENGTH = 64


class TokenAnswer(Value):
    """Its fields are OAuth2's, with underscores, on the wire too."""

    access_token: str
    token_type: str = "Bearer"  # noqa: S105 - a kind, no secret
    expires_in: int = SECONDS
    scope: str = "all"


def issue(cloud: Cloud, headers: Mapping[str, str], body: bytes) -> tuple[int, dict[str, object]]:
    """Status and body. The clients send id and secret as Basic, the manual's curl in the form."""
    form = dict(parse_qsl(body.decode("latin-1")))
    id_, secret = _basic(headers.get("authorization", ""))
    id_, secret = id_ or form.get("client_id", ""), secret or form.get("client_secret", "")
    account = cloud.store.get(ServiceAccount, id_)
    if account is None or not hmac.compare_digest(account.secret.encode(), secret.encode()):
        return 401, {
            "error": "invalid_client",
            "error_description": "ovhcloud oauth2 client does not exists",  # the API's own words
        }
    if form.get("grant_type") != "client_credentials":
        return 400, {"error": "unsupported_grant_type"}
    token = AccessToken(
        id=drawn_key(TOKEN_LENGTH),
        parent=id_,
        expiration=cloud.time.now() + timedelta(seconds=SECONDS),
    )
    _forget_old(cloud)
    cloud.store.put(token)
    return 200, TokenAnswer(access_token=token.id).model_dump()


def _forget_old(cloud: Cloud) -> None:
    for token in cloud.store.all(AccessToken):
        if token.expiration <= cloud.time.now():
            cloud.store.remove(AccessToken, token.id)


def _basic(header: str) -> tuple[str, str]:
    if not header.startswith("Basic "):
        return "", ""
    try:
        text = base64.b64decode(header.removeprefix("Basic "), validate=True).decode()
    except ValueError:
        return "", ""
    id_, _, secret = text.partition(":")
    return id_, secret
