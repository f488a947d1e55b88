import os
import signal
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from labkit.cluster.processes import is_living
from labkit.cluster.supervisor_files import ADOPT, MARK
from labkit.foundation.process import start_detached
from tests.support.proc import status
from tests.support.waiting import eventually

OURS = "lab.node1/kubelet"


class Started:
    """Processes of one test, ended and buried with it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.pids: set[int] = set()

    def process(self, *command: str, mark: str = OURS) -> int:
        pid = start_detached(command, self.folder / "log", environment={MARK: mark})
        self.pids.add(pid)
        return pid

    def stand_in(self, adopted: int) -> int:
        """Once it is over, the command writes its own pid to the file `successor`."""
        pid = self.process(*self.stand_in_command(adopted))
        eventually(lambda: listens_to_sigterm(pid) or self.successor() is not None)
        return pid

    def stand_in_command(self, adopted: int) -> list[str]:
        command = [
            "sh",
            "-c",
            'echo $$ >"$0.new"; mv "$0.new" "$0"',
            str(self.folder / "successor"),
        ]
        return [sys.executable, "-I", "-S", str(ADOPT), str(adopted), *command]

    def successor(self) -> int | None:
        file = self.folder / "successor"
        return int(file.read_text()) if file.exists() else None

    def end_all(self) -> None:
        for pid in self.pids:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        for pid in self.pids:
            with suppress(ChildProcessError):
                os.waitpid(pid, 0)


@pytest.fixture
def started(tmp_path: Path) -> Iterator[Started]:
    processes = Started(tmp_path)
    yield processes
    processes.end_all()


def listens_to_sigterm(pid: int) -> bool:
    return bool(int(status(pid).get("SigCgt", "0"), 16) & 1 << (signal.SIGTERM - 1))


def test_stand_in_becomes_the_command_when_the_adopted_process_ends(started: Started) -> None:
    adopted = started.process("sleep", "1000")
    stand_in = started.stand_in(adopted)
    assert started.successor() is None
    os.kill(adopted, signal.SIGKILL)
    eventually(lambda: started.successor() is not None)
    assert started.successor() == stand_in


def test_sigterm_is_passed_on_and_nothing_started_afterwards(started: Started) -> None:
    adopted = started.process("sleep", "1000")
    stand_in = started.stand_in(adopted)
    os.kill(stand_in, signal.SIGTERM)
    eventually(lambda: not is_living(adopted))
    eventually(lambda: not is_living(stand_in))
    assert started.successor() is None


def test_process_that_took_the_number_of_ours_is_left_alone(started: Started) -> None:
    stranger = started.process("sleep", "1000", mark="other.node1/kubelet")
    stand_in = started.stand_in(stranger)
    eventually(lambda: started.successor() is not None)
    assert started.successor() == stand_in
    assert is_living(stranger)


def test_number_that_is_nobodys_is_succeeded_at_once(started: Started) -> None:
    gone = started.process("true")
    os.waitpid(gone, 0)
    stand_in = started.stand_in(gone)
    eventually(lambda: started.successor() is not None)
    assert started.successor() == stand_in


def test_stand_in_ends_with_its_supervisor_and_leaves_the_adopted_to_the_next(
    started: Started,
) -> None:
    adopted = started.process("sleep", "1000")
    note = started.folder / "pid"
    script = '"$@" & echo $! >"$0.new"; mv "$0.new" "$0"; wait'
    supervisor = started.process("sh", "-c", script, str(note), *started.stand_in_command(adopted))
    eventually(note.exists)
    stand_in = int(note.read_text())
    started.pids.add(stand_in)
    eventually(lambda: listens_to_sigterm(stand_in))
    os.kill(supervisor, signal.SIGKILL)
    eventually(lambda: not is_living(stand_in))
    assert started.successor() is None
    assert is_living(adopted)
