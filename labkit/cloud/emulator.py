"""The emulator put together: what is kept, who keeps the clusters, what answers calls."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random

from labkit.cloud.cloud import Cloud
from labkit.cloud.errors import EmulatorRunsAlready
from labkit.cloud.heard import Heard
from labkit.cloud.kube.models import Cluster
from labkit.cloud.lab_time import LabTime
from labkit.cloud.lifecycle.converging import Round
from labkit.cloud.lifecycle.engines import Engines, OpenEngine
from labkit.cloud.lifecycle.keeping import Keepers, Tending
from labkit.cloud.seed import Seed, is_planted, plant
from labkit.cloud.store import Store
from labkit.foundation.errors import TimedOut
from labkit.foundation.files import locked
from labkit.foundation.text import say
from labkit.foundation.waiting import Clock

DATABASE = "cloud.sqlite"
ENDING_SECONDS = 5  # a process that was told to end holds its lock a moment longer


@dataclass(frozen=True, slots=True)
class Emulator:
    cloud: Cloud
    keepers: Keepers
    engines: Engines

    def begin(self) -> None:
        """Go on where an earlier one stopped, however it did."""
        self.keepers.wake("")

    def round(self, cluster: Cluster) -> Round:
        return self.engines.round(self.cloud, cluster)

    def end(self) -> None:
        self.keepers.end()
        self.cloud.store.close()


def open_emulator(
    folder: Path,
    open_engine: OpenEngine,
    *,
    clock: Clock,
    chance: Random,
    address: str,
    most_vcpus: int,
    tend: Tending = lambda round_: None,
    present: Tending = lambda round_: None,
    seed: Seed | None = None,
) -> Emulator:
    """With what `folder` holds from before; a new one gets an account and a project."""
    store = Store(folder / DATABASE)
    engines = Engines(open_engine, present)
    cloud = Cloud(
        store,
        LabTime(store, clock),
        chance,
        engines,
        Heard(store),
        address=address,
        most_vcpus=most_vcpus,
    )
    if not is_planted(cloud):
        plant(cloud, seed or Seed())
    keepers = Keepers(cloud, lambda cluster: engines.round(cloud, cluster), tend)
    cloud.wake = keepers.wake
    return Emulator(cloud, keepers, engines)


@contextmanager
def sole_use(folder: Path, clock: Clock) -> Iterator[None]:
    """Two processes must not open one database. Raises EmulatorRunsAlready."""
    others: list[str] = []
    with ExitStack() as held:
        try:
            held.enter_context(
                locked(
                    folder / "emulator.lock",
                    holder=say("the emulated cloud"),
                    limit_seconds=ENDING_SECONDS,
                    clock=clock,
                    waiting=others.append,
                )
            )
        except TimedOut:
            raise EmulatorRunsAlready(folder, others[-1]) from None
        yield


def kept_clusters(folder: Path) -> list[str]:
    """The engine's names of the clusters that a stopped emulator has left."""
    if not (folder / DATABASE).exists():
        return []
    store = Store(folder / DATABASE)
    try:
        return [cluster.engine_name for cluster in store.all(Cluster)]
    finally:
        store.close()
