"""Read what an exercise declared of a cloud: its API, and clusters that it made.

Keys, kubeconfigs and addresses that open something are left out at the door, by their names, and
the values of our own keys wherever they are.
"""

import re
from collections.abc import Callable, Collection, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from string import Template
from typing import Any

from labkit.foundation.text import say
from labkit.grading.criteria.objects import name_of
from labkit.grading.errors import ReadFailed
from labkit.grading.exercise import (
    CallsRead,
    CloudRead,
    CloudReads,
    Exercise,
    ManagedObjectsRead,
    ManagedPagesRead,
    PagesRead,
)
from labkit.grading.hiding import values_of
from labkit.grading.reduction import reduced
from labkit.grading.snapshot import Failed, Object, Reply, calls_key, list_key
from labkit.grading.sources import CloudReader, ClusterReader, Place, Sources, attempted
from labkit.grading.visiting import visit

PROJECT = "project"
"""The drawn value that names the attendee's project; `start` notes it."""
AT_ONCE = 8
MOST_OBJECTS = 1000
OPENING = re.compile(r"(key|secret|token|password)$|^(content|kubeconfig|validationUrl)$", re.I)


@dataclass(frozen=True, slots=True)
class CloudSeen:
    api: Mapping[str, tuple[Any, ...] | Failed] = field(default_factory=dict)
    lists: Mapping[str, tuple[Object, ...] | Failed] = field(default_factory=dict)
    pages: Mapping[str, tuple[Reply, ...] | Failed] = field(default_factory=dict)
    secrets: Collection[str] = ()


def look_at_cloud(
    exercise: Exercise, values: Mapping[str, str] | Failed, sources: Sources
) -> CloudSeen:
    """`values` are what templates may name. Never raises because something does not answer."""
    reads = [read for read in exercise.reads if isinstance(read, CloudReads)]
    if not reads:
        return CloudSeen()
    look = _Look(values, sources)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        asked = [(read, pool.submit(look.attempt, read)) for read in reads]
        found = [(read, one.result()) for read, one in asked]
    return CloudSeen(
        api={_api_key(r): f for r, f in found if isinstance(r, CloudRead | CallsRead)},
        lists={
            list_key(r.kind, namespace=r.namespace, cluster=r.cluster): f
            for r, f in found
            if isinstance(r, ManagedObjectsRead)
        },
        pages=_pages([(r, f) for r, f in found if isinstance(r, ManagedPagesRead)]),
        secrets=look.secrets,
    )


def without_keys(found: Any) -> Any:
    """The same without fields that are called like a key or what opens something."""
    if isinstance(found, Mapping):
        return {k: without_keys(v) for k, v in found.items() if not _opens(str(k), v)}
    if isinstance(found, list | tuple):
        return [without_keys(item) for item in found]
    return found


def _opens(name: str, value: Any) -> bool:
    """A taint has a `key`, too: that one names something, and stands beside its effect."""
    return isinstance(value, str) and name != "key" and bool(OPENING.search(name))


def _api_key(read: CloudRead | CallsRead) -> str:
    return read.path if isinstance(read, CloudRead) else calls_key(read.agent)


def _pages(
    found: list[tuple[ManagedPagesRead, tuple[Reply, ...] | Failed]],
) -> dict[str, tuple[Reply, ...] | Failed]:
    """Several reads of one cluster add up."""
    pages: dict[str, tuple[Reply, ...] | Failed] = {}
    for read, replies in found:
        key = f"service of {read.cluster}"
        before = pages.get(key, ())
        if not isinstance(before, Failed):
            pages[key] = replies if isinstance(replies, Failed) else (*before, *replies)
    return pages


class _Look:
    """One call a kind of read."""

    def __init__(self, values: Mapping[str, str] | Failed, sources: Sources) -> None:
        self._values = values
        self._sources = sources
        self.secrets: set[str] = set()

    def attempt(self, read: CloudReads) -> tuple[Any, ...] | Failed:
        return attempted(*self._call(read))

    def _call(self, read: CloudReads) -> tuple[str, Callable[[], tuple[Any, ...]]]:
        """Its name for a sentence, and what to do."""
        match read:
            case CloudRead(path):
                return say("{path} of the cloud's API", path=path), partial(self._answer, read)
            case CallsRead(agent):
                what = say("the calls of {agent} to the cloud", agent=agent)
                return what, partial(self._calls, read)
            case ManagedObjectsRead(kind, cluster):
                what = say("objects of kind {kind} in cluster {name}", kind=kind, name=cluster)
                return what, partial(self._objects, read)
            case ManagedPagesRead(cluster=cluster):
                what = say("the pages of cluster {name}", name=cluster)
                return what, partial(self._replies, read)

    def _answer(self, read: CloudRead) -> tuple[Any, ...]:
        found = self._cloud().read(self._filled("${project}"), self._filled(read.path))
        return tuple(_kept(without_keys(item), read.keep) for item in found)

    def _calls(self, read: CallsRead) -> tuple[Any, ...]:
        return tuple(self._cloud().calls(self._filled(read.agent)))

    def _objects(self, read: ManagedObjectsRead) -> tuple[Object, ...]:
        reader = self._reader(read.cluster)
        if reader is None:
            return ()
        found = reader.list(
            read.kind,
            namespace=read.namespace or None,
            labels=read.labels,
            fields=read.fields,
            at_most=MOST_OBJECTS,
        )
        if read.kind == "Secret":
            self.secrets.update(*map(values_of, found))
        return tuple(reduced(item) for item in sorted(found, key=name_of))

    def _replies(self, read: ManagedPagesRead) -> tuple[Reply, ...]:
        reader = self._reader(read.cluster)
        if reader is None:
            return ()
        services = tuple(reader.list("Service", namespace=read.namespace, at_most=MOST_OBJECTS))
        there = Sources(reader, self._sources.get_pages, self._sources.clock, self._sources.images)
        found = visit(
            PagesRead("service", read.path, read.port, read.times),
            {list_key("Service"): services},
            Place({"": read.namespace}, "", ""),
            there,
        )
        if isinstance(found, Failed):
            raise ReadFailed(found.reason, found.next_step, found.what)
        return found

    def _reader(self, name: str) -> ClusterReader | None:
        return self._cloud().cluster(self._filled("${project}"), self._filled(name))

    def _cloud(self) -> CloudReader:
        cloud = self._sources.cloud
        if cloud is None:
            raise ReadFailed(
                say("No cloud is known to this lab."), say("Start one: `labkit cloud up`.")
            )
        self.secrets.update(cloud.secrets())
        return cloud

    def _filled(self, text: str) -> str:
        if isinstance(self._values, Failed):
            raise ReadFailed(self._values.reason, self._values.next_step, self._values.what)
        return Template(text).substitute(self._values)


def _kept(found: Any, keep: tuple[str, ...]) -> Any:
    if not keep or not isinstance(found, Mapping):
        return found
    return {key: value for key, value in found.items() if key in keep}
