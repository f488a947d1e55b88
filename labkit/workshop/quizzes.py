"""The questions at the end of a lesson, and what to say to an answer.

From notebooks/quiz/NN-topic.toml, beside the lesson, so that its page gives no answers away.
"""

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from pydantic import field_validator

from labkit.foundation.errors import SettingInvalid
from labkit.foundation.text import say
from labkit.grading.toml_file import StrictModel, read_toml
from labkit.workshop.lab import CONTENT


class _OptionInFile(StrictModel):
    text: str
    why: str
    right: bool = False


class _QuestionInFile(StrictModel):
    ask: str
    option: list[_OptionInFile]

    @field_validator("option")
    @classmethod
    def _can_be_answered(cls, options: list[_OptionInFile]) -> list[_OptionInFile]:
        rights = sum(option.right for option in options)
        if not 0 < rights < len(options):
            raise ValueError(say("at least one option is right and one is not"))
        return options


class _QuizInFile(StrictModel):
    question: list[_QuestionInFile]


@dataclass(frozen=True, slots=True)
class Option:
    text: str
    why: str
    """What to tell whoever chose it."""
    is_right: bool


@dataclass(frozen=True, slots=True)
class Question:
    ask: str
    options: tuple[Option, ...]

    @property
    def rights(self) -> frozenset[int]:
        return frozenset(n for n, option in enumerate(self.options) if option.is_right)

    def is_right(self, chosen: Collection[int]) -> bool:
        return set(chosen) == self.rights

    def told(self, chosen: Collection[int]) -> tuple[str, ...]:
        """What to say about a choice: of each chosen option its reason, and what is missing."""
        if not chosen:
            return (say("Choose first."),)
        reasons = [option.why for n, option in enumerate(self.options) if n in chosen]
        missing = self.rights - set(chosen)
        if missing and len(self.rights) > 1 and set(chosen) < self.rights:
            reasons.append(say("Right so far; there is more to choose."))
        return tuple(reasons)


@dataclass(frozen=True, slots=True)
class Quiz:
    lesson: str
    questions: tuple[Question, ...]


def read_quiz(lesson: str, *, content: Path = CONTENT) -> Quiz:
    """Raises SettingInvalid for a lesson without a quiz, ExerciseInvalid for a faulty file."""
    path = content / "notebooks" / "quiz" / f"{lesson}.toml"
    if not path.is_file():
        known = ", ".join(sorted(p.stem for p in path.parent.glob("*.toml"))) or say("none yet")
        raise SettingInvalid("lesson", lesson, say("one of: {known}", known=known))
    written = read_toml(path, _QuizInFile)
    return Quiz(lesson, tuple(_question(one) for one in written.question))


def _question(written: _QuestionInFile) -> Question:
    options = [Option(say(one.text), say(one.why), one.right) for one in written.option]
    return Question(say(written.ask), tuple(options))
