"""What a lesson reads of the account; not in the description that the emulator was built from.

`/me` and `/me/api/*` as python-ovh's examples and the documentation of service accounts use them.
"""

from typing import Literal

from pydantic import Field

from labkit.cloud.answers import not_found
from labkit.cloud.auth.checking import ACCOUNT
from labkit.cloud.auth.models import (
    ApiCredential,
    Application,
    Credential,
    ServiceAccount,
    shown,
)
from labkit.cloud.calls import Call, Operation
from labkit.cloud.cloud import drawn_key
from labkit.cloud.values import Value


class Me(Value):
    nichandle: str = ACCOUNT
    first_name: str = Field("Ada", alias="firstname")
    name: str = "Lab"
    country: str = "IT"
    ovh_company: str = "ovh"


class ApiApplication(Value):
    application_id: int
    application_key: str
    name: str
    description: str
    status: Literal["active", "blocked", "inactive", "trusted"]


class ServiceAccountCreation(Value):
    callback_urls: tuple[str, ...]
    flow: Literal["CLIENT_CREDENTIALS", "AUTHORIZATION_CODE"]
    name: str
    description: str


class ServiceAccountCreated(Value):
    client_id: str
    client_secret: str


def me(call: Call) -> Me:
    return Me()


def applications(call: Call) -> list[int]:
    return [one.application_id for one in call.cloud.store.all(Application)]


def application(call: Call) -> ApiApplication:
    wanted = call.path["applicationId"]
    for one in call.cloud.store.all(Application):
        if str(one.application_id) == wanted:
            return ApiApplication(
                application_id=one.application_id,
                application_key=one.id,
                name=one.name,
                description=one.description,
                status=one.status,
            )
    raise not_found("This application does not exist")  # not recorded


def credentials(call: Call) -> list[int]:
    return [
        one.credential_id
        for one in call.cloud.store.all(Credential)
        if call.query.get("status", one.status) == one.status
        and call.query.get("applicationId", str(one.application_id)) == str(one.application_id)
    ]


def credential(call: Call) -> ApiCredential:
    return shown(_credential(call))


def remove_credential(call: Call) -> None:
    call.cloud.store.remove(Credential, _credential(call).id)


def _credential(call: Call) -> Credential:
    wanted = call.path["credentialId"]
    for one in call.cloud.store.all(Credential):
        if str(one.credential_id) == wanted:
            return one
    raise not_found("This credential does not exist")


def create_service_account(call: Call) -> ServiceAccountCreated:
    wanted = call.read(ServiceAccountCreation)
    account = ServiceAccount(
        id=f"EU.{call.cloud.chance.getrandbits(64):016x}",
        secret=drawn_key(32),
        name=wanted.name,
        description=wanted.description,
    )
    call.cloud.store.put(account)
    return ServiceAccountCreated(client_id=account.id, client_secret=account.secret)


OPERATIONS = (
    Operation("GET", "/me", me),
    Operation("GET", "/me/api/application", applications),
    Operation("GET", "/me/api/application/{applicationId}", application),
    Operation("GET", "/me/api/credential", credentials),
    Operation("GET", "/me/api/credential/{credentialId}", credential),
    Operation("DELETE", "/me/api/credential/{credentialId}", remove_credential),
    Operation("POST", "/me/api/oauth2/client", create_service_account),
)
