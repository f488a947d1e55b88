"""What a proof says of itself while it runs."""

from dataclasses import dataclass, field
from typing import Protocol

from labkit.authoring.judging import Judgement, Outcome
from labkit.grading.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class CaseResult:
    """One state of one exercise: what was expected of it, and what was seen."""

    exercise: str
    case: str
    judgement: Judgement
    seconds: float = 0.0
    file: str = ""
    """Where to look when it missed: paths from the content's folder."""
    snapshot: Snapshot | None = field(default=None, repr=False)

    @property
    def outcome(self) -> Outcome:
        return self.judgement.outcome


class Watch(Protocol):
    """Called from several threads at once."""

    def began(self, exercise: str, case: str) -> None: ...

    def ended(self, result: CaseResult) -> None: ...

    def said(self, sentence: str) -> None:
        """Something worth a line that is no state."""
