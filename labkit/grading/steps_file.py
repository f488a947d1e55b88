"""The form of steps.toml, and how it becomes steps."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, Tag, model_validator

from labkit.grading.errors import ExerciseInvalid
from labkit.grading.read_models import Name, Suffix
from labkit.grading.steps import (
    Action,
    AddNode,
    Answer,
    Apply,
    CloudCall,
    CordonNode,
    Delete,
    Lever,
    Patch,
    Remember,
    RemoveNode,
    Run,
    Shake,
    Step,
    Target,
    Wait,
)
from labkit.grading.toml_file import StrictModel, one_of, read_toml

FILE_NAME = "steps.toml"
UNTIL = (
    r"^(available|ready|deleted|gone|restarted"
    r"|condition=[A-Z][A-Za-z]+|log=.+|running_seconds=[1-9]\d{0,2})$"
)
OF_PODS = ("restarted", "log", "running_seconds")
KINDS = (
    "apply", "run", "wait", "delete", "patch", "answer", "remember", "shake", "node", "cloud",
    "lever",
)  # fmt: skip
FLAVOR = r"^[a-z]\d-\d+$"


class TargetModel(StrictModel):
    object: str = Field(pattern=r"^[A-Z][A-Za-z]+(/[a-z0-9${}._-]+)?$")
    labels: str = ""
    suffix: Suffix = Field(default="", alias="in")

    @model_validator(mode="after")
    def name_or_labels(self) -> "TargetModel":
        if ("/" in self.object) == bool(self.labels):
            raise ValueError("give a name (Kind/name) or `labels`, one of them")
        return self

    def target(self) -> Target:
        kind, _, name = self.object.partition("/")
        return Target(kind, name, self.labels, self.suffix)


class WaitModel(TargetModel):
    until: str = Field(pattern=UNTIL)
    limit_seconds: float = Field(default=60, gt=0, le=600)

    @model_validator(mode="after")
    def of_pods(self) -> "WaitModel":
        word = self.until.partition("=")[0]
        if word in OF_PODS and self.object.partition("/")[0] != "Pod":
            raise ValueError(f"only a Pod can be {word!r}")
        return self


class PatchModel(TargetModel):
    merge: dict[str, Any] = Field(min_length=1)


class RememberModel(TargetModel):
    key: Name
    fields: list[str] = Field(min_length=1)


class AnswerModel(StrictModel):
    key: Name
    value: str = ""
    run: list[str] = Field(default=[])
    match: str = ""
    count_lines: bool = False

    @model_validator(mode="after")
    def one_source(self) -> "AnswerModel":
        if bool(self.value) == bool(self.run):
            raise ValueError("give `value` or `run`, one of them")
        if (self.match or self.count_lines) and not self.run:
            raise ValueError("`match` and `count_lines` are about what `run` prints")
        return self


class NodeModel(StrictModel):
    add: str = ""
    remove: str = ""
    cordon: str = ""
    flavor: str = Field(default="", pattern=f"{FLAVOR}|^$")
    cordoned: bool = False

    @model_validator(mode="after")
    def one_deed(self) -> "NodeModel":
        if sum(map(bool, (self.add, self.remove, self.cordon))) != 1:
            raise ValueError("give exactly one of add, remove, cordon")
        if bool(self.add) != bool(self.flavor):
            raise ValueError("`flavor` belongs to `add`, and `add` needs it")
        if self.cordoned and not self.add:
            raise ValueError("`cordoned` belongs to `add`")
        return self

    def action(self) -> Action:
        if self.add:
            return AddNode(self.add, self.flavor, self.cordoned)
        return RemoveNode(self.remove) if self.remove else CordonNode(self.cordon)


class CloudModel(StrictModel):
    call: str = Field(pattern=r"^(GET|POST|PUT|DELETE) /\S+$")
    body: dict[str, Any] | None = None
    save: dict[Name, str] = Field(default={})
    until: dict[str, Any] | Literal["gone"] = Field(default={})
    limit_seconds: float = Field(default=120, gt=0, le=900)
    fails: int = Field(default=0, ge=0, le=599)
    grant: bool = False

    @model_validator(mode="after")
    def saves_what_is_answered(self) -> "CloudModel":
        if self.fails and (self.save or self.until):
            raise ValueError("what is refused answers nothing to save or to wait for")
        if self.grant and self.call != "POST /auth/credential":
            raise ValueError("`grant` belongs to POST /auth/credential")
        return self

    def action(self) -> Action:
        method, _, path = self.call.partition(" ")
        gone = self.until == "gone"
        return CloudCall(
            method,
            path,
            self.body,
            self.save,
            {} if isinstance(self.until, str) else self.until,
            gone=gone,
            limit_seconds=self.limit_seconds,
            fails=self.fails,
            grant=self.grant,
        )


class LeverModel(StrictModel):
    name: Literal["advance", "fail-next", "quota", "speed"]
    body: dict[str, Any] = Field(default={})


class StepModel(StrictModel):
    when: str = ""
    cluster: str = ""


class ApplyStep(StepModel):
    apply: str = Field(pattern=r"^[A-Za-z0-9._-]+$")
    manager: str = Field(default="", alias="as")

    def action(self, folder: Path) -> Action:
        return Apply(folder / self.apply, self.manager)


class RunStep(StepModel):
    run: list[str] = Field(min_length=1)

    def action(self, _: Path) -> Action:
        return Run(tuple(self.run))


class WaitStep(StepModel):
    wait: WaitModel

    def action(self, _: Path) -> Action:
        return Wait(self.wait.target(), self.wait.until, self.wait.limit_seconds)


class DeleteStep(StepModel):
    delete: TargetModel

    def action(self, _: Path) -> Action:
        return Delete(self.delete.target())


class PatchStep(StepModel):
    patch: PatchModel

    def action(self, _: Path) -> Action:
        return Patch(self.patch.target(), self.patch.merge)


class AnswerStep(StepModel):
    answer: AnswerModel

    def action(self, _: Path) -> Action:
        answer = self.answer
        return Answer(
            answer.key,
            answer.value,
            tuple(answer.run),
            answer.match,
            count_lines=answer.count_lines,
        )


class RememberStep(StepModel):
    remember: RememberModel

    def action(self, _: Path) -> Action:
        note = self.remember
        return Remember(note.key, note.target(), tuple(note.fields))


class ShakeStep(StepModel):
    shake: Literal[True]

    def action(self, _: Path) -> Action:
        return Shake()


class NodeStep(StepModel):
    node: NodeModel

    def action(self, _: Path) -> Action:
        return self.node.action()


class CloudStep(StepModel):
    cloud: CloudModel

    def action(self, _: Path) -> Action:
        return self.cloud.action()


class LeverStep(StepModel):
    lever: LeverModel

    def action(self, _: Path) -> Action:
        return Lever(self.lever.name, self.lever.body)


TaggedStep = Annotated[
    Annotated[ApplyStep, Tag("apply")]
    | Annotated[RunStep, Tag("run")]
    | Annotated[WaitStep, Tag("wait")]
    | Annotated[DeleteStep, Tag("delete")]
    | Annotated[PatchStep, Tag("patch")]
    | Annotated[AnswerStep, Tag("answer")]
    | Annotated[RememberStep, Tag("remember")]
    | Annotated[ShakeStep, Tag("shake")]
    | Annotated[NodeStep, Tag("node")]
    | Annotated[CloudStep, Tag("cloud")]
    | Annotated[LeverStep, Tag("lever")],
    one_of(*KINDS),
]


class StepsModel(StrictModel):
    step: list[TaggedStep] = Field(min_length=1)


def read_steps_file(folder: Path, fill: Callable[[str], str]) -> tuple[Step, ...]:
    path = folder / FILE_NAME
    if not path.exists():
        return ()
    steps = read_toml(path, StepsModel, fill).step
    for number, step in enumerate(steps):
        if isinstance(step, ApplyStep) and not (folder / step.apply).is_file():
            raise ExerciseInvalid(path, f"step.{number}.apply", f"{step.apply} is not beside it")
    return tuple(Step(step.action(folder), step.when, step.cluster) for step in steps)
