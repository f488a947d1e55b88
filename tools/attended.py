"""Programs that may ask the person at the terminal, such as sudo, and show how far they are.

labkit's own runner gives a program a session of its own; sudo could then not ask for a password.
"""

import subprocess
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from labkit.foundation.errors import ProcessFailed
from labkit.foundation.process import merged_environment

LAST_LINES = 40


def run_attended(
    command: Sequence[str],
    *,
    watch: Callable[[str], object] = str,
    folder: Path | None = None,
    environment: Mapping[str, str] | None = None,
    next_step: str = "Read the program's own words above.",
) -> None:
    """Run it in our session, each line of its output to `watch`. Raises ProcessFailed."""
    last: deque[str] = deque(maxlen=LAST_LINES)
    with subprocess.Popen(
        command,
        cwd=folder,
        env=merged_environment(environment or {}),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    ) as program:
        for line in program.stdout or ():
            last.append(line)
            watch(line.rstrip("\n"))
    if program.returncode:
        raise ProcessFailed(command, program.returncode, "".join(last), next_step)
