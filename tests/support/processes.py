"""A runner that starts nothing: it answers from a script and remembers what was asked."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from labkit.foundation.errors import LabError, ProcessFailed
from labkit.foundation.process import Completed


@dataclass(frozen=True, slots=True)
class Call:
    command: tuple[str, ...]
    environment: Mapping[str, str]
    folder: Path | None
    stdin: str
    timeout_seconds: float

    def is_like(self, words: Sequence[str]) -> bool:
        """Whether `words` occur in the command in this order; a program counts by its last name."""
        rest = iter((Path(self.command[0]).name, *self.command[1:]))
        return all(word in rest for word in words)


@dataclass(frozen=True, slots=True)
class _Answer:
    words: tuple[str, ...]
    completed: Completed
    effect: Callable[[Call], None]
    missing: bool


class RecordedProcesses:
    """A Runner. The newest answer that fits is given; a command without one is a failed test."""

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self._answers: list[_Answer] = []

    def answer(
        self,
        *words: str,
        output: str = "",
        errors: str = "",
        status: int = 0,
        effect: Callable[[Call], None] = lambda _: None,
    ) -> None:
        """For commands that have `words` in this order; `effect` does what the program would."""
        self._answers.append(_Answer(words, Completed(status, output, errors), effect, False))

    def missing(self, program: str) -> None:
        """Make `program` one that is not on this machine."""
        self._answers.append(_Answer((program,), Completed(127, ""), lambda _: None, True))

    def like(self, *words: str) -> list[Call]:
        return [call for call in self.calls if call.is_like(words)]

    def __call__(
        self,
        command: Sequence[str],
        *,
        timeout_seconds: float = 60,
        stdin: str = "",
        environment: Mapping[str, str] | None = None,
        folder: Path | None = None,
        next_step: str = "Read the program's own words below.",
        may_fail: bool = False,
        watch: Callable[[str], object] | None = None,
    ) -> Completed:
        call = Call(tuple(command), dict(environment or {}), folder, stdin, timeout_seconds)
        self.calls.append(call)
        answer = self._answer_to(call)
        if answer.missing:
            raise LabError(f"The program `{command[0]}` is not on this machine.", next_step)
        answer.effect(call)
        completed = answer.completed
        if watch:
            for line in (completed.output + completed.errors).splitlines():
                watch(line)
        if completed.status and not may_fail:
            said = completed.output + completed.errors
            raise ProcessFailed(command, completed.status, said, next_step)
        return completed

    def _answer_to(self, call: Call) -> _Answer:
        for answer in reversed(self._answers):
            if call.is_like(answer.words):
                return answer
        raise AssertionError(f"nobody expected: {' '.join(call.command)}")
