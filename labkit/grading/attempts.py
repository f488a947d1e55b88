"""The solution, other right answers and wrong answers of an exercise, with what each must give."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from labkit.grading.exercise import Exercise


class Kind(StrEnum):
    SOLUTION = "solution"
    VARIANT = "variant"
    MUTANT = "mutant"


@dataclass(frozen=True, slots=True)
class Expect:
    """What a wrong answer must be told; anything else is a fault of the check."""

    fails: str
    """This criterion does not pass …"""
    message: str
    """… with this message id …"""
    also: tuple[str, ...] = ()
    """… and exactly these others do not pass either."""
    when: str = ""
    """A capability without which this mistake cannot be made."""


@dataclass(frozen=True, slots=True)
class Attempt:
    kind: Kind
    name: str
    folder: Path
    """Holds steps.toml and its files."""
    expect: Expect | None = None
    """Of a mutant."""


def load_attempts(exercise: Exercise, folder: Path) -> tuple[Attempt, ...]:
    """The solution first. `folder` is the exercise's in solutions/. Raises ExerciseInvalid."""
    from labkit.grading.expect_file import read_expect_file  # noqa: PLC0415  pydantic: 0.1 s

    return (
        Attempt(Kind.SOLUTION, "solution", folder / "solution"),
        *(Attempt(Kind.VARIANT, path.name, path) for path in _folders(folder / "variants")),
        *(
            Attempt(Kind.MUTANT, path.name, path, read_expect_file(path, exercise))
            for path in _folders(folder / "mutants")
        ),
    )


def _folders(parent: Path) -> list[Path]:
    return sorted(path for path in parent.glob("*") if path.is_dir())
