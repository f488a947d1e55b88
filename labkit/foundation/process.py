"""Short-lived programs are run here; long-lived ones belong to a supervisor.

An argument list, never a shell. What is started here ends with us, also on Ctrl-C.
"""

import contextlib
import os
import selectors
import signal
import subprocess
import time
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from labkit.foundation.errors import LabError, ProcessFailed, TimedOut
from labkit.foundation.interrupts import held_back
from labkit.foundation.text import say

LAST_OUTPUT_CHARACTERS = 4000  # of a failed program: enough for a Go stack's cause, fits a screen


@dataclass(frozen=True, slots=True)
class Completed:
    status: int
    output: str
    errors: str = ""


class Runner(Protocol):
    """Runs one program to its end. `SystemRunner` for real, `RecordedProcesses` in tests."""

    def __call__(
        self,
        command: Sequence[str],
        *,
        timeout_seconds: float = 60,
        stdin: str = "",
        environment: Mapping[str, str] | None = None,
        folder: Path | None = None,
        next_step: str = "",
        may_fail: bool = False,
        watch: Callable[[str], object] | None = None,
    ) -> Completed:
        """Raises ProcessFailed for a status other than 0 unless `may_fail`.

        TimedOut after `timeout_seconds`; LabError when the program is not there.
        `environment` is added to our own. Output and errors come back as text.
        `watch` is called with each line as the program writes it, of either kind.
        """


class SystemRunner:
    def __init__(self, start: Callable[..., "subprocess.Popen[str]"] = subprocess.Popen) -> None:
        self._start = start

    def __call__(
        self,
        command: Sequence[str],
        *,
        timeout_seconds: float = 60,
        stdin: str = "",
        environment: Mapping[str, str] | None = None,
        folder: Path | None = None,
        next_step: str = "",
        may_fail: bool = False,
        watch: Callable[[str], object] | None = None,
    ) -> Completed:
        step = next_step or say("Read the program's own words below.")
        with _started(self._start, command, environment, folder) as program:
            try:
                if watch:
                    output, errors = _followed(program, stdin, watch, timeout_seconds)
                else:
                    output, errors = program.communicate(stdin, timeout=timeout_seconds)
            except subprocess.TimeoutExpired:
                _end(program)
                line = f"`{' '.join(command)}`"
                raise TimedOut(line, timeout_seconds, say("still running"), step) from None
            except BaseException:  # Ctrl-C too: what we started ends with us
                _end(program)
                raise
        if program.returncode and not may_fail:
            last = (output + errors)[-LAST_OUTPUT_CHARACTERS:]
            raise ProcessFailed(command, program.returncode, last, step)
        return Completed(program.returncode, output, errors)


def _started(
    start: Callable[..., "subprocess.Popen[str]"],
    command: Sequence[str],
    environment: Mapping[str, str] | None,
    folder: Path | None,
) -> "subprocess.Popen[str]":
    try:
        with held_back() as came:  # else it would run on: nobody knew its number yet
            program = start(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
                errors="replace",
                cwd=folder,
                env=merged_environment(environment or {}),
                start_new_session=True,
            )
        _raise_again(came, program)
        return program
    except FileNotFoundError as problem:
        raise LabError(
            say("The program `{name}` is not on this machine.", name=command[0]),
            say("Run `labkit doctor`; it names the package."),
        ) from problem


def _raise_again(came: Sequence[int], program: "subprocess.Popen[str]") -> None:
    try:
        for number in came:
            signal.raise_signal(number)
    except BaseException:
        _end(program)
        raise


def _followed(
    program: "subprocess.Popen[str]", stdin: str, watch: Callable[[str], object], seconds: float
) -> tuple[str, str]:
    """Like `communicate`, telling `watch` each line at once; `stdin` must fit a pipe (64 KiB)."""
    stdin_pipe, *pipes_read = filter(None, (program.stdin, program.stdout, program.stderr))
    stdin_pipe.write(stdin)
    stdin_pipe.close()
    end = time.monotonic() + seconds
    lines = {pipe.fileno(): [""] for pipe in pipes_read}
    with selectors.DefaultSelector() as pipes:
        for pipe in lines:
            pipes.register(pipe, selectors.EVENT_READ)
        while pipes.get_map():
            ready = pipes.select(max(0.0, end - time.monotonic()))
            if not ready:
                raise subprocess.TimeoutExpired(program.args, seconds)
            for key, _ in ready:
                data = os.read(key.fd, 65536)
                if data:
                    _take(lines[key.fd], data.decode(errors="replace"), watch)
                else:
                    pipes.unregister(key.fd)
    program.wait(max(0.1, end - time.monotonic()))
    output, errors = ("\n".join(read) for read in lines.values())
    return output, errors


def _take(lines: list[str], text: str, watch: Callable[[str], object]) -> None:
    """Add `text` to `lines`, whose last is unfinished, and tell `watch` each finished one."""
    first, *more = text.split("\n")
    lines[-1] += first
    for line in more:
        watch(lines[-1])
        lines.append(line)


def _end(program: "subprocess.Popen[str] | subprocess.Popen[bytes]") -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(program.pid, signal.SIGKILL)
    program.wait()


def merged_environment(added: Mapping[str, str]) -> dict[str, str]:
    """Our own environment with `added` on top, for programs that we start."""
    return {**os.environ, **added}


def start_detached(
    command: Sequence[str],
    log: Path,
    *,
    environment: Mapping[str, str] | None = None,
    folder: Path = Path("/"),
) -> int:
    """Start a program that outlives us, in a session of its own; its pid.

    Standard output and errors go to `log`.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as out:
        program = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            cwd=folder,
            env=merged_environment(environment or {}),
            start_new_session=True,
        )
    # It outlives us, so nobody here waits for it: without this, Python warns of a leak.
    program.returncode = 0
    return program.pid


def stream_lines(
    command: Sequence[str],
    *,
    stdin: str = "",
    folder: Path | None = None,
    kill: Callable[["subprocess.Popen[str]"], object] = subprocess.Popen.kill,
) -> Generator[str, None, None]:
    """Run a program and yield the lines it prints as they come; its errors go to ours.

    Raises ProcessFailed after the last line for a status other than 0. Whoever reads no further
    waits for its end; so does whoever may not kill it, which is anybody's way with sudo.
    """
    program = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=folder
    )
    try:
        if program.stdin is not None and program.stdout is not None:
            program.stdin.write(stdin)
            program.stdin.close()
            yield from program.stdout
        status = program.wait()
    except GeneratorExit:
        raise
    except BaseException:
        with contextlib.suppress(PermissionError):  # sudo is root's; Ctrl-C has reached it, too
            kill(program)
        raise
    finally:
        _leave(program)
    if status:
        raise ProcessFailed(command, status, "", say("Read its own words above."))


def _leave(program: "subprocess.Popen[str]") -> None:
    """Close its pipes, by which a program that still prints hears of it, and wait for its end."""
    for pipe in filter(None, (program.stdin, program.stdout)):
        with contextlib.suppress(BrokenPipeError):
            pipe.close()
    program.wait()


class Companion:
    """A program that runs beside us until the block that started it ends."""

    def __init__(self, program: "subprocess.Popen[bytes]") -> None:
        self._program = program

    @property
    def pid(self) -> int:
        return self._program.pid

    def status(self) -> int | None:
        """None while it runs; negative for the signal that ended it."""
        return self._program.poll()

    def wait(self) -> int:
        return self._program.wait()


@contextlib.contextmanager
def beside(
    command: Sequence[str],
    log: Path,
    *,
    environment: Mapping[str, str] | None = None,
    folder: Path | None = None,
    end_seconds: float = 10,
) -> Iterator[Companion]:
    """Run a program, its output in `log`, until the block ends: then it is asked, then made to.

    Its session is its own, so that Ctrl-C reaches us and we end it in good order.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as out:
        program = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            cwd=folder,
            env=merged_environment(environment or {}),
            start_new_session=True,
        )
    try:
        yield Companion(program)
    finally:
        program.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            program.wait(end_seconds)
        _end(program)
