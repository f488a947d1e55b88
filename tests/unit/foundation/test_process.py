import os
import sys
from pathlib import Path

import pytest

from labkit.foundation.errors import LabError, ProcessFailed, TimedOut
from labkit.foundation.process import SystemRunner, beside, start_detached, stream_lines
from labkit.foundation.waiting import SystemClock, wait_until
from tests.support.proc import is_running

run = SystemRunner()


def python(code: str) -> list[str]:
    return [sys.executable, "-c", code]


def test_output_and_errors_come_back_apart() -> None:
    done = run(python("import sys; print('out'); print('err', file=sys.stderr)"))
    assert (done.status, done.output, done.errors) == (0, "out\n", "err\n")


def test_failure_carries_command_status_and_last_output() -> None:
    with pytest.raises(ProcessFailed) as caught:
        run(python("import sys; print('the cause'); sys.exit(3)"), next_step="Look at it.")
    assert caught.value.status == 3
    assert caught.value.command[0] == sys.executable
    assert "the cause" in caught.value.evidence
    assert caught.value.next_step == "Look at it."


def test_only_the_last_of_much_output_is_kept_as_evidence() -> None:
    with pytest.raises(ProcessFailed) as caught:
        run(python("import sys; print('x' * 100000); print('the end'); sys.exit(1)"))
    assert caught.value.evidence.endswith("the end\n")
    assert len(caught.value.evidence) <= 4000


def test_status_is_returned_when_failure_is_allowed() -> None:
    assert run(python("raise SystemExit(4)"), may_fail=True).status == 4


def test_program_that_is_not_there_is_named() -> None:
    with pytest.raises(LabError, match="`no-such-program` is not on this machine"):
        run(["no-such-program", "--version"])


def test_arguments_reach_the_program_as_they_are() -> None:
    command = [*python("import sys; print(sys.argv[1])"), "$HOME; rm *"]
    assert run(command).output == "$HOME; rm *\n"


def test_environment_is_added_to_our_own_and_input_and_folder_are_given(tmp_path: Path) -> None:
    code = "import os, sys; print(os.getcwd(), os.environ['ADDED'], bool(os.environ['PATH']))"
    code += "; print(sys.stdin.read())"
    done = run(python(code), environment={"ADDED": "x"}, folder=tmp_path, stdin="typed")
    assert done.output.split() == [str(tmp_path), "x", "True", "typed"]


def test_bytes_that_are_no_text_do_not_break_the_run() -> None:
    done = run(python("import sys; sys.stdout.buffer.write(b'\\xff ok')"))
    assert done.output.endswith(" ok")


def test_program_over_its_time_ends_with_its_children(tmp_path: Path) -> None:
    child = tmp_path / "child"
    code = (
        "import pathlib, subprocess, sys, time\n"
        "kid = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])\n"
        f"pathlib.Path({str(child)!r}).write_text(str(kid.pid))\n"
        "time.sleep(60)\n"
    )
    with pytest.raises(TimedOut, match="last seen: still running"):
        run(python(code), timeout_seconds=1)
    pid = int(child.read_text())
    clock = SystemClock()
    wait_until(lambda: not is_running(pid), f"the end of {pid}", limit_seconds=10, clock=clock)


def test_detached_program_has_a_session_of_its_own_and_writes_its_log(tmp_path: Path) -> None:
    log = tmp_path / "logs" / "server.log"
    pid = start_detached(python("import os; print(os.getsid(0), flush=True)"), log)
    os.waitpid(pid, 0)
    assert int(log.read_text()) == pid
    assert pid != os.getsid(0)


def test_log_of_a_detached_program_is_added_to(tmp_path: Path) -> None:
    log = tmp_path / "server.log"
    for word in ("first", "second"):
        os.waitpid(start_detached(python(f"print('{word}')"), log), 0)
    assert log.read_text().split() == ["first", "second"]


def test_companion_runs_until_the_block_ends(tmp_path: Path) -> None:
    with beside(
        python("import time; print('on', flush=True); time.sleep(60)"), tmp_path / "l"
    ) as c:
        assert c.status() is None
    assert c.status() == -15


def test_companion_that_will_not_end_is_made_to(tmp_path: Path) -> None:
    log = tmp_path / "log"
    code = (
        "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "print('deaf', flush=True); time.sleep(60)"
    )
    with beside(python(code), log, end_seconds=0.1) as companion:
        wait_until(
            lambda: log.read_text() or None, "its word", limit_seconds=10, clock=SystemClock()
        )
    assert companion.status() == -9


def test_companion_ends_also_when_the_block_breaks(tmp_path: Path) -> None:
    with (
        pytest.raises(KeyboardInterrupt),
        beside(python("import time; time.sleep(60)"), tmp_path / "log") as companion,
    ):
        raise KeyboardInterrupt
    assert companion.status() is not None


def test_status_of_a_companion_that_ended_by_itself_is_its_own(tmp_path: Path) -> None:
    with beside(python("raise SystemExit(3)"), tmp_path / "log") as companion:
        assert companion.wait() == 3


def refused(_: object) -> None:
    """The kernel's word to a user who would kill root's sudo."""
    raise PermissionError


def test_lines_come_as_they_are_printed_and_a_status_after_the_last() -> None:
    lines = stream_lines(python("print(input()); raise SystemExit(3)"), stdin="asked\n")
    assert next(lines) == "asked\n"
    with pytest.raises(ProcessFailed) as caught:
        next(lines)
    assert caught.value.status == 3


def test_program_whose_reader_has_heard_enough_ends_by_itself(tmp_path: Path) -> None:
    end = tmp_path / "end"
    code = f"print('answer', flush=True); import pathlib; pathlib.Path({str(end)!r}).touch()"
    lines = stream_lines(python(code), kill=refused)
    assert next(lines) == "answer\n"
    lines.close()
    assert end.exists()


def test_interrupted_reader_of_a_program_that_nobody_may_kill_waits_for_its_end(
    tmp_path: Path,
) -> None:
    end = tmp_path / "end"
    code = (
        "import os, pathlib\n"
        "try:\n"
        "    while True: print('on', flush=True)\n"
        "except BrokenPipeError:\n"
        f"    pathlib.Path({str(end)!r}).touch()\n"
        "    os._exit(1)\n"
    )
    lines = stream_lines(python(code), kill=refused)
    assert next(lines) == "on\n"
    with pytest.raises(KeyboardInterrupt):
        lines.throw(KeyboardInterrupt())
    assert end.exists()


def test_interrupted_reader_takes_the_program_along() -> None:
    code = "import os, time; print(os.getpid(), flush=True); time.sleep(60)"
    lines = stream_lines(python(code))
    pid = int(next(lines))
    with pytest.raises(KeyboardInterrupt):
        lines.throw(KeyboardInterrupt())
    assert not is_running(pid)
