"""The forms of `[[read]]` in exercise.toml."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field, Tag, model_validator

from labkit.grading.exercise import (
    CallsRead,
    CloudRead,
    ImageRead,
    LogRead,
    ManagedObjectsRead,
    ManagedPagesRead,
    ObjectsRead,
    PagesRead,
    Read,
    VersionRead,
)
from labkit.grading.toml_file import StrictModel, one_of

Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
Suffix = Annotated[str, Field(pattern=r"^([a-z][a-z0-9-]*)?$")]
Kind = Annotated[str, Field(pattern=r"^[A-Z][A-Za-z]+$")]


class ObjectsModel(StrictModel):
    objects: Kind
    suffixes: list[Suffix] = Field(default=[], alias="in")
    namespace: str = ""
    labels: str = ""
    fields: str = ""
    cluster: str = ""

    @model_validator(mode="after")
    def one_place(self) -> "ObjectsModel":
        if self.suffixes and self.namespace:
            raise ValueError("give `in` or `namespace`, not both")
        if self.cluster and self.suffixes:
            raise ValueError("`cluster` goes with `namespace`, not with `in`")
        return self

    def read(self) -> Read:
        if self.cluster:
            place = (self.cluster, self.namespace)
            return ManagedObjectsRead(self.objects, *place, self.labels, self.fields)
        suffixes = tuple(self.suffixes)
        return ObjectsRead(self.objects, suffixes, self.namespace, self.labels, self.fields)


class WebModel(StrictModel):
    web: str = Field(pattern="^/")
    port: int = Field(ge=1, le=65535)
    times: int = Field(default=1, ge=1, le=50)
    suffixes: list[Suffix] = Field(default=[""], alias="in")
    host: str = ""
    cluster: ClassVar[str] = ""

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
    cluster: str = ""
    namespace: str = ""
    kind: ClassVar[str] = "Service"

    @model_validator(mode="after")
    def one_place(self) -> "ServiceModel":
        if bool(self.cluster) != bool(self.namespace):
            raise ValueError("`cluster` and `namespace` belong together")
        return self

    def read(self) -> Read:
        if self.cluster:
            place = (self.cluster, self.namespace)
            return ManagedPagesRead(self.service, self.port, *place, times=self.times)
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


class CloudModel(StrictModel):
    cloud: str = Field(pattern=r"^/[a-z]")
    keep: list[str] = Field(default=[])

    def read(self) -> Read:
        return CloudRead(self.cloud, tuple(self.keep))


class CallsModel(StrictModel):
    calls: str = Field(min_length=1)

    def read(self) -> Read:
        return CallsRead(self.calls)


ReadModel = Annotated[
    Annotated[ObjectsModel, Tag("objects")]
    | Annotated[WebModel, Tag("web")]
    | Annotated[ServiceModel, Tag("service")]
    | Annotated[LogModel, Tag("log")]
    | Annotated[ImageModel, Tag("image")]
    | Annotated[CloudModel, Tag("cloud")]
    | Annotated[CallsModel, Tag("calls")]
    | Annotated[VersionModel, Tag("version")],
    one_of("objects", "web", "service", "log", "image", "cloud", "calls", "version"),
]
