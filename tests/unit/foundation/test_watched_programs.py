"""Claims about seeing the lines of a program while it runs."""

import os
import sys
from pathlib import Path

import pytest

from labkit.foundation.errors import ProcessFailed, TimedOut
from labkit.foundation.files import locked
from labkit.foundation.process import SystemRunner
from tests.support.clock import HeldClock

run = SystemRunner()


def python(code: str) -> list[str]:
    return [sys.executable, "-c", code]


def test_each_line_is_seen_before_the_program_ends(tmp_path: Path) -> None:
    seen = tmp_path / "seen"
    os.mkfifo(seen)
    # it ends only when it is told that its first line was seen
    command = ["sh", "-c", f"echo begun; read -r word <{seen}; echo $word"]
    assert run(command, watch=lambda line: begun(line, seen)).output == "begun\nseen\n"


def begun(line: str, seen: Path) -> None:
    if line == "begun":
        seen.write_text("seen\n")


def test_lines_of_both_kinds_are_seen_and_come_back_apart() -> None:
    lines: list[str] = []
    code = "import sys; print('out'); print('err', file=sys.stderr); print('last', end='')"
    completed = run(python(code), watch=lines.append)
    assert (completed.output, completed.errors) == ("out\nlast", "err\n")
    assert sorted(lines) == ["err", "out"]


def test_watched_program_reads_its_input() -> None:
    assert run(["cat"], stdin="hi\n", watch=str).output == "hi\n"


def test_watched_program_that_fails_carries_its_last_output() -> None:
    with pytest.raises(ProcessFailed) as failure:
        run(python("import sys; sys.exit('gone')"), watch=str)
    assert failure.value.evidence == "gone\n"


def test_watched_program_over_its_time_is_ended() -> None:
    with pytest.raises(TimedOut):
        run(["sleep", "60"], timeout_seconds=0.1, watch=str)


def test_error_of_the_watcher_ends_the_program() -> None:
    def refuse(line: str) -> None:
        raise OSError(line)

    with pytest.raises(OSError, match="begun"):
        run(["sh", "-c", "echo begun; sleep 60"], watch=refuse)


def test_whoever_must_wait_for_a_lock_is_told_who_holds_it(tmp_path: Path) -> None:
    told: list[str] = []
    lock = tmp_path / "lock"
    with locked(lock, holder="first"), pytest.raises(TimedOut):  # noqa: SIM117
        with locked(lock, holder="second", limit_seconds=1, clock=HeldClock(), waiting=told.append):
            pass
    assert len(told) == 1
    assert told[0].startswith("first (process ")


def test_whoever_need_not_wait_is_told_nothing(tmp_path: Path) -> None:
    told: list[str] = []
    with locked(tmp_path / "lock", holder="first", waiting=told.append):
        assert told == []
