"""Steps: what setup, a solution, a variant or a mutant does, one after the other.

`load_steps` reads a folder's steps.toml; the workshop runs what it returns. Every step is safe to
run again.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Target:
    """One object by name, or several by label, in one of the exercise's namespaces."""

    kind: str
    name: str = ""
    """Empty when `labels` choose."""
    labels: str = ""
    suffix: str = ""
    """Of the namespace; without meaning for cluster-scoped kinds."""


@dataclass(frozen=True, slots=True)
class Apply:
    file: Path
    """Its `${…}` are filled, and an object without a namespace goes to the exercise's own."""
    manager: str = ""
    """A field manager other than the usual one."""


@dataclass(frozen=True, slots=True)
class Run:
    """A program of the machine, with the identity's kubeconfig and in the steps' folder."""

    command: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Wait:
    target: Target
    until: str
    """available, ready, deleted (leaving or gone), gone, restarted, condition=X, log=TEXT (each Pod
    printed it), or running_seconds=N (each Pod's containers run that long)"""
    limit_seconds: float = 60


@dataclass(frozen=True, slots=True)
class Delete:
    """Deleting what is not there is fine. Returns when it is gone."""

    target: Target


@dataclass(frozen=True, slots=True)
class Patch:
    """A JSON merge patch."""

    target: Target
    merge: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Answer:
    """What an attendee notes with `answer`: a value, or what a command prints."""

    key: str
    value: str = ""
    command: tuple[str, ...] = ()
    """Its output without surrounding blanks is the value …"""
    match: str = ""
    """… or the first group of this regular expression in it …"""
    count_lines: bool = False
    """… or how many lines it has."""


@dataclass(frozen=True, slots=True)
class Remember:
    """Note fields of a live object into the seed record, as notes[key][field]."""

    key: str
    target: Target
    fields: tuple[str, ...]
    """Dotted paths, such as metadata.uid."""


@dataclass(frozen=True, slots=True)
class Shake:
    """Start the exercise's disturbance, as `labkit shake` does."""


@dataclass(frozen=True, slots=True)
class AddNode:
    """Left out where the engine adds no nodes; undone by reset."""

    name: str
    flavor: str
    cordoned: bool = False


@dataclass(frozen=True, slots=True)
class RemoveNode:
    name: str


@dataclass(frozen=True, slots=True)
class CordonNode:
    name: str


@dataclass(frozen=True, slots=True)
class CloudCall:
    """One call to the cloud's API. `{name}` stands for what an earlier step saved."""

    method: str
    path: str
    """See `labkit.remote.cloud_paths`: below the project, @name for an id."""
    body: Mapping[str, Any] | None = None
    save: Mapping[str, str] = field(default_factory=dict)
    """Name to dotted path in the answer: {"cluster": "id", "first": "0.name"}; "." is the whole."""
    until: Mapping[str, Any] = field(default_factory=dict)
    """Dotted path to value: GET the path again until it answers so."""
    gone: bool = False
    """Return when the path is there no more."""
    limit_seconds: float = 120
    fails: int = 0
    """The status with which it must be refused; 0 for a success."""
    grant: bool = False
    """Be the person who validates the consumer key that this call asks for."""


@dataclass(frozen=True, slots=True)
class Lever:
    """A lever of the lab's own cloud, such as quota or speed. Only setup may pull one."""

    name: str
    body: Mapping[str, Any] = field(default_factory=dict)


Action = (
    Apply
    | Run
    | Wait
    | Delete
    | Patch
    | Answer
    | Remember
    | Shake
    | AddNode
    | RemoveNode
    | CordonNode
    | CloudCall
    | Lever
)


@dataclass(frozen=True, slots=True)
class Step:
    action: Action
    when: str = ""
    """A capability; the step is skipped where it is missing."""
    cluster: str = ""
    """Name of the cloud's cluster where it happens, as its administrator; "" is the lab's."""


def load_steps(folder: Path, fill: Callable[[str], str] = str) -> tuple[Step, ...]:
    """The steps of `folder`/steps.toml, `fill` applied to every string in it.

    No file means no steps. Raises ExerciseInvalid, which names the file and the field.
    """
    from labkit.grading.steps_file import read_steps_file  # noqa: PLC0415  pydantic: 0.1 s

    return read_steps_file(folder, fill)
