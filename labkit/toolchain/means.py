"""What every step on the way to a program is given, and where each kind of file lives."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from labkit.foundation.durations import remember, remembered
from labkit.foundation.files import locked
from labkit.foundation.process import Runner
from labkit.foundation.progress import Progress, shown
from labkit.foundation.settings import Settings
from labkit.foundation.text import say
from labkit.foundation.waiting import Clock

LONGEST_BUILD_SECONDS = 3 * 3600  # Kubernetes on one slow core; the lock's holder may need it


@dataclass(frozen=True, slots=True)
class Means:
    settings: Settings
    run: Runner
    progress: Progress
    clock: Clock

    def programs(self) -> Path:
        return self.settings.cache / "programs"

    def images(self) -> Path:
        return self.settings.cache / "images"

    def log(self, name: str) -> Path:
        return self.settings.cache / "logs" / f"{name}.log"

    def alone(self, name: str) -> AbstractContextManager[None]:
        """Keep other runs from making the same thing; the second then finds it made."""
        return locked(
            self.settings.cache / "locks" / name,
            holder=say("labkit makes {name}", name=name),
            limit_seconds=LONGEST_BUILD_SECONDS,
            clock=self.clock,
            waiting=lambda other: self.progress.said(
                say("Waiting for another run: {other}.", other=other)
            ),
        )

    @contextmanager
    def work_folder(self, name: str) -> Iterator[Path]:
        """An empty folder on the cache's own disk, gone afterwards. Call it inside `alone`.

        A killed run leaves its folder, and perhaps a compiler that still writes there for a
        moment: so each run has a new name, and sweeps what it can of the others.
        """
        parent = self.settings.cache / "work" / name
        shutil.rmtree(parent, ignore_errors=True)
        parent.mkdir(parents=True, exist_ok=True)
        folder = Path(tempfile.mkdtemp(dir=parent))
        try:
            yield folder
        finally:
            shutil.rmtree(parent, ignore_errors=True)

    @contextmanager
    def timed(self, step: str) -> Iterator[None]:
        """Show a step, how long it took last time, and remember how long it takes now."""
        path = self.settings.cache / "durations.json"
        last = remembered(path, step)
        if last is not None and last >= 2:
            self.progress.said(say("{step}: last time {s:.0f} s.", step=step, s=last))
        began = self.clock.monotonic()
        with shown(self.progress, step):
            yield
        remember(path, step, self.clock.monotonic() - began)
