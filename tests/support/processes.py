"""A runner that starts nothing: it answers from a script and remembers what it was asked to run."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from labkit.foundation.errors import LabError, ProcessFailed
from labkit.foundation.process import Completed


class RecordedProcesses:
    """`RecordedProcesses({"ip -j": Completed(0, "[]")})`: the longest matching beginning answers.

    A program that no entry begins with is "not on this machine".
    """

    def __init__(self, answers: Mapping[str, Completed] | None = None) -> None:
        self.answers = dict(answers or {})
        self.commands: list[tuple[str, ...]] = []

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
        watch: Callable[[str], None] | None = None,
    ) -> Completed:
        self.commands.append(tuple(command))
        line = " ".join(command)
        known = [beginning for beginning in self.answers if line.startswith(beginning)]
        if not known:
            raise LabError(f"The program `{command[0]}` is not on this machine.", next_step)
        answer = self.answers[max(known, key=len)]
        if answer.status and not may_fail:
            raise ProcessFailed(command, answer.status, answer.output + answer.errors, next_step)
        for text in answer.output.splitlines() if watch else ():
            if watch:
                watch(text)
        return answer
