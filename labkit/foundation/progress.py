"""What long work says about itself; `cli` and `widgets` decide how it looks."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol


class Progress(Protocol):
    def started(self, step: str) -> None:
        """A named step began; a sentence such as "build kubelet"."""

    def advanced(self, step: str, done: float, total: float) -> None:
        """How far a step is, in any unit; `total` 0 when nobody knows."""

    def ended(self, step: str, *, well: bool) -> None: ...

    def said(self, sentence: str) -> None:
        """Something worth a line that is not a step."""


class Quiet:
    """For programs and tests."""

    def started(self, step: str) -> None: ...
    def advanced(self, step: str, done: float, total: float) -> None: ...
    def ended(self, step: str, *, well: bool) -> None: ...
    def said(self, sentence: str) -> None: ...


@contextmanager
def shown(progress: Progress, step: str) -> Iterator[None]:
    """Frame one step: started, then ended well or not."""
    progress.started(step)
    try:
        yield
    except BaseException:
        progress.ended(step, well=False)
        raise
    progress.ended(step, well=True)
