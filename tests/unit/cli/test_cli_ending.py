"""A command that is told to end takes with it what it runs."""

import os
import signal
import sys
from pathlib import Path

import pytest

from labkit.foundation.process import start_detached
from labkit.foundation.waiting import SystemClock, wait_until
from tests.content.repository import ROOT
from tests.support.proc import status

# Whoever started these tests may ignore a signal, as nohup does; terminals do not.
AT_A_TERMINAL = """
import signal
for each in (signal.SIGTERM, signal.SIGHUP):
    signal.signal(each, signal.SIG_DFL)
signal.signal(signal.SIGINT, signal.default_int_handler)
"""
UNDER_NOHUP = AT_A_TERMINAL + "signal.signal(signal.SIGHUP, signal.SIG_IGN)\n"
CALLS_A_LONG_PROGRAM = """
from labkit.cli import main
from labkit.foundation.process import SystemRunner
script = "echo $$ > new; mv new pid; exec sleep 60"
main.app = lambda: SystemRunner()(["sh", "-c", script], folder={folder!r})
main.main()
"""
INTERRUPTED = 130


def running(folder: Path, before: str) -> tuple[int, Path]:
    """The command, and the program that it runs as /proc shows it."""
    code = before + CALLS_A_LONG_PROGRAM.format(folder=str(folder))
    command = start_detached([sys.executable, "-c", code], folder / "log", folder=ROOT)
    pid = folder / "pid"
    wait_until(pid.exists, "the long program", limit_seconds=20, clock=SystemClock())
    return command, Path(f"/proc/{pid.read_text().strip()}")


def assert_ended(command: int, program: Path) -> None:
    _, status = os.waitpid(command, 0)
    assert os.waitstatus_to_exitcode(status) == INTERRUPTED
    wait_until(lambda: not program.exists(), "its end", limit_seconds=20, clock=SystemClock())


@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_what_a_command_runs_ends_with_it(tmp_path: Path, ending: signal.Signals) -> None:
    command, program = running(tmp_path, AT_A_TERMINAL)
    os.kill(command, ending)
    assert_ended(command, program)


def test_under_nohup_a_closed_terminal_ends_nothing(tmp_path: Path) -> None:
    command, program = running(tmp_path, UNDER_NOHUP)
    os.kill(command, signal.SIGHUP)
    ignored = int(status(command)["SigIgn"], 16)
    os.kill(command, signal.SIGTERM)
    assert_ended(command, program)
    assert ignored & 1 << (signal.SIGHUP - 1)
