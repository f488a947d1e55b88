"""Take a snapshot: every declared read at once, as the grader, reduced at the door.

A read that fails is kept with its reason; criteria that need it answer CANNOT_CHECK.
"""

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from string import Template

from labkit.foundation.text import say
from labkit.grading.cloud_reading import look_at_cloud
from labkit.grading.criteria.objects import name_of
from labkit.grading.errors import ReadFailed
from labkit.grading.exercise import (
    Exercise,
    ImageRead,
    LogRead,
    ObjectsRead,
    PagesRead,
    VersionRead,
)
from labkit.grading.hiding import values_of, without_secrets
from labkit.grading.logs import read_log
from labkit.grading.reduction import reduced
from labkit.grading.seed import SeedRecord
from labkit.grading.snapshot import ANSWERS_LABEL, Failed, Line, Object, Snapshot, list_key
from labkit.grading.sources import ClusterReader, Place, Sources, attempted
from labkit.grading.visiting import visit_all
from labkit.kube.errors import ObjectNotFound
from labkit.remote.registry import TaggedImage

MOST_OBJECTS = 1000  # a declared kind; more is no exercise of ours, and would hold everybody up
MOST_TAGS = 20  # of a repository
AT_ONCE = 16


def take_snapshot(exercise: Exercise, place: Place, sources: Sources) -> Snapshot:
    """Never raises because something is missing or does not answer: that is part of what is."""
    moment = f"{sources.clock.now():%Y-%m-%dT%H:%M:%SZ}"
    look = _Look(exercise, place, sources)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        listing = {key: pool.submit(attempted, what, call) for key, what, call in look.lists()}
        logs = {key: pool.submit(attempted, what, call) for key, what, call in look.logs()}
        seed = pool.submit(attempted, say("the seed record"), look.seed)
        answers = pool.submit(attempted, say("the answers"), look.answers)
        version = pool.submit(attempted, say("the server's version"), look.version)
        lists = {key: found.result() for key, found in listing.items()}
        values = _values(place, seed.result())
        cloud = look_at_cloud(exercise, values, sources)
        snapshot = Snapshot(
            exercise=exercise.id,
            taken_at=moment,
            namespaces=dict(place.namespaces),
            lists={**lists, **cloud.lists},
            pages={
                **visit_all(look.pages(), lists, place, sources, values=values),
                **cloud.pages,
            },
            logs={key: found.result() for key, found in logs.items()},
            images=look.all_images(values),
            api=cloud.api,
            version=version.result(),
            seed=seed.result(),
            answers=answers.result(),
        )
    return without_secrets(snapshot, look.secrets | set(cloud.secrets))


def _values(place: Place, seed: SeedRecord | Failed) -> dict[str, str] | Failed:
    """What templates of a declared read may name: ${ns}, ${ns_b} and drawn values."""
    if isinstance(seed, Failed):
        return seed
    names = {f"ns_{suffix}" if suffix else "ns": name for suffix, name in place.namespaces.items()}
    return {**seed.values, **names}


class _Look:
    """What one exercise declared to read, one call a method."""

    def __init__(self, exercise: Exercise, place: Place, sources: Sources) -> None:
        self._exercise = exercise
        self._place = place
        self._reader: ClusterReader = sources.reader
        self._images = sources.images
        self.secrets: set[str] = set()
        """Values of all Secrets that were read."""

    def lists(self) -> Iterator[tuple[str, str, Callable[[], tuple[Object, ...]]]]:
        """Key, name for a sentence, and call of each list."""
        for read in self._exercise.reads:
            if isinstance(read, ObjectsRead):
                for key, namespace in self._places(read):
                    yield key, self.named(read, namespace), partial(self.objects, read, namespace)

    def logs(self) -> Iterator[tuple[str, str, Callable[[], tuple[Line, ...]]]]:
        """The same of each log."""
        logs = (read for read in self._exercise.reads if isinstance(read, LogRead))
        for read in logs:
            for suffix in read.suffixes:
                namespace = self._place.namespaces[suffix]
                what = say("what Pods with {labels} print", labels=read.labels)
                yield list_key(read.labels, suffix), what, partial(self.log, read, namespace)

    def pages(self) -> list[PagesRead]:
        return [read for read in self._exercise.reads if isinstance(read, PagesRead)]

    def repositories(self) -> Iterator[tuple[str, str, ImageRead]]:
        """Key, name for a sentence, and declaration of each repository."""
        for read in self._exercise.reads:
            if isinstance(read, ImageRead):
                what = say("the images of {repository}", repository=read.repository)
                yield read.repository, what, read

    def all_images(
        self, values: Mapping[str, str] | Failed
    ) -> dict[str, tuple[TaggedImage, ...] | Failed]:
        return {
            key: values
            if isinstance(values, Failed)
            else attempted(what, partial(self.images, read, values))
            for key, what, read in self.repositories()
        }

    def named(self, read: ObjectsRead, namespace: str | None) -> str:
        if not namespace:
            return say("objects of kind {kind}", kind=read.kind)
        return say("objects of kind {kind} in {namespace}", kind=read.kind, namespace=namespace)

    def objects(self, read: ObjectsRead, namespace: str | None) -> tuple[Object, ...]:
        found = self._reader.list(
            read.kind,
            namespace=namespace,
            labels=read.labels,
            fields=read.fields,
            at_most=MOST_OBJECTS,
        )
        if read.kind == "Secret":
            self.secrets.update(*map(values_of, found))
        return tuple(reduced(item) for item in sorted(found, key=name_of))

    def log(self, read: LogRead, namespace: str) -> tuple[Line, ...]:
        return read_log(read, namespace, self._reader)

    def images(self, read: ImageRead, values: Mapping[str, str]) -> tuple[TaggedImage, ...]:
        repository = Template(read.repository).substitute(values)
        words = [Template(word).substitute(values) for word in read.find]
        tags = read.tags or self._images.tags(repository)
        found = [self._images.image(repository, tag, find=words) for tag in tags[:MOST_TAGS]]
        return tuple(image for image in found if image)

    def seed(self) -> SeedRecord:
        place = self._place
        try:
            found = self._reader.get("ConfigMap", place.seed_name, namespace=place.seed_namespace)
        except ObjectNotFound as problem:
            raise ReadFailed(
                say("Exercise {id} has not been started here.", id=self._exercise.id),
                say("Run `labkit start {id}`.", id=self._exercise.id),
            ) from problem
        return SeedRecord.from_data(found.get("data") or {})

    def answers(self) -> dict[str, str]:
        if not self._exercise.answers:
            return {}
        found = self._reader.list(
            "ConfigMap",
            namespace=self._place.namespaces[""],
            labels=ANSWERS_LABEL,
            at_most=MOST_OBJECTS,
        )
        return {
            key.replace("-", "_"): value
            for each in sorted(found, key=name_of)
            for key, value in (each.get("data") or {}).items()
        }

    def version(self) -> str | None:
        declared = any(isinstance(read, VersionRead) for read in self._exercise.reads)
        return self._reader.version() if declared else None

    def _places(self, read: ObjectsRead) -> list[tuple[str, str | None]]:
        if read.namespace:
            return [(list_key(read.kind, namespace=read.namespace), read.namespace)]
        if read.suffixes:
            names = self._place.namespaces
            return [(list_key(read.kind, suffix), names[suffix]) for suffix in read.suffixes]
        return [(read.kind, None)]
