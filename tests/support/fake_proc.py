"""A /proc folder of a test's own, with as much of each process as labkit looks at."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from labkit.cluster.supervisor_files import MARK


@dataclass(frozen=True, slots=True)
class FakeProc:
    folder: Path

    def process(
        self,
        pid: int,
        command: Sequence[str],
        mark: str = "",
        *,
        state: str = "S",
        name: str = "",
        threads: int = 1,
    ) -> None:
        """`mark` is what supervision puts into the environment; "" for somebody else's."""
        own = self.folder / str(pid)
        for thread in range(threads):
            (own / "task" / str(pid + thread)).mkdir(parents=True)
        entries = ["HOME=/", *([f"{MARK}={mark}"] if mark else []), "PATH=/bin"]
        (own / "environ").write_bytes("".join(f"{entry}\0" for entry in entries).encode())
        (own / "cmdline").write_bytes("".join(f"{word}\0" for word in command).encode())
        (own / "stat").write_text(f"{pid} ({name or Path(command[0]).name}) {state} 1 1 1 0\n")
