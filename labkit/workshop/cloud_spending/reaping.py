"""Remove what is past its end. May be interrupted anywhere: the next one goes on."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from labkit.remote.cloud_paths import whole
from labkit.remote.errors import CloudRefused, RemoteError
from labkit.remote.ovhcloud import delete_if_there, is_missing, quoted
from labkit.workshop.cloud_spending.tags import tag_of

GOING = "DELETING"


class Removes(Protocol):
    def get(self, path: str) -> Any: ...

    def delete(self, path: str) -> None: ...


@dataclass(frozen=True, slots=True)
class Failed:
    """One that may still cost, and that the next reap tries again."""

    name: str
    """Its id, where the cloud did not even tell its name."""
    why: str


@dataclass(frozen=True, slots=True)
class Reaped:
    removed: tuple[str, ...]
    """Names of those that were told to go now."""
    going: tuple[str, ...]
    """Of those that had been told before and are not gone yet: they may still cost."""
    failed: tuple[Failed, ...] = ()


def reap(cloud: Removes, project: str, now: datetime) -> Reaped:
    """Only what carries an end of ours, and only past it; what fails for one stops no other.

    Raises RemoteError when not even the list is told.
    """
    removed, going, failed = [], [], []
    for id_ in map(str, cloud.get(whole(project, "/kube"))):
        path, name = whole(project, f"/kube/{quoted(id_)}"), id_
        try:
            one = _look(cloud, path)
            name = str(one.get("name", id_))
            if not _is_over(name, now):
                continue
            if one["status"] == GOING:
                going.append(name)
                continue
            delete_if_there(cloud, path)
            removed.append(name)
        except RemoteError as problem:
            failed.append(Failed(name, problem.what_happened))
    return Reaped(tuple(removed), tuple(going), tuple(failed))


def _is_over(name: str, now: datetime) -> bool:
    tag = tag_of(name)
    return tag is not None and tag.until <= now


def _look(cloud: Removes, path: str) -> Mapping[str, Any]:
    """Empty for what has gone since it was listed."""
    try:
        found: Mapping[str, Any] = cloud.get(path)
    except CloudRefused as problem:
        if is_missing(problem):
            return {}
        raise
    return found
