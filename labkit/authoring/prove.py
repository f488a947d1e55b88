"""The lab proof: on a real cluster, each exercise in each of its states gives what it must.

Each attempt is made by an attendee of its own, in namespaces of their own, several at once.
Nothing is tried twice.
"""

import hashlib
import tempfile
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from labkit.authoring.grader_writes import reads_in, rights_to_write, writes_in
from labkit.authoring.judging import (
    Judgement,
    Outcome,
    judge,
    judge_attempt,
    judge_change,
    judge_completeness,
    judge_passed,
    judge_traces,
    judge_untouched,
    skip,
)
from labkit.authoring.snapshots import UNTOUCHED, case_name
from labkit.cluster.engine import Capability
from labkit.foundation.errors import LabError
from labkit.foundation.files import locked
from labkit.foundation.text import say
from labkit.grading.attempts import Attempt, Kind, load_attempts
from labkit.grading.exercise import Exercise, Scope
from labkit.grading.snapshot import Snapshot
from labkit.kube.reader import Reader
from labkit.workshop.checking import look
from labkit.workshop.emptying import leftovers
from labkit.workshop.identities import access_as
from labkit.workshop.lab import Lab
from labkit.workshop.leaving import leave
from labkit.workshop.names import SYSTEM_NAMESPACE, namespaces_of
from labkit.workshop.rights import PLATFORM_NAMESPACES, Role, service_account
from labkit.workshop.starting import reset
from labkit.workshop.working import do_attempt

SEED = 7  # drawn values are the same in every proof, so that recorded snapshots can be compared
OTHER_PROOF_SECONDS = 3600
AUDIT_LINES = 1_000_000


@dataclass(frozen=True, slots=True)
class CaseResult:
    """One state of one exercise: what was expected of it, and what was seen."""

    exercise: str
    case: str
    judgement: Judgement
    seconds: float = 0.0
    snapshot: Snapshot | None = field(default=None, repr=False)

    @property
    def outcome(self) -> Outcome:
        return self.judgement.outcome


Report = Callable[[CaseResult], None]
State = tuple[str, Judgement, Snapshot | None]
"""Name, judgement, and the snapshot where it is one to keep."""


@dataclass(frozen=True, slots=True)
class Visit:
    """One attendee of the proof, who makes one attempt at one exercise."""

    lab: Lab
    exercise: Exercise
    attempt: Attempt
    report: Report

    @property
    def case(self) -> str:
        return case_name(self.attempt)

    def run(self) -> None:
        """Report each state; an error stops this attempt and no other."""
        states = lifetime if self.attempt.kind is Kind.SOLUTION else single
        try:
            self._report_all(states)
        except LabError as problem:
            self._report_error(problem)
        try:
            leave(self.lab)
        except LabError as problem:
            self._report_error(problem)

    def _report_all(self, states: "Callable[[Visit], Iterator[State]]") -> None:
        clock = self.lab.clock
        began = clock.monotonic()
        for name, judgement, snapshot in states(self):
            seconds = clock.monotonic() - began
            self.report(CaseResult(self.exercise.id, name, judgement, seconds, snapshot))
            began = clock.monotonic()

    def _report_error(self, problem: LabError) -> None:
        seen = f"{problem}\n{problem.evidence}".strip()
        judgement = judge(say("no error"), seen, held=False)
        self.report(CaseResult(self.exercise.id, self.case, judgement))


def prove(lab: Lab, exercises: Sequence[Exercise], *, jobs: int, report: Report) -> None:
    """Report every case as it ends. Those that change the whole cluster come last, one by one."""
    guard = lab.settings.home / "locks" / "prove"
    with (
        locked(guard, holder="prove", limit_seconds=OTHER_PROOF_SECONDS, clock=lab.clock),
        tempfile.TemporaryDirectory(prefix="labkit-proof-") as homes,
    ):
        visits = [v for e in exercises for v in _visits(lab, e, Path(homes), report)]
        together = [v for v in visits if v.exercise.scope is Scope.NAMESPACE]
        with ThreadPoolExecutor(jobs) as pool:
            list(pool.map(Visit.run, together))
        for visit in visits:
            if visit.exercise.scope is Scope.CLUSTER:
                visit.run()
        if visits and lab.has(Capability.AUDIT_LOG):
            _report_audit(lab, visits, report)


def lifetime(visit: Visit) -> Iterator[State]:
    """Untouched, solved, reset, solved again."""
    lab, exercise = visit.lab, visit.exercise
    reset(lab, exercise.id)  # a proof that was killed may have left something
    before, there = look(lab, exercise), _traces(lab, exercise)
    yield UNTOUCHED, judge_untouched(before.verdict), before.snapshot
    do_attempt(lab, exercise, visit.attempt)
    after = look(lab, exercise)
    yield visit.case, judge_passed(after.verdict), after.snapshot
    yield "solution changes something", judge_change(before.snapshot, after.snapshot), None
    yield "grader may only read", _judge_grader(lab, exercise), None
    reset(lab, exercise.id)
    yield "after reset", judge_untouched(look(lab, exercise).verdict), None
    yield "nothing left after reset", judge_traces(there, _traces(lab, exercise)), None
    do_attempt(lab, exercise, visit.attempt)
    yield "solved again", judge_passed(look(lab, exercise).verdict), None


def single(visit: Visit) -> Iterator[State]:
    """One variant or mutant."""
    lab, exercise = visit.lab, visit.exercise
    reset(lab, exercise.id)
    before = look(lab, exercise)
    do_attempt(lab, exercise, visit.attempt)
    after = look(lab, exercise)
    yield visit.case, judge_attempt(after.verdict, visit.attempt), after.snapshot
    if visit.attempt.kind is Kind.VARIANT:
        change = judge_change(before.snapshot, after.snapshot)
        yield f"{visit.case} changes something", change, None


def _visits(lab: Lab, exercise: Exercise, homes: Path, report: Report) -> Iterator[Visit]:
    folder = lab.solutions / exercise.lesson / exercise.id
    missing = [name for name in exercise.capabilities if not lab.has(name)]
    if missing:
        report(CaseResult(exercise.id, "all", skip(", ".join(missing))))
        return
    attempts = load_attempts(exercise, folder)
    report(CaseResult(exercise.id, "complete", judge_files(exercise, folder, attempts)))
    for attempt in attempts:
        needs = attempt.expect.when if attempt.expect else ""
        if needs and not lab.has(needs):
            report(CaseResult(exercise.id, case_name(attempt), skip(needs)))
            continue
        attendee = attendee_of(exercise, attempt)
        yield Visit(lab.for_attendee(attendee, homes / attendee, SEED), exercise, attempt, report)


def judge_files(exercise: Exercise, folder: Path, attempts: Sequence[Attempt]) -> Judgement:
    files = [*exercise.folder.iterdir(), *(folder.iterdir() if folder.is_dir() else ())]
    written = [exercise.folder / "exercise.toml", exercise.check_file, folder / "notes.md"]
    unfinished = [
        path.name
        for path in (*written, *folder.glob("**/*.toml"))
        if path.is_file() and "TODO:" in path.read_text(encoding="utf-8")
    ]
    names = [path.name for path in files]
    return judge_completeness(attempts, files=names, unfinished=unfinished)


def attendee_of(exercise: Exercise, attempt: Attempt) -> str:
    """The same in each proof, because drawn values follow from it."""
    mark = hashlib.sha256(f"{exercise.id}\n{case_name(attempt)}".encode()).hexdigest()[:8]
    return f"p-{mark}"


def _traces(lab: Lab, exercise: Exercise) -> list[str]:
    """What stands in the exercise's namespaces and is nobody's child: children have drawn names."""
    with Reader(lab.administrator(), run=lab.run, clock=lab.clock) as reader:
        return [
            f"{found} in {found.namespace}"
            for found in leftovers(lab, exercise, reader)
            if not found.object["metadata"].get("ownerReferences") and found.counts
        ]


def _judge_grader(lab: Lab, exercise: Exercise) -> Judgement:
    own = namespaces_of(exercise, lab.attendee).values()
    places = (*own, SYSTEM_NAMESPACE, *PLATFORM_NAMESPACES)
    access = access_as(lab, Role.GRADER)
    with Reader(access, run=lab.run, clock=lab.clock) as reader:
        beyond = rights_to_write(reader, places)
    seen = ", ".join(beyond) or say("get, list, watch")
    return judge(say("no right but to read"), seen, held=not beyond)


def _report_audit(lab: Lab, visits: Sequence[Visit], report: Report) -> None:
    began = lab.clock.monotonic()
    graders = [service_account(visit.lab.attendee, Role.GRADER) for visit in visits]
    judgement = judge_audit(lab.engine().logs("audit", AUDIT_LINES), graders)
    report(CaseResult("all", "audit log", judgement, lab.clock.monotonic() - began))


def judge_audit(log: str, graders: Sequence[str]) -> Judgement:
    users = frozenset(f"system:serviceaccount:{SYSTEM_NAMESPACE}:{name}" for name in graders)
    writes, reads = writes_in(log, users), reads_in(log, users)
    seen = "; ".join(writes) or say("{n} reads, no write", n=reads)
    expected = say("reads of graders in the audit log, and no write")
    return judge(expected, seen, held=bool(reads) and not writes)
