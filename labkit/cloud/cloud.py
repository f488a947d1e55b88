"""The emulated cloud as one object: what is kept, the time, chance, and who acts on clusters."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random

from labkit.cloud.behind import Behind
from labkit.cloud.heard import Heard
from labkit.cloud.lab_time import LabTime
from labkit.cloud.store import Store
from labkit.cloud.values import drawn_uuid

LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"


def drawn_key(length: int) -> str:
    """A key or token that nobody can guess."""
    return "".join(secrets.choice(LETTERS) for _ in range(length))


def nobody(cluster_id: str) -> None:
    """Nothing stands behind the clusters; they stay as they were asked for."""


@dataclass(slots=True)
class Cloud:
    store: Store
    time: LabTime
    chance: Random
    behind: Behind
    calls: Heard
    address: str = "http://127.0.0.1:8080"
    """Scheme, host and port, as clients reach it."""
    wake: Callable[[str], None] = nobody
    """Tells the keeper of a cluster, by its id ("" for all), that something is to be done."""
    faults: dict[str, list[str]] = field(default_factory=dict)
    """What is to fail next, by kind; see `control`."""
    control: str = field(default_factory=lambda: drawn_key(32), repr=False)
    """Who has it may pull the emulator's levers: no web page, and no other user, may."""
    most_vcpus: int = 64
    """How many cores a node may have: the machine's, unless nodes are simulated."""
    old_errors: bool = False
    """Whether errors carry the older fields too, by which python-ovh tells 403s apart."""
    skew_seconds: float = 300.0
    """How far a signature's time may be off. Not documented; others that imitate take 180."""

    def uuid(self) -> str:
        return drawn_uuid(self.chance)

    def fails(self, kind: str) -> str | None:
        """Take the next planned fault of this kind; None when there is none."""
        planned = self.faults.get(kind)
        return planned.pop(0) if planned else None
