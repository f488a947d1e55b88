"""Applications, credentials and tokens, as they are kept and as the API shows them."""

from datetime import datetime
from typing import Literal

from pydantic import Field

from labkit.cloud.auth.rules import AccessRule
from labkit.cloud.blocks import Block
from labkit.cloud.values import Kept, Value

State = Literal["expired", "pendingValidation", "refused", "validated"]


class Application(Kept):
    """`id` is its application key."""

    application_id: int
    secret: str
    name: str
    description: str = ""
    status: Literal["active", "blocked", "inactive", "trusted"] = "active"


class Credential(Kept):
    """`id` is its consumer key; the parent is the application key."""

    credential_id: int
    application_id: int
    rules: tuple[AccessRule, ...]
    allowed_ips: tuple[Block, ...] | None = None
    status: State = "pendingValidation"
    creation: datetime
    expiration: datetime | None = None
    last_use: datetime | None = None
    redirection: str | None = None
    validation_token: str = ""


class ServiceAccount(Kept):
    """An OAuth2 client; `id` is its client id."""

    secret: str
    name: str = ""
    description: str = ""


class AccessToken(Kept):
    """`id` is the token itself; the parent is the client id."""

    expiration: datetime


class CredentialRequest(Value):
    access_rules: tuple[AccessRule, ...]
    allowed_ips: tuple[Block, ...] | None = Field(None, alias="allowedIPs")
    redirection: str | None = None


class CredentialRequested(Value):
    consumer_key: str
    state: State
    validation_url: str


class ApiCredential(Value):
    credential_id: int
    application_id: int
    status: State
    rules: tuple[AccessRule, ...]
    allowed_ips: tuple[Block, ...] | None = Field(None, alias="allowedIPs")
    creation: datetime
    expiration: datetime | None
    last_use: datetime | None
    ovh_support: bool = False


class Details(Value):
    account: str
    allowed_routes: tuple[AccessRule, ...] | None
    description: str | None = None
    identities: tuple[str, ...]
    method: Literal["account", "oauth2_client_credentials", "provider", "user"]
    roles: tuple[str, ...] | None = None
    user: str | None = None


class OneTimeToken(Value):
    token: str


def shown(credential: Credential) -> ApiCredential:
    return ApiCredential(
        credential_id=credential.credential_id,
        application_id=credential.application_id,
        status=credential.status,
        rules=credential.rules,
        allowed_ips=credential.allowed_ips,
        creation=credential.creation,
        expiration=credential.expiration,
        last_use=credential.last_use,
    )
