"""`/auth`: the time, credentials and their life, and who is calling."""

from datetime import timedelta

from labkit.cloud.auth.checking import ACCOUNT, known_application
from labkit.cloud.auth.models import (
    ApiCredential,
    Credential,
    CredentialRequest,
    CredentialRequested,
    Details,
    OneTimeToken,
    shown,
)
from labkit.cloud.auth.rules import may_everything
from labkit.cloud.calls import Call, Operation, Reality
from labkit.cloud.cloud import drawn_key

KEY_LENGTH = 32
TOKEN_LENGTH = 64
VALID_FOR = timedelta(days=1)  # what the page of validation offers first


def current_time(call: Call) -> int:
    return call.cloud.time.unix()


def request_credential(call: Call) -> CredentialRequested:
    """It may do nothing yet: a person has to grant it, on a page of the API."""
    cloud = call.cloud
    application = known_application(cloud, call.headers)
    wanted = call.read(CredentialRequest)
    credential = Credential(
        id=drawn_key(KEY_LENGTH),
        parent=application.id,
        credential_id=cloud.chance.randrange(10**8, 10**9),
        application_id=application.application_id,
        rules=wanted.access_rules,
        allowed_ips=wanted.allowed_ips,
        creation=cloud.time.now(),
        redirection=wanted.redirection,
        validation_token=drawn_key(TOKEN_LENGTH),
    )
    cloud.store.put(credential)
    return CredentialRequested(
        consumer_key=credential.id,
        state=credential.status,
        validation_url=f"{cloud.address}/auth/?credentialToken={credential.validation_token}",
    )


def current_credential(call: Call) -> ApiCredential | None:
    return shown(call.credential) if call.credential else None


def details(call: Call) -> Details:
    """Terraform asks for it before anything else, and goes no further without."""
    if call.credential is None:
        return Details(
            account=ACCOUNT,
            allowed_routes=None,
            identities=(f"urn:v1:eu:identity:account:{ACCOUNT}",),
            method="oauth2_client_credentials",
        )
    return Details(
        account=ACCOUNT,
        allowed_routes=None if may_everything(call.credential.rules) else call.credential.rules,
        identities=(f"urn:v1:eu:identity:account:{ACCOUNT}",),
        method="account",
    )


def log_out(call: Call) -> None:
    """The credential is spent from here on."""
    if call.credential:
        call.cloud.store.put(call.credential.but(status="expired"))


def one_time_token(call: Call) -> OneTimeToken:
    return OneTimeToken(token=drawn_key(TOKEN_LENGTH))


OPERATIONS = (
    Operation("GET", "/auth/time", current_time, signed=False),
    Operation("POST", "/auth/credential", request_credential, signed=False),
    Operation("GET", "/auth/currentCredential", current_credential),
    Operation("GET", "/auth/details", details),
    Operation("POST", "/auth/logout", log_out),
    Operation(
        "POST", "/auth/token", one_time_token, Reality.SHAPE, why="nothing takes such a token"
    ),
)
