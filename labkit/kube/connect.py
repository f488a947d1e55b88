"""Opens a connection at first need, so that importing a reader stays cheap."""

from typing import TYPE_CHECKING

from labkit.foundation.process import Runner, SystemRunner
from labkit.foundation.waiting import Clock, SystemClock
from labkit.kube.kubeconfig import Access

if TYPE_CHECKING:
    from labkit.kube.connection import Connection


def connect(
    access: Access,
    *,
    timeout_seconds: float = 10,
    run: Runner | None = None,
    clock: Clock | None = None,
) -> "Connection":
    from labkit.kube.connection import Connection  # noqa: PLC0415  httpx takes 0.1 s to import

    return Connection(
        access,
        timeout_seconds=timeout_seconds,
        run=run or SystemRunner(),
        clock=clock or SystemClock(),
    )
