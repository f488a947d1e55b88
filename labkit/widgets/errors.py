"""What stops a cell.

CellStopped                    a LabError, shown as two sentences instead of a traceback
"""

from labkit.foundation.errors import LabError


class CellStopped(LabError):
    """IPython asks an exception how it wants to be shown; the cells below do not run."""

    def __init__(self, problem: LabError) -> None:
        super().__init__(problem.what_happened, problem.next_step, problem.evidence)

    def _render_traceback_(self) -> list[str]:
        told = [self.what_happened, f"→ {self.next_step}"]
        return [*told, *self.evidence.rstrip().splitlines()]
