"""The emulator's time: the machine's, moved by hand, with waits that a class can shorten."""

from datetime import datetime, timedelta

from labkit.cloud.store import Store
from labkit.cloud.values import Kept, whole_seconds
from labkit.foundation.waiting import Clock


class TimeRecord(Kept):
    id: str = "time"
    ahead_seconds: float = 0.0
    speed: float = 1.0
    """Waits of minutes (a scale-down, an expiry) are divided by it; the clock itself is not.

    A clock that runs faster would break signatures: clients ask for the time once.
    """


class LabTime:
    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self.clock = clock

    def now(self) -> datetime:
        """UTC, whole seconds."""
        return whole_seconds(self.exactly())

    def exactly(self) -> datetime:
        return self.clock.now() + timedelta(seconds=self._record().ahead_seconds)

    def unix(self) -> int:
        return int(self.exactly().timestamp())

    @property
    def speed(self) -> float:
        return self._record().speed

    def shortened(self, seconds: float) -> float:
        """How long a wait of `seconds` takes in this lab."""
        return seconds / self.speed

    @property
    def ahead_seconds(self) -> float:
        return self._record().ahead_seconds

    def advance(self, seconds: float) -> None:
        record = self._record()
        self._store.put(record.but(ahead_seconds=record.ahead_seconds + seconds))

    def set_speed(self, speed: float) -> None:
        self._store.put(self._record().but(speed=speed))

    def restore(self) -> None:
        """As it was on the first day."""
        self._store.put(TimeRecord())

    def _record(self) -> TimeRecord:
        return self._store.get(TimeRecord, "time") or TimeRecord()
