"""Remove what is past its end. May be interrupted anywhere: the next one goes on."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from labkit.remote.cloud_paths import read_path, whole
from labkit.remote.errors import CloudRefused
from labkit.remote.ovhcloud import is_missing
from labkit.workshop.cloud_spending.tags import tag_of

GOING = "DELETING"


class Removes(Protocol):
    def get(self, path: str) -> Any: ...

    def delete(self, path: str) -> None: ...


@dataclass(frozen=True, slots=True)
class Reaped:
    removed: tuple[str, ...]
    """Names of those that were told to go now."""
    going: tuple[str, ...]
    """Of those that had been told before and are not gone yet: they may still cost."""


def reap(cloud: Removes, project: str, now: datetime) -> Reaped:
    """Only what carries an end of ours, and only past it. Raises RemoteError."""
    removed, going = [], []
    for one in read_path(cloud, project, "/kube/{each}"):
        tag = tag_of(str(one["name"]))
        if tag is None or tag.until > now:
            continue
        if one["status"] == GOING:
            going.append(str(one["name"]))
            continue
        try:
            cloud.delete(whole(project, f"/kube/{one['id']}"))
        except CloudRefused as problem:
            if not is_missing(problem):
                raise
        removed.append(str(one["name"]))
    return Reaped(tuple(removed), tuple(going))
