"""The lab: which cluster it is, and who opens it as whom.

`labkit up` records the cluster in the home folder; everything that a learner does opens it here.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

import labkit
from labkit.foundation.errors import FileProblem
from labkit.foundation.files import PRIVATE, write_atomically
from labkit.foundation.process import Runner, SystemRunner
from labkit.foundation.progress import Progress, Quiet
from labkit.foundation.settings import Settings
from labkit.foundation.text import say
from labkit.foundation.waiting import Clock, SystemClock
from labkit.workshop.cloud_offers import OF_CLOUD, cloud_offers
from labkit.workshop.cloud_reach import CloudReach
from labkit.workshop.errors import LabNotStarted
from labkit.workshop.names import checked_attendee
from labkit.workshop.offers import is_offered_here

if TYPE_CHECKING:
    from labkit.cluster.engine import Engine
    from labkit.kube.kubeconfig import Access

USUAL_CLUSTER = "lab"
CONTENT = Path(labkit.__file__).parents[1]
"""The work tree: exercises, solutions, notebooks and labkit itself are side by side."""


@dataclass(frozen=True, slots=True)
class LabRecord:
    """The cluster that exercises run on."""

    name: str
    engine: str
    kubeconfig: Path
    """The administrator's."""
    capabilities: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Lab:
    """An attendee's place to work: the cluster, the home folder, and how the outside is reached."""

    settings: Settings
    record: LabRecord
    run: Runner
    clock: Clock
    progress: Progress = field(default_factory=Quiet)
    content: Path = CONTENT
    open_engine: Callable[[], "Engine"] | None = None
    """Another way to the engine than by its name and our settings."""
    shared_cloud: Path | None = None
    """The folder of the cloud, where it is that of another home."""
    reach_cloud: CloudReach = field(default_factory=CloudReach)

    @property
    def attendee(self) -> str:
        return checked_attendee(self.settings.attendee)

    @property
    def exercises(self) -> Path:
        return self.content / "exercises"

    @property
    def solutions(self) -> Path:
        return self.content / "solutions"

    def has(self, capability: str) -> bool:
        """What the cluster offers, this machine whatever the cluster, or the lab's cloud."""
        if capability in OF_CLOUD:
            return capability in cloud_offers(self.cloud_folder)
        return capability in self.record.capabilities or is_offered_here(capability)

    @property
    def cloud_folder(self) -> Path:
        return self.shared_cloud or self.settings.home / "cloud"

    def administrator(self) -> "Access":
        """Used to make namespaces and identities, never to grade or to solve."""
        from labkit.kube.kubeconfig import read_access

        return read_access(self.record.kubeconfig)

    def engine(self) -> "Engine":
        if self.open_engine:
            return self.open_engine()
        from labkit.cluster.opening import open_engine

        chosen = replace(self.settings, engine=self.record.engine)
        return open_engine(
            self.record.engine, self.record.name, chosen, run=self.run, clock=self.clock
        )

    def for_attendee(self, attendee: str, home: Path, seed: int) -> "Lab":
        """The same cluster for somebody else, with a home folder of their own.

        The cluster stays that of our home folder, where some engines keep their data.
        """
        settings = replace(self.settings, attendee=attendee, home=home, seed=seed)
        return replace(
            self, settings=settings, open_engine=self.engine, shared_cloud=self.cloud_folder
        )


def record_lab(
    settings: Settings,
    *,
    name: str,
    engine: str,
    kubeconfig: Path,
    capabilities: Iterable[str] = (),
) -> LabRecord:
    """Make this cluster the lab's; an earlier one is replaced at once and whole."""
    record = LabRecord(name, engine, kubeconfig.absolute(), frozenset(map(str, capabilities)))
    written = {
        "name": record.name,
        "engine": record.engine,
        "kubeconfig": str(record.kubeconfig),
        "capabilities": sorted(record.capabilities),
    }
    write_atomically(record_path(settings), json.dumps(written, indent=1) + "\n", mode=PRIVATE)
    _forget_tokens(settings)
    return record


def _forget_tokens(settings: Settings) -> None:
    """They may be of an earlier cluster with the same name; new ones cost a moment."""
    for path in (settings.home / "tokens").glob("*.json"):
        path.unlink(missing_ok=True)


def meant(settings: Settings, name: str = "", engine: str = "") -> Settings:
    """The cluster and engine that somebody means who names neither, one of them, or both.

    What is named comes first, then the environment, then the lab that was recorded; the engine is
    the one that has a cluster of that name.
    """
    from labkit.cluster.opening import engine_of

    record = _recorded(settings)
    cluster = name or settings.cluster or (record.name if record else USUAL_CLUSTER)
    chosen = engine or settings.engine or engine_of(settings.home, cluster)
    return replace(settings, cluster=cluster, engine=chosen)


def is_the_labs(settings: Settings) -> bool:
    """Whether these name the recorded lab; without a readable record, whatever they name is."""
    record = _recorded(settings)
    return record is None or (record.name, record.engine) == (settings.cluster, settings.engine)


def _recorded(settings: Settings) -> LabRecord | None:
    try:
        return read_record(settings)
    except (LabNotStarted, FileProblem):
        return None


def forget_lab(settings: Settings) -> None:
    """After `labkit down`: the lab has no cluster any more."""
    record_path(settings).unlink(missing_ok=True)


def read_record(settings: Settings) -> LabRecord:
    """Raises LabNotStarted when `labkit up` has not run, FileProblem for a file not ours."""
    path = record_path(settings)
    try:
        written: Mapping[str, object] = json.loads(path.read_text(encoding="utf-8"))
        capabilities = written["capabilities"]
        if not isinstance(capabilities, list):
            raise TypeError("capabilities")
        return LabRecord(
            str(written["name"]),
            str(written["engine"]),
            Path(str(written["kubeconfig"])),
            frozenset(map(str, capabilities)),
        )
    except FileNotFoundError:
        raise LabNotStarted(path) from None
    except (OSError, ValueError, KeyError, TypeError) as problem:
        raise FileProblem(
            path, say("is not the lab's record"), say("Run `labkit up`; it writes it again.")
        ) from problem


def open_lab(
    settings: Settings,
    *,
    run: Runner | None = None,
    clock: Clock | None = None,
    progress: Progress | None = None,
) -> Lab:
    """Raises LabNotStarted; whether the cluster answers shows at the first call to it."""
    return Lab(
        settings,
        read_record(settings),
        run or SystemRunner(),
        clock or SystemClock(),
        progress or Quiet(),
    )


def record_path(settings: Settings) -> Path:
    return settings.home / "lab.json"
