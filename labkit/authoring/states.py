"""The states that one attendee of the proof brings an exercise into, and what each must give."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from labkit.authoring.grader_writes import rights_to_write
from labkit.authoring.judging import (
    Judgement,
    judge,
    judge_attempt,
    judge_change,
    judge_passed,
    judge_traces,
    judge_untouched,
)
from labkit.authoring.purity import slow_criteria
from labkit.authoring.snapshots import UNTOUCHED, case_name
from labkit.foundation.text import say
from labkit.grading.attempts import Attempt, Kind
from labkit.grading.exercise import Exercise, Scope
from labkit.grading.snapshot import Snapshot
from labkit.kube.reader import Reader
from labkit.kube.served import deletable
from labkit.workshop.checking import look
from labkit.workshop.emptying import leftovers
from labkit.workshop.identities import access_as
from labkit.workshop.lab import Lab
from labkit.workshop.names import ATTENDEE_LABEL, SYSTEM_NAMESPACE, namespaces_of
from labkit.workshop.rights import PLATFORM_NAMESPACES, Role
from labkit.workshop.starting import reset
from labkit.workshop.working import do_attempt

AFTER_RESET = "after reset"
NOTHING_LEFT = "nothing left after reset"
SOLVED_AGAIN = "solved again"
COMES_AND_GOES = frozenset(
    {
        "CSINode",
        "CertificateSigningRequest",
        "IPAddress",
        "Namespace",
        "PersistentVolume",
        "VolumeAttachment",
    }
)
"""Cluster-wide kinds that controllers make and remove a while after what they belong to."""


@dataclass(frozen=True, slots=True)
class Seen:
    judgement: Judgement
    snapshot: Snapshot | None = None
    """Where it is one to keep."""


State = tuple[str, tuple[Path, ...], Callable[[], Seen]]
"""Name, the files to look at when it misses, and what brings it about."""


@dataclass(slots=True)
class Stay:
    """One attendee's time with one attempt. The states build on each other, in their order."""

    lab: Lab
    exercise: Exercise
    attempt: Attempt
    before: Snapshot | None = None
    after: Snapshot | None = None
    there: list[str] = field(default_factory=list)
    """What stands in the cluster when the exercise is untouched."""

    @property
    def case(self) -> str:
        return case_name(self.attempt)

    @property
    def files(self) -> tuple[Path, Path]:
        """The attempt, or what it must give, and the check: one of them is wrong."""
        name = "expect.toml" if self.attempt.expect else "steps.toml"
        return self.attempt.folder / name, self.exercise.check_file

    def states(self) -> Iterator[State]:
        if self.attempt.kind is Kind.SOLUTION:
            yield from self._lifetime()
        else:
            yield self.case, self.files, self._reset_and_attempted
        if self.attempt.kind is Kind.VARIANT:
            yield f"{self.case} changes something", self.files, self._changed

    def _lifetime(self) -> Iterator[State]:
        """Untouched, solved, reset, solved again."""
        check, setup = (self.exercise.check_file,), (self.exercise.setup,)
        yield UNTOUCHED, check, self._untouched
        yield self.case, self.files, self._attempted
        yield "solution changes something", self.files, self._changed
        yield "criteria are quick", check, self._quick
        yield "grader may only read", (self.exercise.folder / "exercise.toml",), self._grader
        yield AFTER_RESET, setup, self._after_reset
        yield NOTHING_LEFT, setup, self._nothing_left
        yield SOLVED_AGAIN, self.files, self._solved_again

    def _untouched(self) -> Seen:
        reset(self.lab, self.exercise.id)  # whatever was there before us
        looked = look(self.lab, self.exercise)
        self.before, self.there = looked.snapshot, self._traces()
        return Seen(judge_untouched(looked.verdict), looked.snapshot)

    def _reset_and_attempted(self) -> Seen:
        reset(self.lab, self.exercise.id)
        self.before = look(self.lab, self.exercise).snapshot
        return self._attempted()

    def _attempted(self) -> Seen:
        do_attempt(self.lab, self.exercise, self.attempt)
        looked = look(self.lab, self.exercise)
        self.after = looked.snapshot
        return Seen(judge_attempt(looked.verdict, self.attempt), looked.snapshot)

    def _changed(self) -> Seen:
        return Seen(judge_change(self.before, self.after))

    def _quick(self) -> Seen:
        slow = slow_criteria(self.exercise, self.after, self.lab.clock) if self.after else []
        return Seen(judge(say("milliseconds"), ", ".join(slow) or say("so it is"), held=not slow))

    def _grader(self) -> Seen:
        own = namespaces_of(self.exercise, self.lab.attendee).values()
        access = access_as(self.lab, Role.GRADER)
        with Reader(access, run=self.lab.run, clock=self.lab.clock) as reader:
            beyond = rights_to_write(reader, (*own, SYSTEM_NAMESPACE, *PLATFORM_NAMESPACES))
        seen = ", ".join(beyond) or say("get, list, watch")
        return Seen(judge(say("no right but to read"), seen, held=not beyond))

    def _after_reset(self) -> Seen:
        reset(self.lab, self.exercise.id)
        return Seen(judge_untouched(look(self.lab, self.exercise).verdict))

    def _nothing_left(self) -> Seen:
        return Seen(judge_traces(self.there, self._traces()))

    def _solved_again(self) -> Seen:
        do_attempt(self.lab, self.exercise, self.attempt)
        return Seen(judge_passed(look(self.lab, self.exercise).verdict))

    def _traces(self) -> list[str]:
        """What stands there and is nobody's child: children have drawn names."""
        lab, exercise = self.lab, self.exercise
        with Reader(lab.administrator(), run=lab.run, clock=lab.clock) as reader:
            found = [
                f"{one} in {one.namespace}"
                for one in leftovers(lab, exercise, reader)
                if not one.object["metadata"].get("ownerReferences") and one.counts
            ]
            if exercise.scope is Scope.CLUSTER:
                found += _cluster_wide(reader, lab.attendee)
        return found


def _cluster_wide(reader: Reader, attendee: str) -> list[str]:
    """Names of objects that are in no namespace, but for what belongs to somebody else."""
    return [
        f"{resource.kind}/{one['metadata']['name']}"
        for resource in deletable(reader.connection, namespaced=False)
        if resource.kind not in COMES_AND_GOES
        for one in reader.list(resource.kind)
        if (one["metadata"].get("labels") or {}).get(ATTENDEE_LABEL, attendee) == attendee
    ]
