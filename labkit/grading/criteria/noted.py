"""A figure or word that an attendee noted: missing, right, or one of the slips that are known."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from labkit.foundation.text import say
from labkit.grading.criteria.answers import quoted
from labkit.grading.criteria.objects import evidence
from labkit.grading.snapshot import Object, Snapshot
from labkit.grading.verdict import Finding, not_started, not_yet, passed


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked, and what is said of an answer that is not right."""

    key: str
    family: str
    """Begins the message ids: dial.no_answer."""
    look: str
    """Where to look first."""
    expected: str
    next_step: str


def noted(
    snapshot: Snapshot,
    question: Question,
    *,
    right: Callable[[str], bool],
    slip: Callable[[str], tuple[str, str]],
    about: Callable[[], Sequence[Object]] = tuple,
) -> Finding:
    """`slip` gives message id and reason of a wrong answer; nothing is read before there is one."""
    said = snapshot.answer(question.key)
    if said is None:
        return not_started(
            f"{question.family}.no_answer",
            seen=say("Nothing is noted for {key}.", key=question.key),
            next_step=question.look,
        )
    if right(said):
        seen = say("You noted {said}, and so it is.", said=quoted(said))
        return passed(seen, evidence=evidence(*about()))
    message, why = slip(said)
    return not_yet(
        message,
        seen=say("You noted {said}.", said=quoted(said)),
        expected=question.expected,
        why=why,
        next_step=question.next_step,
    )
