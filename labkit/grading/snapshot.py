"""A Snapshot: everything that a check may look at, of one moment, and nothing else.

Criteria are pure functions over it. `reading.take_snapshot` makes one from a cluster,
`snapshot_file` keeps one as JSON.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from labkit.grading.errors import ReadFailed
from labkit.grading.seed import SHAKEN, SeedRecord
from labkit.kube.conditions import is_leaving
from labkit.remote.registry import TaggedImage

Given = TypeVar("Given")

Object = Mapping[str, Any]
"""A Kubernetes object as the API server wrote it."""

ANSWERS_LABEL = "lab/answers"
"""A ConfigMap with this label in the exercise's namespace holds what the attendee answered."""


@dataclass(frozen=True, slots=True)
class Failed:
    """A read that could not be made, and why."""

    what: str
    reason: str
    next_step: str


@dataclass(frozen=True, slots=True)
class Reply:
    """What one GET got: a status and a body, or why there is none."""

    service: str
    url: str
    status: int = 0
    text: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)
    """The body, where it is a JSON object."""
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """What a Pod printed: lines in a row that differ in nothing but their time are one."""

    time: str
    """Of the first, RFC 3339; empty for what has no time."""
    until: str
    """Of the last."""
    facts: Mapping[str, Any] = field(default_factory=dict)
    times: int = 1


@dataclass(frozen=True, slots=True)
class Snapshot:
    exercise: str
    taken_at: str
    namespaces: Mapping[str, str]
    """Names by suffix."""
    lists: Mapping[str, tuple[Object, ...] | Failed] = field(default_factory=dict)
    """By `list_key`."""
    pages: Mapping[str, tuple[Reply, ...] | Failed] = field(default_factory=dict)
    """By "web", "service" or "ingress"."""
    logs: Mapping[str, tuple[Line, ...] | Failed] = field(default_factory=dict)
    """By `list_key` of the labels."""
    images: Mapping[str, tuple[TaggedImage, ...] | Failed] = field(default_factory=dict)
    """By repository, as declared: "${ns}/card"."""
    api: Mapping[str, tuple[Any, ...] | Failed] = field(default_factory=dict)
    """What the cloud's API answered, by path as declared, and calls that it heard, by
    `calls_key`."""
    version: str | Failed | None = None
    seed: SeedRecord | Failed = field(default_factory=SeedRecord)
    answers: Mapping[str, str] | Failed = field(default_factory=dict)

    @property
    def namespace(self) -> str:
        """The exercise's own."""
        return self.namespaces[""]

    def objects(
        self,
        kind: str,
        suffix: str = "",
        *,
        namespace: str = "",
        cluster: str = "",
        also_leaving: bool = False,
    ) -> tuple[Object, ...]:
        """Objects of a declared read, in the order of their names. Raises ReadFailed.

        With `cluster`, as declared, those of a cluster of the cloud; none while it is not there.

        What is being deleted is there no more, however long a finalizer keeps it, unless a
        criterion asks whether it is gone. Pods are all given: one that still ends is worth a
        sentence.
        """
        key = list_key(kind, suffix, namespace=namespace, cluster=cluster)
        found = (
            self.lists[kind] if key not in self.lists and kind in self.lists else self.lists[key]
        )
        objects = _given(found)
        if also_leaving or kind == "Pod":
            return objects
        return tuple(one for one in objects if not is_leaving(one))

    def replies(self, through: str = "web", *, cluster: str = "") -> tuple[Reply, ...]:
        return _given(self.pages[f"{through} of {cluster}" if cluster else through])

    def cloud(self, path: str) -> tuple[Any, ...]:
        """What the cloud's API answered at a declared path. Raises ReadFailed."""
        return _given(self.api[path])

    def calls(self, agent: str) -> tuple[Object, ...]:
        """What a declared client asked of the lab's cloud: operation, status, count.

        Raises ReadFailed.
        """
        return _given(self.api[calls_key(agent)])

    def log(self, labels: str, suffix: str = "") -> tuple[Line, ...]:
        """What the Pods of a declared read printed, oldest first. Raises ReadFailed."""
        return _given(self.logs[list_key(labels, suffix)])

    def tagged(self, repository: str) -> tuple[TaggedImage, ...]:
        """Images of a declared repository, in the order of their tags. Raises ReadFailed."""
        return _given(self.images[repository])

    def image(self, repository: str, tag: str) -> TaggedImage | None:
        """None where the repository has no such tag. Raises ReadFailed."""
        return next((one for one in self.tagged(repository) if one.tag == tag), None)

    def server_version(self) -> str:
        if self.version is None:
            raise KeyError("version")
        return _given(self.version)

    def drawn(self, name: str) -> str:
        return _given(self.seed).values[name]

    def noted(self, key: str, field_path: str) -> Any:
        """What setup remembered of an object."""
        return _given(self.seed).notes[key][field_path]

    def shaken_at(self) -> str | None:
        """When the attendee last started the exercise's disturbance."""
        return _given(self.seed).notes.get(SHAKEN, {}).get("time")

    def answer(self, key: str) -> str | None:
        """What the attendee noted; None when nothing was."""
        return _given(self.answers).get(key)


def calls_key(agent: str) -> str:
    return f"calls of {agent}"


def list_key(kind: str, suffix: str = "", *, namespace: str = "", cluster: str = "") -> str:
    """Where a list is kept: "ConfigMap in ${ns_b}", "Service in kube-system"."""
    if cluster:
        return f"{kind} in {namespace or 'all'} of {cluster}"
    return f"{kind} in {namespace or ('${ns_' + suffix + '}' if suffix else '${ns}')}"


def _given(found: Given | Failed) -> Given:
    if isinstance(found, Failed):
        raise ReadFailed(found.reason, found.next_step, found.what)
    return found
