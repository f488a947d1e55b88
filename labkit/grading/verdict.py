"""What a check says: one Finding a criterion, and the Verdict made of them.

A message is an id, which tests and the proof compare, and sentences of at most 200 characters,
which the reader sees: what was seen, what was expected, why it matters, what to do next.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

MOST_DIFFERENCES = 20
LONGEST_SENTENCE = 200  # characters; it is read beside the work, often on a projector
MOST_READ = LONGEST_SENTENCE + 1  # of what a check wrote: enough to see that it is longer


class State(StrEnum):
    PASSED = "PASSED"
    NOT_STARTED = "NOT_STARTED"
    """The subject does not exist yet: not wrong, just not begun."""
    NOT_YET = "NOT_YET"
    """It exists but differs, or it is right so far and the cluster is still working on it."""
    CANNOT_CHECK = "CANNOT_CHECK"
    """The grader could not look. Costs no point and says whom to call."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """An object that a criterion looked at; `namespace` is empty for cluster-wide ones."""

    kind: str
    name: str
    namespace: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    state: State
    message: str
    """Such as card.wrong_namespace."""
    seen: str = ""
    expected: str = ""
    why: str = ""
    next_step: str = ""
    evidence: tuple[Evidence, ...] = ()
    settling: bool = False
    """A second look a moment later may say otherwise."""
    differences: tuple[str, ...] = ()
    """Where an object is not as expected, a sentence for each field; at most MOST_DIFFERENCES."""

    @property
    def holds(self) -> bool:
        """For a criterion that another one guards."""
        return self.state is State.PASSED


def passed(seen: str, *, evidence: Sequence[Evidence] = ()) -> Finding:
    return Finding(State.PASSED, "passed", seen=_short(seen), evidence=tuple(evidence))


def not_started(message: str, *, seen: str, next_step: str) -> Finding:
    return Finding(State.NOT_STARTED, message, seen=_short(seen), next_step=_short(next_step))


def not_yet(
    message: str,
    *,
    seen: str,
    expected: str,
    next_step: str,
    why: str = "",
    evidence: Sequence[Evidence] = (),
    settling: bool = False,
    differences: Sequence[str] = (),
) -> Finding:
    return Finding(
        State.NOT_YET,
        message,
        seen=_short(seen),
        expected=_short(expected),
        why=_short(why),
        next_step=_short(next_step),
        evidence=tuple(evidence),
        settling=settling,
        differences=tuple(map(_short, differences[:MOST_DIFFERENCES])),
    )


def cannot_check(
    message: str,
    *,
    seen: str,
    next_step: str,
    why: str = "",
    evidence: Sequence[Evidence] = (),
    settling: bool = False,
) -> Finding:
    return Finding(
        State.CANNOT_CHECK,
        message,
        seen=_short(seen),
        why=_short(why),
        next_step=_short(next_step),
        evidence=tuple(evidence),
        settling=settling,
    )


@dataclass(frozen=True, slots=True)
class Result:
    """A criterion and what was found of it."""

    criterion: str
    text: str
    weight: int
    finding: Finding


@dataclass(frozen=True, slots=True)
class Verdict:
    exercise: str
    taken_at: str
    """When the snapshot was taken, RFC 3339 in UTC."""
    results: tuple[Result, ...]
    advice: bool = True
    """Taken on the learner's own machine: never counts for marks."""

    @property
    def points(self) -> int:
        return sum(r.weight for r in self.results if r.finding.holds)

    @property
    def total(self) -> int:
        """Of what could be looked at: 10 when everything could."""
        return sum(r.weight for r in self.results if r.finding.state is not State.CANNOT_CHECK)

    @property
    def final(self) -> bool:
        """Provisional while something could not be looked at."""
        return all(r.finding.state is not State.CANNOT_CHECK for r in self.results)

    @property
    def settling(self) -> bool:
        return any(r.finding.settling for r in self.results)

    @property
    def state(self) -> State:
        """Of the whole: PASSED only if all passed; what could not be looked at comes first."""
        states = {r.finding.state for r in self.results}
        if State.CANNOT_CHECK in states:
            return State.CANNOT_CHECK
        return states.pop() if len(states) == 1 else State.NOT_YET


def verdict_to_json(verdict: Verdict) -> dict[str, Any]:
    """With points, total, final and state, which readers in other languages want ready."""
    return asdict(verdict) | {
        "points": verdict.points,
        "total": verdict.total,
        "final": verdict.final,
        "state": verdict.state,
    }


def verdict_from_json(data: Mapping[str, Any]) -> Verdict:
    return Verdict(
        exercise=data["exercise"],
        taken_at=data["taken_at"],
        results=tuple(_result_from_json(result) for result in data["results"]),
        advice=data["advice"],
    )


def _result_from_json(data: Mapping[str, Any]) -> Result:
    finding = dict(data["finding"])
    finding["state"] = State(finding["state"])
    finding["evidence"] = tuple(Evidence(**item) for item in finding["evidence"])
    finding["differences"] = tuple(finding["differences"])
    return Result(data["criterion"], data["text"], data["weight"], Finding(**finding))


def _short(sentence: str) -> str:
    """A value of the attendee's may be any length and hold anything; the sentence shown does not.

    Control characters could move a terminal's cursor, and half a surrogate pair stops printing.
    """
    sentence = "".join(each if each.isprintable() else " " for each in sentence[:MOST_READ])
    if len(sentence) <= LONGEST_SENTENCE:
        return sentence
    return sentence[: LONGEST_SENTENCE - 1] + "…"
