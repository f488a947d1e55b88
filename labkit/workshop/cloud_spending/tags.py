"""The end of a cluster, in its name: that is all that every part of the API shows of it. Pure."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime

TAGGED = re.compile(r"(?P<name>.+)-labkit-until-(?P<until>\d{8}t\d{4}z)")
FORM = "%Y%m%dt%H%Mz"


@dataclass(frozen=True, slots=True)
class Tag:
    name: str
    until: datetime

    def __str__(self) -> str:
        return f"{self.name}-labkit-until-{self.until.astimezone(UTC):{FORM}}"


def tag_of(cluster_name: str) -> Tag | None:
    """None for what is not ours."""
    found = TAGGED.fullmatch(cluster_name)
    if not found:
        return None
    try:
        until = datetime.strptime(found["until"], FORM).replace(tzinfo=UTC)
    except ValueError:  # somebody's own name that looks like ours
        return None
    return Tag(found["name"], until)
