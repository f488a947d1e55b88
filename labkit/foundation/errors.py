"""The root of everything a reader can act on.

LabError                       what_happened · next_step · evidence
├── SettingInvalid             key, value, expected form
├── ProcessFailed              command, exit status, last output
├── TimedOut                   what was awaited, how long, last value seen
└── FileProblem                path, and what was wrong with it
"""

from collections.abc import Sequence
from pathlib import Path

from labkit.foundation.text import say


class LabError(Exception):
    """What happened, with the value seen; what to do next; and what the evidence was."""

    is_wrong_input = False
    """Whether what the reader gave cannot be, whatever the lab's state: nothing was changed."""

    def __init__(self, what_happened: str, next_step: str, evidence: str = "") -> None:
        super().__init__(what_happened)
        self.what_happened = what_happened
        self.next_step = next_step
        self.evidence = evidence

    def __str__(self) -> str:
        return f"{self.what_happened} → {self.next_step}"


class SettingInvalid(LabError):
    """A value from the reader (a flag, a variable, a file of ours) has the wrong form."""

    is_wrong_input = True

    def __init__(self, key: str, value: object, expected: str) -> None:
        super().__init__(
            say("{key} is {value!r}.", key=key, value=value),
            say("Give {expected}.", expected=expected),
        )
        self.key = key
        self.value = value
        self.expected = expected


class ProcessFailed(LabError):
    """A program that we ran ended with a status other than 0."""

    def __init__(self, command: Sequence[str], status: int, output: str, next_step: str) -> None:
        line = " ".join(command)
        super().__init__(
            say("`{line}` ended with status {status}.", line=line, status=status), next_step, output
        )
        self.command = tuple(command)
        self.status = status


class TimedOut(LabError):
    """Something awaited did not come in time. Never a success."""

    def __init__(self, awaited: str, limit_seconds: float, last_seen: str, next_step: str) -> None:
        sentence = say(
            "Waited {s:g} s for {what}; last seen: {seen}.",
            s=limit_seconds,
            what=awaited,
            seen=last_seen or say("nothing"),
        )
        super().__init__(sentence, next_step)
        self.awaited = awaited
        self.limit_seconds = limit_seconds
        self.last_seen = last_seen


class FileProblem(LabError):
    """A file or folder is not what it must be."""

    def __init__(self, path: Path, problem: str, next_step: str) -> None:
        super().__init__(say("{path} {problem}.", path=path, problem=problem), next_step)
        self.path = path
