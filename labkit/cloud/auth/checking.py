"""Whether a call may be made: by signature, by token, or not at all."""

from collections.abc import Mapping
from datetime import timedelta
from ipaddress import ip_address

from labkit.cloud.answers import ApiError, Refused, bad_request, forbidden
from labkit.cloud.auth import rules
from labkit.cloud.auth.models import AccessToken, Application, Credential
from labkit.cloud.auth.signature import matches, signature
from labkit.cloud.cloud import Cloud
from labkit.cloud.request import Received

ACCOUNT = "lab-ovh"
OF_ITSELF = ("GET", "/auth/currentCredential")
"""No rule is needed: OVHcloud's Terraform provider asks it with any key (its issue 27), and
python-ovh's maintainers send those there whose key lacks a rule (its issue 141)."""
LONGEST_TIME = 12
"""Digits of a time; Python refuses to read thousands of them."""


def check(cloud: Cloud, received: Received) -> Credential | None:
    """The credential whose signature the call carries; None for a valid token.

    Raises Refused as the real API answers; which of two faults it names first is not recorded.
    """
    bearer = received.headers.get("authorization", "")
    if bearer.startswith("Bearer "):
        _check_token(cloud, bearer.removeprefix("Bearer "))
        return None
    application = known_application(cloud, received.headers)
    credential = _credential(cloud, received, application)
    _check_signature(cloud, received, application, credential)
    asks_of_itself = (received.method, received.path) == OF_ITSELF
    if not asks_of_itself and not rules.grants(credential.rules, received.method, received.path):
        raise forbidden("This call has not been granted", "NOT_GRANTED_CALL")
    _check_caller(credential, received)
    return credential


def _check_token(cloud: Cloud, token: str) -> None:
    kept = cloud.store.get(AccessToken, token.removeprefix("OpenStack/"))
    if kept is None or kept.expiration <= cloud.time.now():
        raise forbidden("This credential is not valid", "INVALID_CREDENTIAL")


def known_application(cloud: Cloud, headers: Mapping[str, str]) -> Application:
    """Of the application key; some calls carry no more than that."""
    key = headers.get("x-ovh-application", "")
    if not key:
        raise Refused(ApiError(401, "Client::Unauthorized", "You must login first"))
    application = cloud.store.get(Application, key)
    if application is None or application.status not in ("active", "trusted"):
        raise forbidden("This application key is invalid", "INVALID_KEY")
    return application


def _credential(cloud: Cloud, received: Received, application: Application) -> Credential:
    key = received.headers.get("x-ovh-consumer", "")
    if not key:
        raise forbidden("You must login first", "NOT_CREDENTIAL")
    credential = cloud.store.get(Credential, key)
    if credential is None or credential.parent != application.id:
        raise forbidden("This credential does not exist", "NOT_CREDENTIAL")
    expired = credential.expiration is not None and credential.expiration <= cloud.time.now()
    if expired or cloud.fails("expired-credential"):
        cloud.store.put(credential.but(status="expired"))
        raise forbidden("This credential is not valid", "INVALID_CREDENTIAL")
    if credential.status != "validated":
        raise forbidden("This credential is not valid", "INVALID_CREDENTIAL")
    return credential


def _check_signature(
    cloud: Cloud, received: Received, application: Application, credential: Credential
) -> None:
    timestamp = received.headers.get("x-ovh-timestamp", "")
    given = received.headers.get("x-ovh-signature", "")
    expected = signature(
        application.secret,
        credential.id,
        method=received.method,
        url=received.url,
        body=received.body,
        timestamp=timestamp,
    )
    is_time = timestamp.isdecimal() and len(timestamp) <= LONGEST_TIME
    if not (is_time and matches(given, expected)):
        raise Refused(
            ApiError(400, "Client::BadRequest", "Invalid signature", code="INVALID_SIGNATURE")
        )
    if abs(cloud.time.unix() - int(timestamp)) > cloud.skew_seconds:
        raise bad_request("Query out of time")


def _check_caller(credential: Credential, received: Received) -> None:
    allowed = credential.allowed_ips
    if allowed is None:
        return
    caller = ip_address(received.caller) if received.caller else None
    if not any(caller in one for one in allowed if caller is not None):
        raise forbidden("This call has not been granted", "NOT_GRANTED_CALL")


def used(cloud: Cloud, credential: Credential) -> Credential:
    """Note when a credential was used, once a minute: a write a call would be too many."""
    now = cloud.time.now()
    if credential.last_use is None or now - credential.last_use > timedelta(minutes=1):
        credential = credential.but(last_use=now)
        cloud.store.put(credential)
    return credential
