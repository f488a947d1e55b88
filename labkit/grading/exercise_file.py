"""The form of exercise.toml, and how it becomes an Exercise."""

from collections import Counter
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Discriminator, Field, Tag, field_validator, model_validator

from labkit.grading.errors import ExerciseInvalid
from labkit.grading.exercise import (
    ChoiceDraw,
    Criterion,
    Draw,
    Exercise,
    ImageRead,
    LogRead,
    NumberDraw,
    ObjectDraw,
    ObjectsRead,
    PagesRead,
    Read,
    Scope,
    Shelf,
    ShuffleDraw,
    VersionRead,
)
from labkit.grading.toml_file import StrictModel, read_toml

FULL_WEIGHT = 10
FEWEST_HINTS = 3

Id = Annotated[str, Field(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$")]
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
Suffix = Annotated[str, Field(pattern=r"^([a-z][a-z0-9-]*)?$")]
Kind = Annotated[str, Field(pattern=r"^[A-Z][A-Za-z]+$")]
Sentence = Annotated[str, Field(min_length=10)]


class NumberModel(StrictModel):
    number: list[int] = Field(min_length=2, max_length=2)

    @field_validator("number")
    @classmethod
    def ordered(cls, number: list[int]) -> list[int]:
        if number[0] >= number[1]:
            raise ValueError("the first number must be smaller than the second")
        return number

    def draw(self, name: str) -> Draw:
        return NumberDraw(name, self.number[0], self.number[1])


class ChoiceModel(StrictModel):
    choice: list[str] = Field(min_length=2)

    def draw(self, name: str) -> Draw:
        return ChoiceDraw(name, tuple(self.choice))


class ShuffleModel(StrictModel):
    shuffle: list[str] = Field(min_length=2)

    def draw(self, name: str) -> Draw:
        return ShuffleDraw(name, tuple(self.shuffle))


class ObjectModel(StrictModel):
    object: Kind
    where: Literal["", "schedulable"] = ""

    def draw(self, name: str) -> Draw:
        return ObjectDraw(name, self.object, self.where)


class ObjectsModel(StrictModel):
    objects: Kind
    suffixes: list[Suffix] = Field(default=[], alias="in")
    namespace: str = ""
    labels: str = ""
    fields: str = ""

    @model_validator(mode="after")
    def one_place(self) -> "ObjectsModel":
        if self.suffixes and self.namespace:
            raise ValueError("give `in` or `namespace`, not both")
        return self

    def read(self) -> Read:
        suffixes = tuple(self.suffixes)
        return ObjectsRead(self.objects, suffixes, self.namespace, self.labels, self.fields)


class WebModel(StrictModel):
    web: str = Field(pattern="^/")
    port: int = Field(ge=1, le=65535)
    times: int = Field(default=1, ge=1, le=50)
    suffixes: list[Suffix] = Field(default=[""], alias="in")
    host: str = ""

    @property
    def kind(self) -> str:
        return "Ingress" if self.host else "Service"

    def read(self) -> Read:
        through = "ingress" if self.host else "web"
        suffixes = tuple(self.suffixes)
        return PagesRead(through, self.web, self.port, self.times, suffixes, self.host)


class ServiceModel(StrictModel):
    service: str = Field(pattern="^/")
    port: int = Field(ge=1, le=65535)
    times: int = Field(default=1, ge=1, le=50)
    suffixes: list[Suffix] = Field(default=[""], alias="in")
    kind: ClassVar[str] = "Service"

    def read(self) -> Read:
        return PagesRead("service", self.service, self.port, self.times, tuple(self.suffixes))


class LogModel(StrictModel):
    log: str = Field(min_length=1)
    lines: int = Field(default=200, ge=1, le=20_000)
    keep: list[Name] = Field(default=[])
    suffixes: list[Suffix] = Field(default=[""], alias="in")

    def read(self) -> Read:
        return LogRead(self.log, tuple(self.suffixes), self.lines, tuple(self.keep))


class ImageModel(StrictModel):
    image: str = Field(min_length=1)
    tags: list[str] = Field(default=[])
    find: list[str] = Field(default=[])

    def read(self) -> Read:
        return ImageRead(self.image, tuple(self.tags), tuple(self.find))


class VersionModel(StrictModel):
    version: Literal[True]

    def read(self) -> Read:
        return VersionRead()


def one_of(*names: str) -> Discriminator:
    """Choose a model by the one of these keys that a table has."""

    def choose(table: Any) -> str | None:
        found = [name for name in names if isinstance(table, dict) and name in table]
        return found[0] if len(found) == 1 else None

    return Discriminator(
        choose,
        custom_error_type="one_of",
        custom_error_message=f"give exactly one of {', '.join(names)}",
    )


DrawModel = Annotated[
    Annotated[NumberModel, Tag("number")]
    | Annotated[ChoiceModel, Tag("choice")]
    | Annotated[ShuffleModel, Tag("shuffle")]
    | Annotated[ObjectModel, Tag("object")],
    one_of("number", "choice", "shuffle", "object"),
]
ReadModel = Annotated[
    Annotated[ObjectsModel, Tag("objects")]
    | Annotated[WebModel, Tag("web")]
    | Annotated[ServiceModel, Tag("service")]
    | Annotated[LogModel, Tag("log")]
    | Annotated[ImageModel, Tag("image")]
    | Annotated[VersionModel, Tag("version")],
    one_of("objects", "web", "service", "log", "image", "version"),
]


class ShelfModel(StrictModel):
    image: Id
    repository: str = Field(min_length=1)
    tag: str = Field(min_length=1)

    def shelf(self) -> Shelf:
        return Shelf(self.image, self.repository, self.tag)


class CriterionModel(StrictModel):
    id: Id
    weight: int = Field(ge=1, le=FULL_WEIGHT)
    text: Sentence


class ExerciseModel(StrictModel):
    id: Id
    lesson: str = Field(pattern=r"^\d\d-[a-z0-9-]+$")
    title: str = Field(min_length=3)
    minutes: int = Field(ge=1, le=60)
    task: Sentence
    hints: list[Sentence] = Field(min_length=FEWEST_HINTS)
    criterion: list[CriterionModel] = Field(min_length=1)
    read: list[ReadModel] = Field(default=[])
    draw: dict[Name, DrawModel] = Field(default={})
    answers: list[Name] = Field(default=[])
    namespaces: list[Suffix] = Field(default=[""], min_length=1)
    capabilities: list[Id] = Field(default=[])
    scope: Literal["namespace", "cluster"] = "namespace"
    settle_seconds: float = Field(default=0, ge=0, le=60)
    shelf: ShelfModel | None = None

    @field_validator("namespaces")
    @classmethod
    def own_first(cls, namespaces: list[str]) -> list[str]:
        if namespaces[0] != "" or len(set(namespaces)) != len(namespaces):
            raise ValueError('the exercise\'s own namespace, "", comes first, each suffix once')
        return namespaces

    @field_validator("criterion")
    @classmethod
    def weighed(cls, criteria: list[CriterionModel]) -> list[CriterionModel]:
        total = sum(criterion.weight for criterion in criteria)
        if total != FULL_WEIGHT:
            raise ValueError(f"the weights add up to {total}, not to {FULL_WEIGHT}")
        twice = [k for k, n in Counter(criterion.id for criterion in criteria).items() if n > 1]
        if twice:
            raise ValueError(f"{twice[0]} is there twice")
        return criteria

    @model_validator(mode="after")
    def reads_its_own_namespaces(self) -> "ExerciseModel":
        for read in self.read:
            strange = set(getattr(read, "suffixes", ())) - set(self.namespaces)
            if strange:
                raise ValueError(f"a read looks in {strange.pop()!r}, not one of `namespaces`")
        return self

    @model_validator(mode="after")
    def reads_each_list_once(self) -> "ExerciseModel":
        places = [place for read in self.read for place in _places(read)]
        twice = [place for place, times in Counter(places).items() if times > 1]
        if twice:
            raise ValueError(f"{twice[0]} are read twice")
        for read in self.read:
            if not isinstance(read, WebModel | ServiceModel):
                continue
            if any((read.kind, suffix) not in places for suffix in read.suffixes):
                found = f"pages are found by objects of kind {read.kind}"
                raise ValueError(f'{found}: read `objects = "{read.kind}"`')
        return self


def _places(read: object) -> list[tuple[str, str]]:
    """What is listed and where; a fixed namespace never looks like a suffix."""
    if isinstance(read, LogModel):
        return [(f"logs of {read.log}", suffix) for suffix in read.suffixes]
    if isinstance(read, ImageModel):
        return [(f"images of {read.image}", "the registry")]
    if not isinstance(read, ObjectsModel):
        return []
    elsewhere = f"namespace {read.namespace}" if read.namespace else "the cluster"
    return [(read.objects, suffix) for suffix in read.suffixes] or [(read.objects, elsewhere)]


def read_exercise_file(folder: Path) -> Exercise:
    path = folder / "exercise.toml"
    model = read_toml(path, ExerciseModel)
    if model.id != folder.name:
        raise ExerciseInvalid(path, "id", f"{model.id!r} is not the folder's name, {folder.name!r}")
    if model.lesson != folder.parent.name:
        problem = f"{model.lesson!r} is not the folder above, {folder.parent.name!r}"
        raise ExerciseInvalid(path, "lesson", problem)
    return _exercise(folder, model)


def _exercise(folder: Path, model: ExerciseModel) -> Exercise:
    return Exercise(
        id=model.id,
        folder=folder,
        lesson=model.lesson,
        title=model.title,
        minutes=model.minutes,
        task=model.task.strip(),
        hints=tuple(model.hints),
        criteria=tuple(Criterion(c.id, c.weight, c.text) for c in model.criterion),
        reads=tuple(read.read() for read in model.read),
        draws=tuple(draw.draw(name) for name, draw in model.draw.items()),
        answers=tuple(model.answers),
        namespaces=tuple(model.namespaces),
        capabilities=tuple(model.capabilities),
        scope=Scope(model.scope),
        settle_seconds=model.settle_seconds,
        shelf=model.shelf.shelf() if model.shelf else None,
    )
