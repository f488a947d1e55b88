"""Files that are never half there, locks between processes, and the layout of the home folder."""

import fcntl
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from labkit.foundation.errors import FileProblem
from labkit.foundation.text import say
from labkit.foundation.waiting import Clock, SystemClock, wait_until

PRIVATE = 0o600
READABLE = 0o644


def write_atomically(path: Path, content: str | bytes, *, mode: int = READABLE) -> None:
    """Write to a temporary name beside `path`, then rename: readers see the old or the new."""
    data = content.encode() if isinstance(content, str) else content
    temporary: Path | None = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        temporary = Path(name)
        with os.fdopen(handle, "wb") as out:
            out.write(data)
            os.fchmod(out.fileno(), mode)
        temporary.replace(path)
    except OSError as problem:
        raise FileProblem(
            path,
            say("could not be written ({reason})", reason=problem.strerror),
            say("Free space or mend the rights."),
        ) from problem
    finally:
        if temporary is not None:
            temporary.unlink(missing_ok=True)


@contextmanager
def locked(
    path: Path,
    *,
    holder: str,
    limit_seconds: float = 600,
    clock: Clock | None = None,
    waiting: Callable[[str], object] = str,
) -> Iterator[None]:
    """Hold an exclusive lock between processes; it is released by the kernel if we die.

    `holder` says what we do with it, so that whoever waits can be told; `waiting` is called once
    with the other's word when we have to wait. Who holds the lock may remove its file: whoever
    waited for it then takes the new one.
    """
    handle = _try_lock(path)
    if handle is None:
        waiting(_holder(path))
    handle = handle or wait_until(
        lambda: _try_lock(path),
        say("the lock {path}", path=path),
        limit_seconds=limit_seconds,
        clock=clock or SystemClock(),
        pause_seconds=0.05,
        last_seen=lambda: say("held by {holder}", holder=_holder(path)),
        next_step=say("Wait for the other run to end, or stop it."),
    )
    with handle:
        handle.truncate()
        handle.write(f"{holder} (process {os.getpid()})\n")
        handle.flush()
        yield


def _try_lock(path: Path) -> TextIO | None:
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        handle = path.open("a+")
    except FileNotFoundError:  # somebody takes the folder away this moment
        return None
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if os.path.samestat(os.fstat(handle.fileno()), path.stat()):
            handle.seek(0)
            return handle
    except (BlockingIOError, FileNotFoundError):
        pass
    handle.close()
    return None


def is_held(path: Path) -> bool:
    """Whether somebody has this lock now, us included; nobody waits for the answer."""
    try:
        with path.open() as handle:
            fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except FileNotFoundError:
        return False
    return False


def remove_unheld(path: Path) -> None:
    """Remove the file of a lock that nobody has; whoever waited for us takes a new one."""
    handle = _try_lock(path)
    if handle is not None:
        with handle:
            path.unlink(missing_ok=True)


def _holder(path: Path) -> str:
    return (path.read_text().strip() if path.exists() else "") or say("another run")


def last_line(path: Path) -> str:
    """The last line of a log, or "" where there is none."""
    if not path.exists():
        return ""
    with path.open("rb") as log:
        log.seek(max(0, path.stat().st_size - 4000))
        lines = log.read().decode(errors="replace").strip().splitlines()
    return lines[-1] if lines else ""
