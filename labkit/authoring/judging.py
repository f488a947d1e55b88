"""What each state of an exercise must give, and whether a verdict gave it. Pure."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from labkit.foundation.text import say
from labkit.grading.attempts import Attempt, Expect
from labkit.grading.snapshot import Failed, Snapshot
from labkit.grading.verdict import Finding, Result, State, Verdict

NOT_BEGUN = (State.NOT_STARTED, State.NOT_YET)
VOLATILE = ("resourceVersion", "generation", "creationTimestamp", "managedFields")
CLOUD_NOTES = ("status", "updatedAt", "lastUse", "currentNodes", "availableNodes", "count")
WORDS = {
    State.PASSED: ("seen",),
    State.NOT_STARTED: ("message", "seen", "next_step"),
    State.NOT_YET: ("message", "seen", "expected", "next_step"),
    State.CANNOT_CHECK: ("message", "seen", "next_step"),
}
"""What a finding must say; without it a learner knows neither what is wrong nor where to look."""


class Outcome(StrEnum):
    HELD = "held"
    MISSED = "missed"
    SKIPPED = "skipped"
    """For a capability that the cluster lacks; said, and counted."""
    NOT_DRAWN = "not drawn"
    """Left out of a proof that has only so many minutes; counted."""


@dataclass(frozen=True, slots=True)
class Judgement:
    outcome: Outcome
    expected: str = ""
    seen: str = ""


def judge(expected: str, seen: str, *, held: bool) -> Judgement:
    return Judgement(Outcome.HELD if held else Outcome.MISSED, expected, seen)


def skip(capability: str) -> Judgement:
    seen = say("the cluster does not offer {capability}", capability=capability)
    return Judgement(Outcome.SKIPPED, "", seen)


def judge_untouched(verdict: Verdict) -> Judgement:
    wrong = {r.criterion for r in verdict.results if r.finding.state not in NOT_BEGUN}
    return _judge_findings(say("0 points, every criterion not started or not yet"), verdict, wrong)


def judge_passed(verdict: Verdict) -> Judgement:
    wrong = {r.criterion for r in verdict.results if not r.finding.holds}
    return _judge_findings(say("every criterion passed"), verdict, wrong)


def judge_mutant(verdict: Verdict, expect: Expect) -> Judgement:
    """The named criterion fails with its message, exactly the named others do too."""
    findings = {r.criterion: r.finding for r in verdict.results}
    failing = {name for name, finding in findings.items() if finding.state in NOT_BEGUN}
    wrong = failing ^ {expect.fails, *expect.also}
    wrong |= {name for name, found in findings.items() if found.state is State.CANNOT_CHECK}
    if findings[expect.fails].message != expect.message:
        wrong.add(expect.fails)
    expected = say(
        "{criterion} fails with {message}; also failing: {others}",
        criterion=expect.fails,
        message=expect.message,
        others=", ".join(expect.also) or say("none"),
    )
    return _judge_findings(expected, verdict, wrong)


def judge_attempt(verdict: Verdict, attempt: Attempt) -> Judgement:
    return judge_mutant(verdict, attempt.expect) if attempt.expect else judge_passed(verdict)


def _judge_findings(expected: str, verdict: Verdict, wrong: Collection[str]) -> Judgement:
    """A miss names the criteria that went wrong, and those that leave the learner without words."""
    culprits = [_told(r) for r in verdict.results if r.criterion in wrong]
    culprits += [
        say("{criterion} says nothing as: {parts}", criterion=r.criterion, parts=", ".join(lacking))
        for r in verdict.results
        if (lacking := [part for part in WORDS[r.finding.state] if not _says(r.finding, part)])
    ]
    seen = "; ".join(culprits or map(_told, verdict.results))
    return judge(expected, seen, held=not culprits)


def _says(finding: Finding, part: str) -> bool:
    return bool(str(getattr(finding, part)).strip())


def _told(result: Result) -> str:
    found = result.finding
    return f"{result.criterion} {found.state} ({found.message}: {found.seen})"


def judge_change(before: Snapshot | None, after: Snapshot | None) -> Judgement:
    """A right answer must have changed something that the exercise reads."""
    changed = bool(before and after) and essence(before) != essence(after)
    seen = say("it changed something") if changed else say("nothing changed")
    return judge(say("objects or answers changed"), seen, held=changed)


def judge_traces(before: Iterable[str], after: Iterable[str]) -> Judgement:
    """After a reset there is what there was before the attempt, by kind, namespace and name."""
    there, now = set(before), set(after)
    told = [say("left: {what}", what=one) for one in sorted(now - there)]
    told += [say("gone: {what}", what=one) for one in sorted(there - now)]
    seen = ", ".join(told) or say("the same objects as untouched")
    return judge(say("nothing of the attempt left"), seen, held=not told)


def essence(snapshot: Snapshot | None) -> Any:
    """What somebody wrote: answers, and objects without what cluster and cloud note on them."""
    if snapshot is None:
        return None
    lists = {
        key: found if isinstance(found, Failed) else [_written(one) for one in found]
        for key, found in snapshot.lists.items()
    }
    return lists, _ordered(snapshot.api), snapshot.answers


def _ordered(found: Any) -> Any:
    """What the cloud was asked for, without how far it came."""
    if isinstance(found, Mapping):
        return {k: _ordered(v) for k, v in found.items() if k not in CLOUD_NOTES}
    return [_ordered(one) for one in found] if isinstance(found, list | tuple) else found


def _written(object_: Mapping[str, Any]) -> dict[str, Any]:
    metadata = {k: v for k, v in object_["metadata"].items() if k not in VOLATILE}
    return {**{k: v for k, v in object_.items() if k != "status"}, "metadata": metadata}
