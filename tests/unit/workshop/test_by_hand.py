"""Processes that nobody looks after: started, ended by the machine or by us, never again."""

import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from labkit.foundation.process import beside
from labkit.foundation.waiting import SystemClock, wait_until
from labkit.workshop.by_hand import Handmade, Hands
from labkit.workshop.visiting import visit
from tests.support.proc import is_running

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])

CLOCK = SystemClock()
PROGRAM = f"""#!{sys.executable} -I
import json, os
from http.server import BaseHTTPRequestHandler, HTTPServer

class Answer(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(json.dumps(dict(os.environ)).encode())

HTTPServer(("127.0.0.1", int(os.environ["PORT"])), Answer).serve_forever()
"""
KERNEL = """
import sys
from pathlib import Path
from labkit.foundation.waiting import SystemClock
from labkit.workshop.by_hand import Hands

program, log, note = map(Path, sys.argv[1:])
hands = Hands()
made = hands.start("web", program, log, clock=SystemClock())
note.with_suffix(".part").write_text(str(made.pid))
note.with_suffix(".part").rename(note)
SystemClock().pause(600)
"""


@pytest.fixture
def program(tmp_path: Path) -> Path:
    path = tmp_path / "program"
    path.write_text(PROGRAM)
    path.chmod(0o755)
    return path


@pytest.fixture
def hands() -> Iterator[Hands]:
    made = Hands()
    yield made
    made.end()


def started(hands: Hands, program: Path, name: str = "web", calls: str = "") -> Handmade:
    log = program.with_name(f"{name}.log")
    return hands.start(name, program, log, clock=CLOCK, calls=calls)


def until_gone(pid: int) -> None:
    wait_until(lambda: not is_running(pid), "its end", limit_seconds=10, clock=CLOCK)


def test_program_gets_its_own_variables_and_none_of_ours(hands: Hands, program: Path) -> None:
    made = started(hands, program, calls="http://127.0.0.1:1")
    given = visit(f"{made.address}/", clock=CLOCK, limit_seconds=5).json()
    own = {"APP": "web", "POD_NAME": "web-by-hand", "PORT": str(made.port), "DRAIN": "0"}
    assert given.items() >= own.items()
    assert given["BACKEND_URL"] == "http://127.0.0.1:1"
    assert "PATH" not in given


def test_killed_one_stays_away_and_says_so(hands: Hands, program: Path) -> None:
    made = started(hands, program)
    assert repr(made) == f"web runs as process {made.pid} at {made.address}"
    os.kill(made.pid, signal.SIGKILL)
    until_gone(made.pid)
    assert repr(made) == f"web, process {made.pid}, was ended by signal 9"
    assert hands.all() == (made,)


def test_one_that_is_started_again_has_its_old_address(hands: Hands, program: Path) -> None:
    first, other = started(hands, program), started(hands, program, "orders")
    again = started(hands, program)
    assert not is_running(first.pid)
    assert again.address == first.address != other.address
    assert again.pid != first.pid


def test_all_end_together(hands: Hands, program: Path) -> None:
    pids = [started(hands, program, name).pid for name in ("web", "orders")]
    assert all(map(is_running, pids))
    hands.end()
    assert not any(map(is_running, pids))
    assert hands.all() == ()


def test_they_end_with_the_kernel_that_started_them(program: Path, tmp_path: Path) -> None:
    note = tmp_path / "pid"
    files = (program, tmp_path / "web.log", note)
    command = [sys.executable, "-c", KERNEL, *map(str, files)]
    with beside(command, tmp_path / "kernel.log") as kernel:
        wait_until(note.exists, "its start", limit_seconds=20, clock=CLOCK)
        pid = int(note.read_text())
        assert is_running(pid)
        os.kill(kernel.pid, signal.SIGKILL)
        until_gone(pid)
