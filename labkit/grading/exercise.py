"""An exercise as its author declared it: what it draws, reads, weighs and says.

`load_exercise` reads a folder, `find_exercise` finds one by its id among all lessons.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum
from pathlib import Path

from labkit.grading.errors import ExerciseUnknown


class Scope(StrEnum):
    NAMESPACE = "namespace"
    CLUSTER = "cluster"
    """Changes nodes or other cluster-wide objects, so it is proven alone."""


@dataclass(frozen=True, slots=True)
class Criterion:
    id: str
    weight: int
    text: str

    @property
    def function(self) -> str:
        """Name of the function in the check module."""
        return self.id.replace("-", "_")


@dataclass(frozen=True, slots=True)
class NumberDraw:
    name: str
    lowest: int
    highest: int


@dataclass(frozen=True, slots=True)
class ChoiceDraw:
    name: str
    choices: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ShuffleDraw:
    """Each of them once, in a drawn order: the values are called name_1, name_2 …"""

    name: str
    shuffled: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ObjectDraw:
    """Drawn from live objects after setup; the value is the object's name."""

    name: str
    kind: str
    where: str = ""
    """"schedulable" for nodes that take work; empty for any object of the kind."""


Draw = NumberDraw | ChoiceDraw | ShuffleDraw | ObjectDraw


@dataclass(frozen=True, slots=True)
class ObjectsRead:
    """All objects of a kind: in the exercise's namespaces, in a fixed one, or cluster-wide."""

    kind: str
    suffixes: tuple[str, ...] = ()
    namespace: str = ""
    labels: str = ""
    """A label selector, to keep a large list small."""
    fields: str = ""
    """A field selector; type=Warning leaves the events that explain."""


@dataclass(frozen=True, slots=True)
class PagesRead:
    """GETs to every Service or Ingress of the exercise's namespaces that has such an address.

    Several reads through the same door add up.
    """

    through: str
    """"web": the external address in the Service's status. "service": the Service proxy.
    "ingress": the address in the Ingress's status, asked for under the name `host`."""
    path: str
    port: int
    times: int = 1
    suffixes: tuple[str, ...] = ("",)
    host: str = ""
    """A template: ${drawn} values, ${ns}."""

    @property
    def kind(self) -> str:
        """Whose addresses are visited."""
        return "Ingress" if self.through == "ingress" else "Service"


@dataclass(frozen=True, slots=True)
class LogRead:
    """The last lines of what Pods with these labels print: JSON objects, one a line."""

    labels: str
    suffixes: tuple[str, ...] = ("",)
    lines: int = 200
    """Of each Pod; those before are not looked at."""
    keep: tuple[str, ...] = ()
    """Fields of a line beside `time` that criteria need; all of them when empty."""


@dataclass(frozen=True, slots=True)
class ImageRead:
    """Images of one repository of the lab's registry: manifest, config, layers."""

    repository: str
    """A template: ${drawn} values, ${ns}; "${ns}/card" is an attendee's own."""
    tags: tuple[str, ...] = ()
    """Those that are looked at; all of them when empty."""
    find: tuple[str, ...] = ()
    """Templates of words that are searched in all layers, names and contents of files alike."""


@dataclass(frozen=True, slots=True)
class VersionRead:
    """The server's version."""


@dataclass(frozen=True, slots=True)
class CloudRead:
    """What the cloud's API answers at a path of the attendee's project.

    See `labkit.remote.cloud_paths` for `@name` and `{each}`; a template: ${drawn} values.
    """

    path: str
    keep: tuple[str, ...] = ()
    """Fields of each object that criteria need; all of them when empty."""


@dataclass(frozen=True, slots=True)
class CallsRead:
    """What the lab's own cloud was asked by one client."""

    agent: str
    """The name it calls itself by, User-Agent; a template: ${drawn} values."""


@dataclass(frozen=True, slots=True)
class ManagedObjectsRead:
    """All objects of a kind in a cluster of the cloud; none while that cluster is not there."""

    kind: str
    cluster: str
    """Its name in the attendee's project; a template: ${drawn} values."""
    namespace: str = ""
    """Empty for all, and for cluster-wide kinds."""
    labels: str = ""
    fields: str = ""


@dataclass(frozen=True, slots=True)
class ManagedPagesRead:
    """GETs through the Service proxy of a cluster of the cloud."""

    path: str
    port: int
    cluster: str
    namespace: str
    times: int = 1


@dataclass(frozen=True, slots=True)
class Shelf:
    """An image of ours that setup puts into the lab's private registry, for one reader.

    Files may name ${shelf_user} and ${shelf_password}.
    """

    image: str
    repository: str
    """A template: ${ns}."""
    tag: str


CloudReads = CloudRead | CallsRead | ManagedObjectsRead | ManagedPagesRead
Read = ObjectsRead | PagesRead | LogRead | ImageRead | VersionRead | CloudReads


@dataclass(frozen=True, slots=True)
class Exercise:
    id: str
    folder: Path
    lesson: str
    title: str
    minutes: int
    task: str
    hints: tuple[str, ...]
    criteria: tuple[Criterion, ...]
    reads: tuple[Read, ...]
    draws: tuple[Draw, ...] = ()
    answers: tuple[str, ...] = ()
    """Keys that `answer` accepts; empty when the exercise asks for no answers."""
    namespaces: tuple[str, ...] = ("",)
    """Suffixes: "" is the exercise's own namespace, "b" a neighbour's."""
    capabilities: tuple[str, ...] = ()
    clusters: tuple[str, ...] = ()
    """Names of the cloud's clusters that belong to it, whoever made them: a reset deletes them.
    Templates: ${attendee}."""
    scope: Scope = Scope.NAMESPACE
    settle_seconds: float = 0
    shelf: Shelf | None = None

    @property
    def setup(self) -> Path:
        return self.folder / "setup"

    @property
    def shake(self) -> Path:
        """Of the disturbance that the attendee may start; most exercises have none."""
        return self.folder / "shake"

    @property
    def starter(self) -> Path:
        return self.folder / "starter"

    @property
    def check_file(self) -> Path:
        return self.folder / f"check_{self.id.replace('-', '_')}.py"


def load_exercise(folder: Path) -> Exercise:
    """Read `folder`/exercise.toml. Raises ExerciseInvalid, which names the file and the field."""
    # pydantic takes 0.1 s to import; whoever only handles an Exercise need not wait for it.
    from labkit.grading.exercise_file import read_exercise_file  # noqa: PLC0415

    return read_exercise_file(folder)


def exercise_folders(exercises: Path) -> dict[str, Path]:
    """Folder of each exercise by id, by lesson and name; `exercises` holds NN-topic/."""
    return {file.parent.name: file.parent for file in sorted(exercises.glob("*/*/exercise.toml"))}


def find_exercise(exercises: Path, exercise_id: str) -> Exercise:
    """Raises ExerciseUnknown with the closest ids."""
    folders = exercise_folders(exercises)
    if exercise_id not in folders:
        raise ExerciseUnknown(exercise_id, closest_ids(exercise_id, list(folders)))
    return load_exercise(folders[exercise_id])


def closest_ids(exercise_id: str, known: Sequence[str]) -> list[str]:
    """Up to three: by spelling, else those that contain a word of it."""
    words = [word for word in exercise_id.lower().replace("_", "-").split("-") if len(word) > 2]
    near = get_close_matches(exercise_id.lower().replace("_", "-"), known, n=3)
    return near or [name for name in known if any(word in name for word in words)][:3]
