"""A command that is told to end takes with it what it runs."""

import os
import signal
import sys
from pathlib import Path

import pytest

from labkit.foundation.process import start_detached
from labkit.foundation.waiting import SystemClock, wait_until
from tests.content.repository import ROOT

CALLS_A_LONG_PROGRAM = """
from labkit.cli import main
from labkit.foundation.process import SystemRunner
script = "echo $$ > new; mv new pid; exec sleep 60"
main.app = lambda: SystemRunner()(["sh", "-c", script], folder={folder!r})
main.main()
"""
INTERRUPTED = 130


@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_what_a_command_runs_ends_with_it(tmp_path: Path, ending: signal.Signals) -> None:
    code = CALLS_A_LONG_PROGRAM.format(folder=str(tmp_path))
    command = start_detached([sys.executable, "-c", code], tmp_path / "log", folder=ROOT)
    pid = tmp_path / "pid"
    wait_until(pid.exists, "the long program", limit_seconds=20, clock=SystemClock())
    os.kill(command, ending)
    _, status = os.waitpid(command, 0)
    assert os.waitstatus_to_exitcode(status) == INTERRUPTED
    program = Path(f"/proc/{pid.read_text().strip()}")
    wait_until(lambda: not program.exists(), "its end", limit_seconds=20, clock=SystemClock())
