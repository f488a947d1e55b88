"""The form of exercise.toml, and how it becomes an Exercise."""

from collections import Counter
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, Tag, field_validator, model_validator

from labkit.grading.errors import ExerciseInvalid
from labkit.grading.exercise import (
    ChoiceDraw,
    Criterion,
    Draw,
    Exercise,
    NumberDraw,
    ObjectDraw,
    Scope,
    Shelf,
    ShuffleDraw,
)
from labkit.grading.read_models import (
    CloudModel,
    ImageModel,
    Kind,
    LogModel,
    Name,
    ObjectsModel,
    ReadModel,
    ServiceModel,
    Suffix,
    WebModel,
)
from labkit.grading.toml_file import StrictModel, one_of, read_toml

FULL_WEIGHT = 10
FEWEST_HINTS = 3

Id = Annotated[str, Field(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$")]
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


DrawModel = Annotated[
    Annotated[NumberModel, Tag("number")]
    | Annotated[ChoiceModel, Tag("choice")]
    | Annotated[ShuffleModel, Tag("shuffle")]
    | Annotated[ObjectModel, Tag("object")],
    one_of("number", "choice", "shuffle", "object"),
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
    clusters: list[str] = Field(default=[])
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
            if not isinstance(read, WebModel | ServiceModel) or read.cluster:
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
    if isinstance(read, CloudModel):
        return [(read.cloud, "the cloud")]
    if not isinstance(read, ObjectsModel):
        return []
    if read.cluster:
        return [(read.objects, f"{read.namespace} of cluster {read.cluster}")]
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
        clusters=tuple(model.clusters),
        scope=Scope(model.scope),
        settle_seconds=model.settle_seconds,
        shelf=model.shelf.shelf() if model.shelf else None,
    )
