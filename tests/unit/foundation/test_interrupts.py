"""What we start ends with us, also when we are told to end while we start it."""

import os
import signal
import sys
from pathlib import Path

from labkit.foundation.interrupts import held_back
from labkit.foundation.process import SystemRunner

INTERRUPTED_WHILE_STARTING = """
import os, signal, subprocess, sys
from labkit.foundation.process import SystemRunner

def start(command, **words):
    program = subprocess.Popen(command, **words)
    print(program.pid, flush=True)
    os.kill(os.getpid(), signal.SIGTERM)
    return program

signal.signal(signal.SIGTERM, signal.default_int_handler)
try:
    SystemRunner(start)(["sleep", "60"])
except KeyboardInterrupt:
    sys.exit(0)
sys.exit(1)
"""


def test_program_that_is_just_being_started_ends_with_an_interrupt() -> None:
    command = [sys.executable, "-c", INTERRUPTED_WHILE_STARTING]
    told = SystemRunner()(command, folder=Path(__file__).parents[3])
    assert not Path(f"/proc/{told.output.strip()}").exists()


def test_signal_that_comes_meanwhile_is_listed_and_its_handler_is_there_again() -> None:
    heard: list[int] = []
    before = signal.signal(signal.SIGHUP, lambda number, _: heard.append(number))
    try:
        with held_back() as came:
            os.kill(os.getpid(), signal.SIGHUP)
            assert heard == []
        assert came == [signal.SIGHUP]
        os.kill(os.getpid(), signal.SIGHUP)
        assert heard == [signal.SIGHUP]
    finally:
        signal.signal(signal.SIGHUP, before)
