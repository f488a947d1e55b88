"""What stays for as long as there is a cluster: the agent's duties, and the controllers."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from labkit.cluster.local.agent import (
    LOGS_SECONDS,
    TROUBLE_SECONDS,
    keep_doing,
    shorten_logs,
)
from labkit.cluster.local.controllers import run_or_end
from labkit.cluster.local.operations import Root
from labkit.cluster.local.paths import MachinePaths
from labkit.cluster.local.site import Site
from labkit.cluster.logs import LARGEST_BYTES
from labkit.foundation.errors import FileProblem, TimedOut
from labkit.foundation.progress import Quiet
from tests.support.clock import HeldClock
from tests.support.processes import RecordedProcesses


class Enough(Exception):
    """The end of a duty that has none."""


class Duty:
    """It meets one trouble after the other."""

    __name__ = "duty"

    def __init__(self, *troubles: Exception) -> None:
        self.troubles: Iterator[Exception] = iter(troubles)

    def __call__(self, _: object) -> None:
        raise next(self.troubles)


@pytest.fixture
def root(tmp_path: Path) -> Root:
    machine = MachinePaths(tmp_path / "data", tmp_path / "run")
    return Root(machine, RecordedProcesses(), HeldClock())


def test_duty_outlives_its_troubles_and_tells_each(
    root: Root, caplog: pytest.LogCaptureFixture
) -> None:
    late = TimedOut("the lock", 600, "held by up", "Wait.")
    full = OSError(28, "No space left on device")
    spoilt = FileProblem(root.machine.networks, "is no list", "Remove it.")
    with pytest.raises(Enough):
        keep_doing(Duty(late, full, spoilt, Enough()), root)
    assert isinstance(root.clock, HeldClock)
    assert root.clock.pauses == [TROUBLE_SECONDS] * 3
    for words in ("held by up", "No space left on device", "is no list"):
        assert words in caplog.text


@pytest.mark.parametrize(
    "folder",
    [
        "clusters/lab/logs",
        "clusters/lab/nodes/node1/logs",
        "registry/logs",
        "private-registry/logs",
        "supervisor/logs",
    ],
)
def test_every_log_of_the_machine_is_kept_short(root: Root, folder: str) -> None:
    log = root.machine.data / folder / "some.log"
    log.parent.mkdir(parents=True)
    log.write_bytes(b"x" * (LARGEST_BYTES + 1))
    shorten_logs(root)
    assert log.stat().st_size == 0
    assert isinstance(root.clock, HeldClock)
    assert root.clock.pauses == [LOGS_SECONDS]


def test_controller_tells_its_trouble_before_it_ends_the_process(
    root: Root, capsys: pytest.CaptureFixture[str]
) -> None:
    site = Site("lab", root.machine, root.run, root.clock, Quiet(), Path("python"))
    said_at_the_end: list[str] = []

    def end(_: int) -> None:
        said_at_the_end.append(capsys.readouterr().err)

    with pytest.raises(Enough):
        run_or_end(Duty(Enough("the API server is gone")), site, end)
    assert "Traceback" in said_at_the_end[0]
    assert "Enough: the API server is gone" in said_at_the_end[0]
