"""Waits until objects are as wanted: by a watch, with a limit and the last state seen."""

from collections.abc import Callable
from contextlib import closing
from typing import TypeVar

from labkit.foundation.errors import TimedOut
from labkit.foundation.text import say
from labkit.foundation.waiting import wait_until
from labkit.kube.conditions import is_true, summary
from labkit.kube.reader import Reader
from labkit.kube.resources import Object, ObjectReference, Objects, Selection
from labkit.kube.watching import SYNCED, watched

T = TypeVar("T")


def wait_for(
    reader: Reader,
    what: ObjectReference,
    until: Callable[[Object], T | None],
    *,
    limit_seconds: float,
    awaited: str = "",
) -> T:
    """What `until` finds in the object, as soon as it is not None or False.

    An object that does not exist is shown as {}, so that `conditions.is_gone` can be awaited.
    Raises TimedOut with the object's last state.
    """
    one = Selection(what.kind, what.namespace or None, fields=f"metadata.name={what.name}")
    return wait_for_all(
        reader,
        one,
        lambda objects: until(objects[0] if objects else {}),
        limit_seconds=limit_seconds,
        awaited=awaited or str(what),
    )


def wait_for_all(
    reader: Reader,
    selection: Selection,
    until: Callable[[Objects], T | None],
    *,
    limit_seconds: float,
    awaited: str = "",
) -> T:
    """The same over every selected object at once: `until` sees them all after each change."""
    objects: dict[tuple[str, str], Object] = {}
    is_synced = False
    with closing(watched(reader.lists, selection, seconds=limit_seconds)) as events:
        for kind, item in events:
            is_synced = is_synced or kind == SYNCED
            _take(objects, kind, item)
            found = until(list(objects.values())) if is_synced else None
            if found is not None and found is not False:
                return found
    raise TimedOut(
        awaited or str(selection),
        limit_seconds,
        _last_seen(list(objects.values())),
        say("Run `kubectl describe` on it; its events say what it waits for."),
    )


def wait_for_kind(reader: Reader, definition: str, *, limit_seconds: float) -> None:
    """Until objects of the CustomResourceDefinition `definition` can be made.

    It is Established a moment before the API server lists its kind, and nothing tells of that.
    """
    began = reader.clock.monotonic()
    what = ObjectReference("CustomResourceDefinition", definition)
    spec = wait_for(
        reader,
        what,
        lambda object_: object_["spec"] if is_true(object_, "Established") else None,
        limit_seconds=limit_seconds,
    )
    versions = [f"{spec['group']}/{one['name']}" for one in spec["versions"] if one["served"]]
    wait_until(
        lambda: all(reader.kinds.serves(spec["names"]["kind"], version) for version in versions),
        str(what),
        limit_seconds=limit_seconds - (reader.clock.monotonic() - began),
        clock=reader.clock,
    )


def _take(objects: dict[tuple[str, str], Object], kind: str, item: Object) -> None:
    if kind == SYNCED:
        return
    key = (item["metadata"].get("namespace") or "", item["metadata"]["name"])
    if kind == "DELETED":
        objects.pop(key, None)
    else:
        objects[key] = item


def _last_seen(objects: Objects) -> str:
    if len(objects) < 2:
        return summary(objects[0] if objects else {})
    return "; ".join(f"{item['metadata']['name']}: {summary(item)}" for item in objects[:5])
