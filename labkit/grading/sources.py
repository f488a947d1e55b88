"""Where a snapshot comes from: one API server as the grader sees it, web addresses, a clock."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from labkit.foundation.errors import LabError
from labkit.foundation.text import say
from labkit.foundation.waiting import Clock
from labkit.grading.snapshot import Failed, Object
from labkit.kube.exchange import Answer
from labkit.remote.registry import TaggedImage
from labkit.remote.web import GetPages

T = TypeVar("T")


class ClusterReader(Protocol):
    """What of `labkit.kube.reader.Reader` a snapshot needs."""

    def version(self) -> str: ...

    def list(
        self,
        kind: str,
        *,
        namespace: str | None = None,
        labels: str = "",
        fields: str = "",
        at_most: int = 0,
    ) -> Sequence[Object]: ...

    def get(self, kind: str, name: str, *, namespace: str | None = None) -> Object: ...

    def watch(
        self, kind: str, *, namespace: str | None = None, fields: str = "", seconds: float = 60
    ) -> Iterator[tuple[str, Object]]: ...

    def log(self, pod: str, namespace: str, *, tail: int = 200) -> str: ...

    def through_service(
        self, namespace: str, service: str, port: int | str, path: str = "/"
    ) -> Answer: ...


class ImageReader(Protocol):
    """What of `labkit.remote.registry.Registry` a snapshot needs."""

    def tags(self, repository: str) -> Sequence[str]: ...

    def image(
        self, repository: str, tag: str, *, find: Collection[str] = ()
    ) -> TaggedImage | None: ...


class CloudReader(Protocol):
    """The attendee's part of a cloud, to be looked at. Each may raise RemoteError."""

    def read(self, project: str, path: str) -> Sequence[Any]:
        """See `labkit.remote.cloud_paths.read_path`."""

    def calls(self, agent: str) -> Sequence[Object]:
        """What the lab's own cloud heard of this client."""

    def cluster(self, project: str, name: str) -> ClusterReader | None:
        """None while there is no such cluster that could answer."""

    def secrets(self) -> Collection[str]:
        """Keys that must be in no snapshot."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where one attendee's exercise is on the cluster."""

    namespaces: Mapping[str, str]
    """Names by suffix, "" for the exercise's own."""
    seed_namespace: str
    seed_name: str
    """Of the ConfigMap that holds the SeedRecord."""


@dataclass(frozen=True, slots=True)
class Sources:
    """Where a snapshot comes from."""

    reader: ClusterReader
    """With the grader's identity."""
    get_pages: GetPages
    """`labkit.remote.web.get_pages`."""
    clock: Clock
    images: ImageReader
    """The lab's registry, with nobody's identity: whoever reaches it may read it."""
    cloud: CloudReader | None = None
    """Only for exercises that read one."""


def attempted(what: str, look: Callable[[], T]) -> T | Failed:
    try:
        return look()
    except LabError as problem:
        return Failed(what, problem.what_happened, problem.next_step)
    except Exception as problem:  # noqa: BLE001  a fault of ours must not cost an attendee points
        seen = say("Reading {what} stopped: {problem!r}.", what=what, problem=problem)
        step = say("This costs you nothing. Tell your instructor, or report it.")
        return Failed(what, seen, step)
