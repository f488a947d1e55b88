"""A cluster for the grader, held in memory: objects, a version, pages, and what is refused."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from labkit.foundation.waiting import Clock
from labkit.grading.exercise import Exercise, find_exercise
from labkit.grading.seed import SeedRecord
from labkit.grading.snapshot import ANSWERS_LABEL, Object
from labkit.grading.sources import Place, Sources
from labkit.kube.errors import KubeError, ObjectNotFound, TooManyObjects
from labkit.kube.exchange import Answer
from labkit.remote.registry import TaggedImage
from labkit.remote.web import GetPages, Page
from tests.support.clock import HeldClock

ROOT = Path(__file__).parents[2]
SYSTEM = "labkit-system"
SEED_NAME = "me-seed"
Change = tuple[str, dict[str, Any]]


class HeldReader:
    """Answers as `labkit.kube.reader.Reader` does. Watching makes the changes that were planned."""

    def __init__(self, objects: Sequence[Object] = ()) -> None:
        self.objects = [dict(item) for item in objects]
        self.refused: dict[str, KubeError] = {}
        """By kind, "version" or "proxy"."""
        self.planned: dict[str, list[Change]] = {}
        """What a watch of that kind will see."""
        self.answers: dict[str, Answer | KubeError] = {}
        """Through the proxy, by Service."""
        self.logs: dict[str, list[str]] = {}
        """By Pod: what each look at its log shows, the last one for ever."""
        self.calls: list[str] = []
        self.clock = HeldClock()

    def version(self) -> str:
        self._maybe_refuse("version")
        return "v1.34.4"

    def list(
        self,
        kind: str,
        *,
        namespace: str | None = None,
        labels: str = "",
        fields: str = "",
        at_most: int = 0,
    ) -> list[dict[str, Any]]:
        self.calls.append(f"list {kind} {namespace or 'everywhere'}")
        self._maybe_refuse(kind)
        found = [
            item
            for item in self.objects
            if item["kind"] == kind
            and namespace in (None, item["metadata"].get("namespace"))
            and carries(item, labels)
            and fits(item, fields)
        ]
        if at_most and len(found) > at_most:
            raise TooManyObjects(kind, at_most)
        return found

    def get(self, kind: str, name: str, *, namespace: str | None = None) -> dict[str, Any]:
        self._maybe_refuse(kind)
        for item in self.objects:
            where = item["metadata"].get("namespace")
            if (item["kind"], item["metadata"]["name"]) == (kind, name) and where == namespace:
                return item
        raise ObjectNotFound(f"{kind} {name}")

    def watch(
        self, kind: str, *, namespace: str | None = None, fields: str = "", seconds: float = 60
    ) -> Iterator[Change]:
        self.calls.append(f"watch {kind} {fields}")
        for event, item in self.planned.pop(kind, []):
            self.clock.advance(1)
            self.put(item)
            yield event, item
        self.clock.advance(seconds)

    def log(self, pod: str, namespace: str, *, tail: int = 200) -> str:
        self.calls.append(f"log {pod} {namespace} {tail}")
        self._maybe_refuse("log")
        self.clock.advance(0.1)
        return self.logs[pod].pop(0) if len(self.logs[pod]) > 1 else self.logs[pod][0]

    def through_service(
        self, namespace: str, service: str, port: int | str, path: str = "/"
    ) -> Answer:
        self._maybe_refuse("proxy")
        answer = self.answers[service]
        if isinstance(answer, KubeError):
            raise answer
        return answer

    def put(self, item: Mapping[str, Any]) -> None:
        key = identity(item)
        self.objects = [other for other in self.objects if identity(other) != key] + [dict(item)]

    def _maybe_refuse(self, what: str) -> None:
        if what in self.refused:
            raise self.refused[what]


def identity(item: Mapping[str, Any]) -> tuple[str, str, str]:
    metadata = item["metadata"]
    return item["kind"], metadata.get("namespace", ""), metadata["name"]


def carries(item: Mapping[str, Any], selector: str) -> bool:
    labels = item["metadata"].get("labels") or {}
    for term in filter(None, selector.split(",")):
        key, _, value = term.partition("=")
        if key not in labels or (value and labels[key] != value):
            return False
    return True


def fits(item: Mapping[str, Any], selector: str) -> bool:
    """A field selector over fields at the top, such as an event's type."""
    terms = [term.partition("=") for term in filter(None, selector.split(","))]
    return all(item.get(key) == value for key, _, value in terms)


def exercise_of(exercise_id: str) -> Exercise:
    return find_exercise(ROOT / "exercises", exercise_id)


def place_of(exercise: Exercise) -> Place:
    names = {s: f"me-{exercise.id}-{s}".rstrip("-") for s in exercise.namespaces}
    return Place(names, SYSTEM, SEED_NAME)


def seed_object(
    values: Mapping[str, str], notes: Mapping[str, Mapping[str, Any]] | None = None
) -> dict[str, Any]:
    data = SeedRecord(values, notes or {}).to_data()
    return {"kind": "ConfigMap", "metadata": {"name": SEED_NAME, "namespace": SYSTEM}, "data": data}


def answers_object(namespace: str, answers: Mapping[str, str]) -> dict[str, Any]:
    metadata = {"name": "lab-answers", "namespace": namespace, "labels": {ANSWERS_LABEL: ""}}
    return {"kind": "ConfigMap", "metadata": metadata, "data": dict(answers)}


class HeldImages:
    """Answers as `labkit.remote.registry.Registry` does, from images by repository."""

    def __init__(self, held: Mapping[str, Sequence[TaggedImage]] | None = None) -> None:
        self.held = held or {}
        self.searched: list[tuple[str, ...]] = []

    def tags(self, repository: str) -> list[str]:
        return [image.tag for image in self.held.get(repository, ())]

    def image(self, repository: str, tag: str, *, find: Collection[str] = ()) -> TaggedImage | None:
        self.searched.append(tuple(find))
        fitting = (one for one in self.held.get(repository, ()) if one.tag == tag)
        return next(fitting, None)


def no_pages(urls: Sequence[str], _: Clock, *, host: str = "") -> list[Page]:
    return [Page(url, problem="connection refused") for url in urls]


def sources_of(
    reader: HeldReader, get_pages: GetPages = no_pages, images: HeldImages | None = None
) -> Sources:
    return Sources(reader, get_pages, reader.clock, images or HeldImages())
