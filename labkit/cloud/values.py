"""What the resources' values have in common: OVHcloud's spelling outside, ours inside."""

from collections.abc import Mapping
from datetime import UTC, datetime
from random import Random
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel


class Value(BaseModel):
    """A body, an answer or a kept record. Unknown fields of a body are ignored.

    Whether the real API refuses them is not known; python-ovh and Terraform send none.
    """

    model_config = ConfigDict(
        frozen=True, alias_generator=to_camel, populate_by_name=True, extra="ignore"
    )

    def shown(self) -> dict[str, Any]:
        """As the API writes it, nulls included."""
        return self.model_dump(mode="json", by_alias=True)

    def but(self, **changes: Any) -> "Any":
        """The same with other values, by our names, checked like new ones."""
        return type(self).model_validate({**_fields(self), **changes})


class Kept(Value):
    """A value that the store keeps under its id, beside others of one parent."""

    id: str
    parent: str = ""


def _fields(value: Value) -> Mapping[str, Any]:
    return {name: getattr(value, name) for name in type(value).model_fields}


def drawn_uuid(chance: Random) -> str:
    return str(UUID(int=chance.getrandbits(128), version=4))


def whole_seconds(moment: datetime) -> datetime:
    """The API's times carry no fractions."""
    return moment.astimezone(UTC).replace(microsecond=0)
