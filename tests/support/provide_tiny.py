"""A run of its own that provides the tiny tool: `python -m tests.support.provide_tiny FOLDER`.

It starts whatever `go` is on PATH, and writes what a reader would be told.
"""

import os
import sys
from pathlib import Path

from labkit.foundation.process import SystemRunner
from labkit.foundation.waiting import SystemClock
from labkit.toolchain.provide import provide
from tests.support.progress import RecordedProgress
from tests.support.tools import settings_in, tiny_tool


class Written(RecordedProgress):
    def said(self, sentence: str) -> None:
        sys.stdout.write(f"{sentence}\n")
        sys.stdout.flush()


def main(folder: Path) -> None:
    pins = folder / f"pins-{os.getpid()}"  # equal in every run, but none writes another's
    found = provide(
        ["tiny"],
        settings=settings_in(folder),
        run=SystemRunner(),
        progress=Written(),
        clock=SystemClock(),
        tools=[tiny_tool(pins)],
    )
    sys.stdout.write(f"provided {found['tiny']}\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
