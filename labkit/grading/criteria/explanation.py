"""Why something does not run: what was seen, why, and what to do next, in a beginner's words."""

from collections.abc import Iterable
from dataclasses import dataclass

from labkit.grading.criteria.answers import quoted

LONGEST_VALUE = 90  # characters of a message or name; room for our words around it


@dataclass(frozen=True, slots=True)
class Explanation:
    """Each sentence has at most 200 characters, with the actual values in it."""

    cause: str
    """A word for programs and tests: image-not-found."""
    seen: str
    why: str
    next_step: str
    passing: bool = False
    """Waiting may mend it: it can be part of a healthy start."""


def worst(found: Iterable[Explanation | None]) -> Explanation | None:
    """The first that waiting does not mend, else the first that it may."""
    told = [one for one in found if one]
    return next((one for one in told if not one.passing), told[0] if told else None)


def cut(text: object, longest: int = LONGEST_VALUE) -> str:
    return quoted(str(text), longest=longest)
