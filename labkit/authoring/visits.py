"""Attendees of the proof: each comes for one attempt at one exercise, and leaves nothing."""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from random import Random
from threading import Event

from labkit.authoring.judging import judge
from labkit.authoring.proof_results import CaseResult, Watch
from labkit.authoring.snapshots import case_name
from labkit.authoring.states import Seen, State, Stay
from labkit.foundation.errors import LabError
from labkit.foundation.text import say
from labkit.foundation.waiting import Clock
from labkit.grading.attempts import Attempt, Kind
from labkit.grading.exercise import Exercise
from labkit.kube.reader import Reader
from labkit.workshop.acting import place_values
from labkit.workshop.at_once import at_once
from labkit.workshop.image_registry import forget_images
from labkit.workshop.lab import Lab
from labkit.workshop.leaving import leave, present
from labkit.workshop.private_shelf import clear_shelf
from labkit.workshop.rights import Role, service_account

SEED = 7  # drawn values are the same in every proof, so that recorded snapshots can be compared
ATTENDEE = re.compile(r"p-[0-9a-f]{8}")


@dataclass(frozen=True, slots=True)
class StoppableClock:
    """Ends work in other threads: every request and every wait asks it for the time."""

    clock: Clock
    stop: Event

    def monotonic(self) -> float:
        self._go_on()
        return self.clock.monotonic()

    def now(self) -> datetime:
        self._go_on()
        return self.clock.now()

    def pause(self, seconds: float) -> None:
        self._go_on()
        self.clock.pause(seconds)

    def _go_on(self) -> None:
        if self.stop.is_set():
            raise KeyboardInterrupt


@dataclass(frozen=True, slots=True)
class Visit:
    """One attendee of the proof, who makes one attempt at one exercise."""

    lab: Lab
    exercise: Exercise
    attempt: Attempt
    watch: Watch
    stop: Event

    @property
    def case(self) -> str:
        return case_name(self.attempt)

    @property
    def grader(self) -> str:
        return service_account(self.lab.attendee, Role.GRADER)

    def run(self) -> None:
        """Report each state; an error ends this attempt and no other."""
        clock = StoppableClock(self.lab.clock, self.stop)
        stay = Stay(replace(self.lab, clock=clock), self.exercise, self.attempt)
        try:
            all(self._is_reached(state) for state in stay.states())
        finally:
            self._leave(stay.files)

    def _is_reached(self, state: State) -> bool:
        """Whether there can be a next one."""
        name, files, bring_about = state
        began = self.lab.clock.monotonic()
        self.watch.began(self.exercise.id, name)
        try:
            seen, went_well = bring_about(), True
        except LabError as problem:
            seen, went_well = _failure(problem), False
        seconds = self.lab.clock.monotonic() - began
        self._report(name, seen, files, seconds)
        return went_well

    def _report(self, case: str, seen: Seen, files: tuple[Path, ...], seconds: float = 0.0) -> None:
        where = ", ".join(str(file.relative_to(self.lab.content)) for file in files)
        result = CaseResult(
            self.exercise.id, case, seen.judgement, seconds, where, snapshot=seen.snapshot
        )
        self.watch.ended(result)

    def _leave(self, files: tuple[Path, ...]) -> None:
        try:
            leave(self.lab)
            places = place_values(self.lab, self.exercise)
            forget_images(self.exercise, places)
            clear_shelf(self.lab, self.exercise, places)
        except LabError as problem:
            self._report(self.case, _failure(problem), files)


def _failure(problem: LabError) -> Seen:
    return Seen(judge(say("no error"), f"{problem}\n{problem.evidence}".strip(), held=False))


def attendee_of(exercise: Exercise, attempt: Attempt) -> str:
    """The same in each proof, because drawn values follow from it."""
    mark = hashlib.sha256(f"{exercise.id}\n{case_name(attempt)}".encode()).hexdigest()[:8]
    return f"p-{mark}"


def drawn(visits: Sequence[Visit], chance: Random) -> tuple[list[Visit], list[Visit]]:
    """Those that a short proof makes in any case, and the others in the order of their turn.

    In any case: each solution, and of each lesson one wrong or other right answer.
    """
    shuffled = chance.sample(list(visits), len(visits))
    others = [visit for visit in shuffled if visit.attempt.kind is not Kind.SOLUTION]
    of_lessons = {visit.exercise.lesson: visit for visit in reversed(others)}.values()
    solutions = [visit for visit in shuffled if visit.attempt.kind is Kind.SOLUTION]
    return [*solutions, *of_lessons], [visit for visit in others if visit not in of_lessons]


def sweep(lab: Lab, homes: Path) -> None:
    """Take everybody of an earlier or interrupted proof off the cluster."""
    access = lab.administrator()
    with Reader(access, run=lab.run, clock=lab.clock) as reader:
        names = sorted(filter(ATTENDEE.fullmatch, present(reader)))
    at_once(lambda name: leave(lab.for_attendee(name, homes / name, SEED)), names)
