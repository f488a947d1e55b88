"""One call to the API, and what an operation is: method, path, and the function that answers."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, TypeVar

from pydantic import BaseModel, TypeAdapter, ValidationError

from labkit.cloud.answers import bad_request
from labkit.cloud.auth.models import Credential
from labkit.cloud.cloud import Cloud

B = TypeVar("B", bound=BaseModel)

TYPES = {  # pydantic's words for what is wrong, in those of the API's description
    "bool": "boolean",
    "int": "long",
    "float": "double",
    "string": "string",
    "list": "list",
    "tuple": "list",
    "dict": "map",
    "model": "object",
    "uuid": "uuid",
    "ip": "ipBlock",
}


class Reality(StrEnum):
    """What an operation of the emulator is worth."""

    REAL = "real"
    """Its effect is there, in the cluster or in the API."""
    SHAPE = "shape"
    """It takes and keeps what it is given, and shows the right statuses; nothing follows."""


@dataclass(frozen=True, slots=True)
class Call:
    cloud: Cloud
    method: str
    path: Mapping[str, str]
    """The parts of the path that vary, by their names in the API's description."""
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    credential: Credential | None = None
    """None where the operation needs none, and for tokens."""
    caller: str = ""
    """The address that called."""

    def read(self, model: type[B]) -> B:
        """The body as a value. Raises Refused with the API's own kind of sentence."""
        try:
            content = json.loads(self.body or b"{}")
            json.dumps(content, ensure_ascii=False).encode()  # half a character is no text
        except (ValueError, RecursionError):  # the latter for 100,000 brackets
            raise bad_request("Invalid JSON received") from None  # not recorded
        try:
            return model.model_validate(content)
        except ValidationError as problem:
            raise bad_request(_sentence(problem)) from None

    def wants(self, name: str) -> bool:
        """A boolean of the query, as python-ovh and go-ovh write it."""
        return self.query.get(name, "false").lower() == "true"


Answering = Callable[[Call], Any]


@dataclass(frozen=True, slots=True)
class Operation:
    method: str
    path: str
    """As in the API's description: `/cloud/project/{serviceName}/kube`."""
    answer: Answering
    """A value or a list of them; None is 204 without a body, as for every void."""
    reality: Reality = Reality.REAL
    signed: bool = True
    waits: bool = False
    """It asks a cluster, so it must not hold the others up."""
    status: int = 200
    why: str = ""
    """What is missing where it is not real."""

    @property
    def name(self) -> str:
        return f"{self.method} {self.path}"


def written(answer: Any) -> bytes:
    """JSON as the API sends it."""
    return ANYTHING.dump_json(answer, by_alias=True)


ANYTHING = TypeAdapter(Any)


def _sentence(problem: ValidationError) -> str:
    """The first thing that is wrong. The enum's words are recorded (ovh/docs #8630)."""
    first = problem.errors(include_url=False)[0]
    place = ".".join(str(part) for part in first["loc"]) or "body"
    kind, given = first["type"], first["input"]
    if kind in ("literal_error", "enum"):
        return f"[{place}] {json.dumps(given)} does not match the enum"
    if kind == "missing":
        return f"[{place}] is mandatory"
    wanted = next((ours for theirs, ours in TYPES.items() if kind.startswith(theirs)), "")
    if wanted:
        return f"[{place}] {json.dumps(given, default=str)[:80]} is not a valid {wanted}"
    return f"[{place}] {first['msg']}"
