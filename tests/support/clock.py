"""A clock that stands still until a test, or whoever pauses on it, moves it."""

from datetime import UTC, datetime, timedelta

BEGINNING = datetime(2026, 1, 1, 9, 0, tzinfo=UTC)


class HeldClock:
    """Pausing takes no time and is remembered in `pauses`."""

    def __init__(self, start: datetime = BEGINNING) -> None:
        self.start = start
        self.seconds = 0.0
        self.pauses: list[float] = []

    def monotonic(self) -> float:
        return self.seconds

    def now(self) -> datetime:
        return self.start + timedelta(seconds=self.seconds)

    def pause(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.advance(seconds)

    def advance(self, seconds: float) -> None:
        self.seconds += seconds
