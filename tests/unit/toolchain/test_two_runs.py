"""Runs that meet or die, as real processes; the compiler is a script that waits at a gate."""

import os
import signal
import sys
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from labkit.foundation.process import Completed, SystemRunner, merged_environment
from tests.support.tools import PROGRAM
from tests.support.waiting import eventually

ROOT = Path(__file__).parents[3]
COMPILER = """#!/bin/sh
case $1 in
version) echo "go version go1.99.0 linux/amd64" ;;
list) echo fmt ;;
build)
    while [ "$1" != -o ]; do shift; done
    printf '#!/bin/sh' >"$2"  # half a program
    echo $PPID >>"$GATE.builders"
    timeout 60 head -n 1 "$GATE" >/dev/null  # a failed test must not leave us for ever
    cat "$FINISHED" >"$2"
    ;;
esac
"""


@dataclass
class Gate:
    """Where the compilers of a run wait until the test lets them go on."""

    path: Path

    def builders(self) -> list[int]:
        """The runs whose compiler came here, by process id."""
        file = self.path.with_name(f"{self.path.name}.builders")
        return [int(line) for line in file.read_text().split()] if file.exists() else []

    def open(self) -> None:
        self.path.write_text("go on\n")


@dataclass
class Runs:
    folder: Path
    pool: ThreadPoolExecutor
    lines: dict[str, list[str]] = field(default_factory=dict)

    def gate(self, name: str) -> Gate:
        path = self.folder / name
        os.mkfifo(path)
        return Gate(path)

    def start(self, name: str, gate: Gate) -> "Future[Completed]":
        compiler = self.folder / "bin" / "go"
        compiler.parent.mkdir(exist_ok=True)
        compiler.write_text(COMPILER)
        compiler.chmod(0o755)
        finished = self.folder / "finished"
        finished.write_bytes(PROGRAM)
        environment = {
            "PATH": f"{compiler.parent}:{merged_environment({})['PATH']}",
            "GATE": str(gate.path),
            "FINISHED": str(finished),
        }
        self.lines[name] = []
        return self.pool.submit(
            SystemRunner(),
            [sys.executable, "-m", "tests.support.provide_tiny", str(self.folder)],
            environment=environment,
            folder=ROOT,
            may_fail=True,
            watch=self.lines[name].append,
        )

    def programs(self) -> list[bytes]:
        return [path.read_bytes() for path in (self.folder / "cache/programs").rglob("tiny")]

    def work(self) -> list[Path]:
        return list((self.folder / "cache/work").rglob("*"))


def test_two_runs_at_once_build_once(tmp_path: Path) -> None:
    with ThreadPoolExecutor(2) as pool:
        runs = Runs(tmp_path, pool)
        gate = runs.gate("gate")
        first = runs.start("first", gate)
        eventually(lambda: len(gate.builders()) == 1, "the first compiler")
        second = runs.start("second", gate)
        eventually(lambda: bool(runs.lines["second"]), "the second run waiting")
        gate.open()
        ended = [first.result(), second.result()]
    assert [run.status for run in ended] == [0, 0], ended
    assert len(gate.builders()) == 1
    assert runs.lines["second"][0].startswith("Waiting for another run: labkit makes tiny (process")
    assert runs.programs() == [PROGRAM]


def test_run_after_a_killed_one_finishes_the_work(tmp_path: Path) -> None:
    with ThreadPoolExecutor(2) as pool:
        runs = Runs(tmp_path, pool)
        abandoned, gate = runs.gate("abandoned"), runs.gate("gate")
        first = runs.start("first", abandoned)
        eventually(lambda: len(abandoned.builders()) == 1, "the first compiler")
        os.kill(abandoned.builders()[0], signal.SIGKILL)
        assert first.result().status == -signal.SIGKILL
        assert runs.programs() == []
        second = runs.start("second", gate)
        eventually(lambda: len(gate.builders()) == 1, "the second compiler")
        # the killed run's compiler still lives, and must not spoil anything
        abandoned.open()
        gate.open()
        ended = second.result()
    assert ended.status == 0, ended
    assert runs.programs() == [PROGRAM]
    assert runs.work() == []
