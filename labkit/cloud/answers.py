"""What the API answers when it does not do what was asked: values, and one way to stop with them.

Statuses, classes and messages as seen on the real API; each message says where it was seen. Those
marked "not recorded" are ours.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class ApiError:
    """An answer that is no success, as OVHcloud writes it today: class and message."""

    status: int
    class_: str
    message: str
    details: Mapping[str, str] = field(default_factory=dict)
    code: str = ""
    """`errorCode` of the older shape, by which python-ovh 1.2 tells its exceptions apart."""

    def shown(self, *, old_fields: bool = False) -> dict[str, Any]:
        body: dict[str, Any] = {"class": self.class_, "message": self.message}
        if self.details:
            body["details"] = dict(self.details)
        if old_fields and self.code:
            body |= {"errorCode": self.code, "httpCode": f"{self.status} {self.class_[8:]}"}
        return body


class Refused(Exception):
    """Ends a call with an ApiError; the application's one handler writes it down."""

    def __init__(self, error: ApiError) -> None:
        super().__init__(error.message)
        self.error = error


def bad_request(message: str) -> Refused:
    return Refused(ApiError(400, "Client::BadRequest", message))


def backend_refuses(text: str, request: str) -> Refused:
    """The service behind the API says no, as in pulumi-ovh #371. `request` is a uuid."""
    return bad_request(f"[InvalidDataError] 400: {text} (request ID: {request})")


def not_found(message: str) -> Refused:
    return Refused(ApiError(404, "Client::NotFound", message))


def gone(kind: str, id_: str) -> Refused:
    """The text is not recorded."""
    return not_found(f"{kind} {id_} not found")


def conflict(message: str) -> Refused:
    return Refused(ApiError(409, "Client::Conflict", message))


def forbidden(message: str, code: str) -> Refused:
    return Refused(ApiError(403, "Client::Forbidden", message, code=code))


def no_such_url() -> Refused:
    """As the documentation of the Terraform provider shows it."""
    return not_found("Got an invalid (or empty) URL")


def no_such_service() -> Refused:
    """A project that is not there, or not yours."""
    return not_found("This service does not exist")
