"""What each state of an exercise must give, and whether a verdict gave it. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from labkit.foundation.text import say
from labkit.grading.attempts import Attempt, Expect, Kind
from labkit.grading.snapshot import Failed, Snapshot
from labkit.grading.verdict import State, Verdict

FEWEST_MUTANTS = 5
FEWEST_VARIANTS = 2
NOT_BEGUN = (State.NOT_STARTED, State.NOT_YET)
VOLATILE = ("resourceVersion", "generation", "creationTimestamp", "managedFields")


class Outcome(StrEnum):
    HELD = "held"
    MISSED = "missed"
    SKIPPED = "skipped"
    """For a capability that the cluster lacks; said, and counted."""


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
    return judge(
        say("0 points, every criterion not started or not yet"),
        findings_text(verdict),
        held=all(result.finding.state in NOT_BEGUN for result in verdict.results),
    )


def judge_passed(verdict: Verdict) -> Judgement:
    held = verdict.state is State.PASSED
    return judge(say("every criterion passed"), findings_text(verdict), held=held)


def judge_mutant(verdict: Verdict, expect: Expect) -> Judgement:
    """The named criterion fails with its message, exactly the named others do too."""
    failing = {r.criterion for r in verdict.results if r.finding.state in NOT_BEGUN}
    messages = {result.criterion: result.finding.message for result in verdict.results}
    held = (
        verdict.final
        and failing == {expect.fails, *expect.also}
        and messages[expect.fails] == expect.message
    )
    others = ", ".join(expect.also) or say("none")
    expected = say(
        "{criterion} fails with {message}; also failing: {others}",
        criterion=expect.fails,
        message=expect.message,
        others=others,
    )
    return judge(expected, findings_text(verdict), held=held)


def judge_attempt(verdict: Verdict, attempt: Attempt) -> Judgement:
    return judge_mutant(verdict, attempt.expect) if attempt.expect else judge_passed(verdict)


def judge_change(before: Snapshot | None, after: Snapshot | None) -> Judgement:
    """A right answer must have changed something that the exercise reads."""
    changed = bool(before and after) and essence(before) != essence(after)
    seen = say("it changed something") if changed else say("nothing changed")
    return judge(say("objects or answers changed"), seen, held=changed)


def judge_traces(before: Iterable[str], after: Iterable[str]) -> Judgement:
    """After a reset there is what there was before the attempt, by kind, namespace and name."""
    differing = sorted(set(before) ^ set(after))
    seen = ", ".join(differing) or say("the same objects as untouched")
    return judge(say("nothing of the attempt left"), seen, held=not differing)


def judge_completeness(
    attempts: Iterable[Attempt], *, files: Iterable[str], unfinished: Iterable[str]
) -> Judgement:
    """`files` are those of the exercise and its solutions, `unfinished` still say TODO."""
    kinds = [attempt.kind for attempt in attempts]
    names = set(files)
    wanted = (
        (say("setup or starter files"), bool(names & {"setup", "starter"})),
        (say("two variants"), kinds.count(Kind.VARIANT) >= FEWEST_VARIANTS),
        (say("five mutants"), kinds.count(Kind.MUTANT) >= FEWEST_MUTANTS),
        ("notes.md", "notes.md" in names),
    )
    missing = [what for what, is_there in wanted if not is_there]
    missing += [say("the TODO in {file}", file=name) for name in unfinished]
    return judge(say("nothing missing"), ", ".join(missing) or say("all of it"), held=not missing)


def findings_text(verdict: Verdict) -> str:
    told = (
        f"{r.criterion} {r.finding.state} ({r.finding.message}: {r.finding.seen})"
        for r in verdict.results
    )
    return "; ".join(told)


def essence(snapshot: Snapshot | None) -> Any:
    """What somebody wrote: answers, and objects without what the cluster notes on them."""
    if snapshot is None:
        return None
    lists = {
        key: found if isinstance(found, Failed) else [_written(one) for one in found]
        for key, found in snapshot.lists.items()
    }
    return lists, snapshot.answers


def _written(object_: Mapping[str, Any]) -> dict[str, Any]:
    metadata = {k: v for k, v in object_["metadata"].items() if k not in VOLATILE}
    return {**{k: v for k, v in object_.items() if k != "status"}, "metadata": metadata}
