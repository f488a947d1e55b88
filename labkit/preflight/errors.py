"""What stops `labkit up` before anything is changed.

MachineNotReady                the blocking findings of the doctor
"""

from collections.abc import Sequence

from labkit.foundation.errors import LabError
from labkit.foundation.text import say
from labkit.preflight.finding import Finding


class MachineNotReady(LabError):
    def __init__(self, findings: Sequence[Finding]) -> None:
        first = findings[0]
        others = len(findings) - 1
        sentence = first.seen
        if others:
            sentence = say("{first} ({count} more below.)", first=first.seen, count=others)
        super().__init__(
            sentence,
            first.fix,
            "\n".join(f"{finding.seen} → {finding.fix}" for finding in findings),
        )
        self.findings = tuple(findings)
