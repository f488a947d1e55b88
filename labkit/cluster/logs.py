"""The logs of supervised processes: appended to by the processes, cut short by us."""

import contextlib
import shutil
from pathlib import Path

LARGEST_BYTES = 5_000_000


def rotate(folders: list[Path]) -> None:
    """Keep the latest part of each log in place and the part before it beside it as `.1`.

    The file stays the same one, since a process holds it open; lines written between the copy and
    the cut are lost, at most a few.
    """
    for folder in folders:
        for log in folder.glob("*.log"):
            with contextlib.suppress(FileNotFoundError):  # its node was removed while we looked
                _rotate(log)


def _rotate(log: Path) -> None:
    if log.stat().st_size > LARGEST_BYTES:
        shutil.copyfile(log, log.with_suffix(".log.1"))
        with log.open("r+b") as file:
            file.truncate()
