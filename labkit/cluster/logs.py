"""The logs of supervised processes: appended to by the processes, cut short by us."""

import logging
import shutil
from pathlib import Path

LOG = logging.getLogger("labkit.logs")
LARGEST_BYTES = 5_000_000


def rotate(folders: list[Path]) -> None:
    """Keep the latest part of each log in place and the part before it beside it as `.1`.

    The file stays the same one, since a process holds it open; lines written between the copy and
    the cut are lost, at most a few. A log that cannot be cut is said to be so and keeps no other
    from it.
    """
    for folder in folders:
        for log in folder.glob("*.log"):
            try:
                _rotate(log)
            except FileNotFoundError:  # its node was removed while we looked
                pass
            except OSError as trouble:
                LOG.warning("%s could not be cut short: %s", log, trouble)


def _rotate(log: Path) -> None:
    if log.stat().st_size > LARGEST_BYTES:
        shutil.copyfile(log, log.with_suffix(".log.1"))
        with log.open("r+b") as file:
            file.truncate()
