"""A figure or word that an attendee noted: missing, right, or one of the slips that are known."""

from collections.abc import Sequence
from dataclasses import dataclass

from labkit.foundation.text import say
from labkit.grading.criteria.answers import QUOTES, quoted
from labkit.grading.criteria.objects import evidence
from labkit.grading.snapshot import Object, Snapshot
from labkit.grading.verdict import Finding, not_started, not_yet, passed

Slip = tuple[str, bool, str]
"""Message id, whether the answer is this slip, and why it is one."""


def nothing_noted(message: str, key: str, look: str) -> Finding:
    """`look` says where to look first."""
    return not_started(message, seen=say("Nothing is noted for {key}.", key=key), next_step=look)


def noted_right(said: str, *, about: Sequence[Object] = ()) -> Finding:
    """It is right."""
    seen = say("You noted {said}, and so it is.", said=quoted(said))
    return passed(seen, evidence=evidence(*about))


def noted_wrong(said: str, slips: Sequence[Slip], *, expected: str, next_step: str) -> Finding:
    """It is wrong, and the first slip that fits says why; the last one fits always."""
    message, why = next((message, why) for message, fits, why in slips if fits)
    if not said.strip(QUOTES + "\n"):
        return _empty(message, expected)
    return not_yet(
        message,
        seen=say("You noted {said}.", said=quoted(said)),
        expected=expected,
        why=why,
        next_step=next_step,
    )


def _empty(message: str, expected: str) -> Finding:
    """What a shell leaves of $1$… between double quotes, or without any."""
    return not_yet(
        message,
        seen=say("You noted something, but nothing arrived: it is empty."),
        expected=expected,
        why=say("Between double quotes, or without any, a shell replaces what follows a $."),
        next_step=say("Note it again; in a shell, a text with $ belongs in single quotes."),
    )


@dataclass(frozen=True, slots=True)
class Help:
    """What somebody without the right answer is told."""

    expected: str
    why: str
    next_step: str


def judged_answer(
    snapshot: Snapshot, key: str, said: str | None, *, message: str, advice: Help
) -> Finding:
    """`message` is empty for a right answer; `said` is what was noted under `key`."""
    if said is None:
        example = f'answer("{snapshot.exercise}", {key}="…")'
        look = say("When you know it, note it: `{example}`.", example=example)
        return nothing_noted("answer.none", key, look)
    if not message:
        return noted_right(said)
    slip = (message, True, advice.why)
    return noted_wrong(said, [slip], expected=advice.expected, next_step=advice.next_step)
