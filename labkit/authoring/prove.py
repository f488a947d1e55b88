"""The lab proof: on a real cluster, each exercise in each of its states gives what it must.

Each attempt is made by an attendee of its own, in namespaces of their own, several at once.
Nothing is tried twice. What a proof made goes with it, also when it is interrupted; what one that
was killed left goes before the next begins.
"""

import math
import shutil
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from threading import Event

from labkit.authoring.completeness import judge_complete
from labkit.authoring.grader_writes import events_of, judge_audit
from labkit.authoring.judging import Judgement, Outcome, judge, skip
from labkit.authoring.proof_results import CaseResult, Watch
from labkit.authoring.snapshots import case_name
from labkit.authoring.visits import SEED, Visit, attendee_of, drawn, sweep
from labkit.cluster.engine import Capability
from labkit.foundation.errors import LabError
from labkit.foundation.files import locked
from labkit.foundation.text import say
from labkit.grading.attempts import Attempt, load_attempts
from labkit.grading.errors import ExerciseError
from labkit.grading.exercise import Exercise, Scope, load_exercise
from labkit.workshop.lab import Lab
from labkit.workshop.offers import CONTAINER_BUILD

OTHER_PROOF_SECONDS = 3600
AUDIT_LINES = 1_000_000
COMPLETE = "complete"
AUDITED = "graders wrote nothing"

CLUSTERS_AT_ONCE = 2
"""Of the cloud: each attempt at such an exercise has a control plane and nodes of its own."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How much of the proof is made, and in what order."""

    jobs: int = 4
    seed: int | None = None
    """Of the order of the attempts; None keeps that of the folders."""
    share_seconds: float = math.inf
    """After which no further attempt begins, but for those that must be made in any case."""


def most_at_once(exercise: Exercise, jobs: int) -> int:
    """How many attempts at it, and at others like it, may go on at the same time.

    One where they change the whole cluster, or share podman's store: a build there fails when
    another attempt removes an image that it stands on.
    """
    if exercise.scope is Scope.CLUSTER or CONTAINER_BUILD in exercise.capabilities:
        return 1
    return min(jobs, CLUSTERS_AT_ONCE) if exercise.clusters else jobs


def prove(lab: Lab, folders: Sequence[Path], plan: Plan, watch: Watch) -> None:
    """Report every state of the exercises in `folders` as it ends."""
    with (
        locked(
            lab.settings.home / "locks" / "prove",
            holder=say("labkit prove"),
            limit_seconds=OTHER_PROOF_SECONDS,
            clock=lab.clock,
            waiting=lambda other: watch.said(say("Waiting for {other}.", other=other)),
        ),
        _homes(lab) as homes,
    ):
        sweep(lab, homes)
        proof = _Proof(lab, plan, watch, homes)
        proof.make([visit for folder in folders for visit in proof.visits(folder)])


@contextmanager
def _homes(lab: Lab) -> Iterator[Path]:
    """Where the proof's attendees live; one that was killed has left some."""
    homes = lab.settings.home / "proof"
    shutil.rmtree(homes, ignore_errors=True)
    try:
        yield homes
    finally:
        shutil.rmtree(homes, ignore_errors=True)


@dataclass(frozen=True, slots=True)
class _Proof:
    lab: Lab
    plan: Plan
    watch: Watch
    homes: Path
    stop: Event = field(default_factory=Event)

    def visits(self, folder: Path) -> Iterator[Visit]:
        """None of an exercise that is not complete or that the cluster cannot offer."""
        try:
            exercise = load_exercise(folder)
            missing = [name for name in exercise.capabilities if not self.lab.has(name)]
            if missing:
                self._tell(folder, "all", skip(", ".join(missing)))
                return
            solutions = self.lab.solutions / exercise.lesson / exercise.id
            attempts = load_attempts(exercise, solutions)
        except ExerciseError as problem:
            self._tell(
                folder, COMPLETE, judge(say("files that can be read"), str(problem), held=False)
            )
            return
        judgement = judge_complete(exercise, solutions, attempts)
        self._tell(folder, COMPLETE, judgement)
        if judgement.outcome is Outcome.HELD:
            yield from self._visits(exercise, attempts)

    def _visits(self, exercise: Exercise, attempts: Sequence[Attempt]) -> Iterator[Visit]:
        for attempt in attempts:
            needs = attempt.expect.when if attempt.expect else ""
            if needs and not self.lab.has(needs):
                self._tell(exercise.folder, case_name(attempt), skip(needs))
                continue
            name = attendee_of(exercise, attempt)
            lab = self.lab.for_attendee(name, self.homes / name, SEED)
            yield Visit(lab, exercise, attempt, self.watch, self.stop)

    def make(self, visits: Sequence[Visit]) -> None:
        """Most at once first; those that change the whole cluster come last."""
        clock = self.lab.clock
        began = clock.now()
        end = clock.monotonic() + self.plan.share_seconds
        musts, others = list(visits), list[Visit]()
        if self.plan.seed is not None:
            musts, others = drawn(visits, Random(self.plan.seed))  # noqa: S311  no secret
        self._made(musts, Visit.run)
        self._made(others, lambda visit: self._run_until(end, visit))
        if self.lab.has(Capability.AUDIT_LOG):
            self._tell_audit(visits, since=f"{began:%Y-%m-%dT%H:%M:%S.%fZ}")

    def _made(self, visits: Sequence[Visit], run: Callable[[Visit], None]) -> None:
        groups: dict[int, list[Visit]] = {}
        for visit in sorted(visits, key=lambda one: one.exercise.scope is Scope.CLUSTER):
            groups.setdefault(most_at_once(visit.exercise, self.plan.jobs), []).append(visit)
        for most in sorted(groups, reverse=True):
            self._together(groups[most], run, most)

    def _together(self, visits: Sequence[Visit], run: Callable[[Visit], None], jobs: int) -> None:
        with ThreadPoolExecutor(jobs) as pool:
            running = [pool.submit(run, visit) for visit in visits]
            try:
                for one in running:
                    one.result()
            except BaseException:  # Ctrl-C, or a bug: what is underway ends, and all of it goes
                self.stop.set()
                pool.shutdown(wait=False, cancel_futures=True)
                with suppress(LabError):
                    sweep(self.lab, self.homes)  # wakes those that watch an object
                raise

    def _run_until(self, end: float, visit: Visit) -> None:
        if self.lab.clock.monotonic() < end:
            visit.run()
        else:
            self._tell(visit.exercise.folder, visit.case, Judgement(Outcome.NOT_DRAWN))

    def _tell_audit(self, visits: Sequence[Visit], *, since: str) -> None:
        log = self.lab.engine().logs("audit", AUDIT_LINES)
        events = events_of(log, {visit.grader for visit in visits}, since)
        graders: dict[Path, dict[str, str]] = {}
        for visit in visits:
            graders.setdefault(visit.exercise.folder, {})[visit.grader] = visit.case
        for folder, attempts in graders.items():
            self._tell(folder, AUDITED, judge_audit(events, attempts))

    def _tell(self, folder: Path, case: str, judgement: Judgement) -> None:
        where = str(folder.relative_to(self.lab.content))
        self.watch.ended(CaseResult(folder.name, case, judgement, file=where))
