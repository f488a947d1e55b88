"""Follow an object of the cloud from status to status until it is where it is wanted."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from labkit.foundation.text import say
from labkit.foundation.waiting import Clock, wait_until
from labkit.remote.ovhcloud import ReadOnlyCloud
from labkit.workshop.errors import CloudObjectFailed

GONE = "gone"
"""Not a status of OVHcloud's: the path answers 404."""
POLL_SECONDS = 0.25


@dataclass(slots=True)
class _Followed:
    cloud: ReadOnlyCloud
    path: str
    until: str
    clock: Clock
    tell: Callable[[str], None]
    begun: float
    status: str = ""

    def look(self) -> tuple[Any] | None:
        """The last answer once it is where it is wanted."""
        answer = self.cloud.find(self.path)
        status = GONE if answer is None else str(answer["status"])
        if status != self.status:
            self.status = status
            seconds = round(self.clock.monotonic() - self.begun)
            self.tell(say("{status} (after {seconds} s)", status=status, seconds=seconds))
        if status == self.until:
            return (answer,)
        if "ERROR" in status:
            raise CloudObjectFailed(self.path, status, self.until)
        return None


def follow_status(
    cloud: ReadOnlyCloud,
    path: str,
    *,
    until: str,
    limit_seconds: float,
    clock: Clock,
    tell: Callable[[str], None],
) -> Any:
    """GET `path` until its status is `until`, telling each change; its last answer, None if gone.

    Raises CloudObjectFailed as soon as it ends in an error, which no waiting mends; TimedOut;
    RemoteError.
    """
    followed = _Followed(cloud, path, until, clock, tell, clock.monotonic())
    (last,) = wait_until(
        followed.look,
        f"{path}: {until}",
        limit_seconds=limit_seconds,
        clock=clock,
        pause_seconds=POLL_SECONDS,
        last_seen=lambda: followed.status,
        next_step=say("Look at `labkit cloud status`; a cluster's trouble is written there."),
    )
    return last
