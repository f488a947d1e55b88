"""How far pip is: from its lines while it fetches, from the folder while it writes."""

from collections.abc import Callable
from pathlib import Path
from threading import Event, Thread
from types import TracebackType

from labkit.foundation.progress import Progress

FETCH = "fetch Python packages"
WRITE = "write Python packages"
LOOK_SECONDS = 1.0


class PipProgress:
    """Give it each line of pip's as `watch`; the `with` block is one run of pip."""

    def __init__(self, lock: Path, folder: Path, progress: Progress) -> None:
        self.total = sum(line[:1].isalnum() for line in lock.read_text().splitlines())
        self.seen = 0
        self.folder = folder
        self.progress = progress
        self.step = FETCH
        self.over = Event()
        self.looking: Thread | None = None

    def __enter__(self) -> Callable[[str], None]:
        self.progress.started(self.step)
        return self.read

    def read(self, line: str) -> None:
        words = line.strip()
        self.total -= words.startswith("Ignoring ")
        self.seen += words.startswith(("Collecting ", "Requirement already satisfied: "))
        if words.startswith("Installing collected packages"):
            self.progress.ended(FETCH, well=True)
            self.step = WRITE
            self.progress.started(WRITE)
            self.looking = Thread(target=self.look, daemon=True)
            self.looking.start()
        elif self.step == FETCH:
            self.progress.advanced(FETCH, self.seen, self.total)

    def look(self) -> None:
        """Pip says nothing while it writes, which takes longest; RECORD comes last."""
        while not self.over.wait(LOOK_SECONDS):
            written = len(list(self.folder.glob("lib/python*/site-packages/*.dist-info/RECORD")))
            self.progress.advanced(WRITE, min(written, self.total), self.total)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.over.set()
        if self.looking:
            self.looking.join()
        self.progress.ended(self.step, well=kind is None)
