"""Root reads a file for somebody: what is checked is what is read, whatever its name leads to next.

The path is the user's own to change at any moment, so it is followed once. The rights are those of
whoever asks, by the modes of what was found.
"""

import os
import pwd
import shutil
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from labkit.foundation.errors import FileProblem
from labkit.foundation.text import say

RUNNABLE = 0o755


@contextmanager
def opened(path: Path, user: int) -> Iterator[Path]:
    """A name for the file found, while the block lasts. Raises FileProblem unless `user` may read.

    It is held without being opened (O_PATH): opening a pipe waits, opening some devices acts.
    """
    try:
        held = os.open(path, os.O_PATH)
    except (OSError, ValueError) as problem:
        raise _no_file(path) from problem
    try:
        _check(path, held, user)
        yield Path(f"/proc/{os.getpid()}/fd/{held}")
    finally:
        os.close(held)


def check_readable(path: Path, user: int) -> None:
    """Root reads for somebody: only what that user may read, and reach."""
    with opened(path, user):
        pass


def copied(path: Path, folder: Path, user: int) -> Path:
    """Root's copy of what `user` may read; everybody may run it.

    It keeps the name of the folder it came from, which carries version and hash.
    """
    if {path.name, path.parent.name} & {"", ".."}:
        raise FileProblem(path, say("does not name its folder"), say("Name it without `..`."))
    copy = folder / path.parent.name / path.name
    with opened(path, user) as source:
        if not copy.exists() or copy.stat().st_size != source.stat().st_size:
            _copy(source, copy)
    return copy


def _copy(source: Path, copy: Path) -> None:
    """Nobody sees half of it; each caller has a partial of its own, which goes whatever happens."""
    partial: Path | None = None
    try:
        copy.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=copy.parent, prefix=f".{copy.name}.")
        os.close(handle)
        partial = Path(name)
        shutil.copyfile(source, partial)
        partial.chmod(RUNNABLE)
        partial.replace(copy)
    except OSError as problem:
        wrong = say("could not be written ({why})", why=problem.strerror)
        raise FileProblem(copy, wrong, say("Free space or mend the rights.")) from problem
    finally:
        if partial is not None:
            partial.unlink(missing_ok=True)


def _check(path: Path, held: int, user: int) -> None:
    status = os.fstat(held)
    if not stat.S_ISREG(status.st_mode):
        raise _no_file(path)
    real = Path(f"/proc/self/fd/{held}").readlink()
    if user != 0 and not _reads(user, status, _above(real, Path("/"))):
        raise FileProblem(path, say("is not yours to read"), say("Mend the file's rights."))


def _no_file(path: Path) -> FileProblem:
    return FileProblem(path, say("is not a file"), say("Name a file that is there."))


def may_read(path: Path, user: int, top: Path) -> bool:
    """Whether a user may read the file and enter the folders above it, those below `top`."""
    real = path.resolve()
    return _reads(user, real.stat(), _above(real, top))


def _above(real: Path, top: Path) -> list[Path]:
    return [folder for folder in real.parents if folder.is_relative_to(top)]


def _reads(user: int, status: os.stat_result, above: list[Path]) -> bool:
    groups = _groups_of(user)
    try:
        reaches = all(_may(user, groups, folder.stat(), os.X_OK) for folder in above)
    except FileNotFoundError:  # the file was found, and its folder is gone since
        return False
    return reaches and _may(user, groups, status, os.R_OK)


def _may(user: int, groups: list[int], status: os.stat_result, right: int) -> bool:
    """By the mode alone; `right` is one of os.R_OK and the like."""
    if status.st_uid == user:
        return bool(status.st_mode & right << 6)
    return bool(status.st_mode & (right << 3 if status.st_gid in groups else right))


def _groups_of(user: int) -> list[int]:
    try:
        known = pwd.getpwuid(user)
    except KeyError:
        return []
    return os.getgrouplist(known.pw_name, known.pw_gid)
