"""Kubernetes objects held in memory, with the events that a watch would see."""

import json
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from random import Random
from typing import Any
from uuid import UUID

from labkit.foundation.waiting import SystemClock
from labkit.kube.resources import built_in
from tests.support.graded import carries

Object = dict[str, Any]
Key = tuple[str, str, str, str]
WATCH_TICK_SECONDS = 0.01


@dataclass(frozen=True, slots=True)
class Place:
    """What a path means: all objects of a resource, those of a namespace, or one."""

    group: str
    plural: str
    namespace: str = ""
    name: str = ""
    subresource: str = ""

    @property
    def key(self) -> Key:
        return self.group, self.plural, self.namespace, self.name


def place_of(kind: str, name: str, namespace: str = "", api_version: str = "") -> Place:
    resource = built_in(kind, api_version)
    assert resource is not None
    return Place(resource.api_version.rpartition("/")[0], resource.plural, namespace, name)


class HeldObjects:
    def __init__(self) -> None:
        self.all: dict[Key, Object] = {}
        self._events: list[tuple[str, Place, Object]] = []
        self._changed = threading.Condition()
        self._random = Random(1)

    @property
    def version(self) -> str:
        return str(len(self._events))

    def keep(self, place: Place, object_: Object) -> Object:
        """Make or replace. One that is being deleted goes with its last finalizer."""
        metadata = object_["metadata"]
        old = self.all.get(place.key)
        metadata["uid"] = old["metadata"]["uid"] if old else self._new_uid()
        if place.namespace:
            metadata["namespace"] = place.namespace
        self._tell("MODIFIED" if old else "ADDED", place, object_)
        self.all[place.key] = object_
        if metadata.get("deletionTimestamp") and not metadata.get("finalizers"):
            self.remove(place)
        return object_

    def delete(self, place: Place) -> None:
        """As asked by a client: finalizers keep it."""
        object_ = self.all[place.key]
        if object_["metadata"].get("finalizers"):
            object_["metadata"]["deletionTimestamp"] = "2026-01-01T00:00:00Z"
            self.keep(place, object_)
        else:
            self.remove(place)

    def remove(self, place: Place) -> None:
        object_ = self.all.pop(place.key)
        self._tell("DELETED", place, object_)
        if place.plural == "namespaces":
            for key in [key for key in self.all if key[2] == place.name]:
                self.remove(Place(*key))

    def listed(self, place: Place, query: Mapping[str, str]) -> list[Object]:
        wanted = query.get("fieldSelector", "").removeprefix("metadata.name=")
        return [
            object_
            for key, object_ in sorted(self.all.items())
            if key[:2] == (place.group, place.plural)
            and place.namespace in ("", key[2])
            and wanted in ("", key[3])
            and carries(object_, query.get("labelSelector", ""))
        ]

    def watched(self, place: Place, query: Mapping[str, str]) -> Iterator[tuple[str, Object]]:
        """What changes after the asked version, until the asked seconds are over."""
        seen = int(query.get("resourceVersion") or 0)
        end = SystemClock().monotonic() + float(query.get("timeoutSeconds", 1))
        while SystemClock().monotonic() < end:
            with self._changed:
                if seen == len(self._events):
                    self._changed.wait(WATCH_TICK_SECONDS)
                news, seen = self._events[seen:], len(self._events)
            for change, where, object_ in news:
                if where.plural == place.plural and place.namespace in ("", where.namespace):
                    yield change, object_

    def _new_uid(self) -> str:
        return str(UUID(int=self._random.getrandbits(128)))

    def _tell(self, change: str, place: Place, object_: Object) -> None:
        with self._changed:
            object_["metadata"]["resourceVersion"] = str(len(self._events) + 1)
            copy: Object = json.loads(json.dumps(object_))
            self._events.append((change, place, copy))
            self._changed.notify_all()
