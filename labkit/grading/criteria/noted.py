"""One answer that an attendee noted, right or not. How it is compared comes from the caller."""

from dataclasses import dataclass

from labkit.foundation.text import say
from labkit.grading.criteria.answers import quoted
from labkit.grading.snapshot import Snapshot
from labkit.grading.verdict import Finding, not_started, not_yet, passed


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
        return not_started(
            "answer.none",
            seen=say("Nothing is noted for {key}.", key=key),
            next_step=say("When you know it, note it: `{example}`.", example=example),
        )
    if not message:
        return passed(say("You noted {said}, and so it is.", said=quoted(said)))
    return not_yet(
        message,
        seen=say("You noted {said}.", said=quoted(said)),
        expected=advice.expected,
        why=advice.why,
        next_step=advice.next_step,
    )
