"""Grade attendees for marks: the verdict that counts, from what their clusters' state says.

Taken apart from everything that an attendee can write: their home folder and environment, their
kernel, and tokens kept beside it. Exercises and checks are those of this clone, the cluster is the
one of this lab's record, and the tokens of graders are asked for here and kept in memory.
"""

import hashlib
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, Self

from labkit.foundation.errors import LabError
from labkit.foundation.progress import Quiet
from labkit.foundation.text import say
from labkit.grading.exercise import Exercise, find_exercise
from labkit.grading.snapshot_file import snapshot_text
from labkit.grading.verdict import Result, State, Verdict, cannot_check
from labkit.kube.errors import ObjectNotFound
from labkit.kube.reader import Reader
from labkit.kube.writer import IssuedToken, Writer
from labkit.workshop.checking import impossible, judged
from labkit.workshop.errors import IdentityMissing
from labkit.workshop.identities import without_credentials
from labkit.workshop.lab import Lab
from labkit.workshop.names import (
    ALONE,
    ATTENDEE_LABEL,
    EXERCISE_LABEL,
    SYSTEM_NAMESPACE,
    checked_attendee,
)
from labkit.workshop.rights import Role, service_account

TOKEN_SECONDS = 600  # the API server grants no less
LEFT_AT_LEAST = timedelta(seconds=120)  # one grading may wait 30 s for what still settles


@dataclass(frozen=True, slots=True)
class Attempt:
    """Somebody's exercise."""

    attendee: str
    exercise: str


@dataclass(frozen=True, slots=True)
class Mark:
    attempt: Attempt
    verdict: Verdict
    snapshot: str = ""
    """What its saved file holds; empty when nothing could be looked at."""

    @property
    def counts(self) -> bool:
        """Not where the attendee is the administrator, who can write whatever is read."""
        return not self.verdict.advice

    @property
    def problem(self) -> str:
        """Why something could not be looked at; empty when everything could."""
        unseen = (r.finding for r in self.verdict.results if r.finding.state is State.CANNOT_CHECK)
        return next((finding.seen for finding in unseen), "")

    def to_json(self) -> dict[str, Any]:
        hashed = hashlib.sha256(self.snapshot.encode()).hexdigest() if self.snapshot else ""
        return {
            "exercise": self.attempt.exercise,
            "attendee": self.attempt.attendee,
            "points": self.verdict.points,
            "total": self.verdict.total,
            "state": self.verdict.state,
            "final": self.verdict.final,
            "when": self.verdict.taken_at,
            "snapshot": hashed,
            "counts": self.counts,
            "problem": self.problem,
        }


class Marker:
    """Grades on one cluster, over shared connections. Use it in a `with`; safe for threads."""

    def __init__(self, lab: Lab) -> None:
        self._lab = replace(lab, progress=Quiet())
        access = lab.administrator()
        self._reader = Reader(access, run=lab.run, clock=lab.clock)
        self._writer = Writer(access, run=lab.run, clock=lab.clock)
        self._nobody = Reader(without_credentials(lab), run=lab.run, clock=lab.clock)
        self._tokens: dict[str, IssuedToken] = {}
        self._exercises: dict[str, Exercise] = {}
        self._lock = threading.Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for connected in (self._reader, self._writer, self._nobody):
            connected.close()

    def started(
        self, attendees: Sequence[str] = (), exercises: Sequence[str] = ()
    ) -> list[Attempt]:
        """What was begun, by the labels of namespaces, which no attendee can write.

        All of it, or of those named; whoever is named and began nothing is in it, too.
        Raises SettingInvalid over a name that no attendee can have.
        """
        for who in attendees:
            checked_attendee(who, "--attendee")
        found = {
            Attempt(labels[ATTENDEE_LABEL], labels[EXERCISE_LABEL])
            for labels in self._labels_of_namespaces()
        }
        chosen = {
            one
            for one in found
            if (not attendees or one.attendee in attendees)
            and (not exercises or one.exercise in exercises)
        }
        named = {Attempt(who, what) for who in attendees for what in exercises}
        known = {one.attendee for one in found}
        strangers = {Attempt(who, "") for who in attendees if who not in known and not exercises}
        return sorted(chosen | named | strangers, key=lambda one: (one.attendee, one.exercise))

    def mark(self, attempt: Attempt) -> Mark:
        """Never raises for one attempt: whatever stands in its way is CANNOT_CHECK."""
        try:
            return self._marked(attempt)
        except LabError as problem:
            return self._unseen(attempt, problem.what_happened, problem.next_step)
        except Exception as bug:  # noqa: BLE001  one attempt must not keep a room from its marks
            seen = say("Grading stopped: {problem!r}.", problem=bug)
            return self._unseen(attempt, seen, say("This costs nothing. Please report it."))

    def mark_all(self, attempts: Iterable[Attempt], *, jobs: int) -> Iterator[Mark]:
        """In the order of the attempts, each as soon as those before it are done."""
        with ThreadPoolExecutor(jobs) as pool:
            yield from pool.map(self.mark, attempts)

    def _marked(self, attempt: Attempt) -> Mark:
        attendee = checked_attendee(attempt.attendee)
        lab = replace(self._lab, settings=replace(self._lab.settings, attendee=attendee))
        if not attempt.exercise:
            raise IdentityMissing(service_account(attendee, Role.GRADER))
        exercise = self.exercise(attempt.exercise)
        # The connections are shared, so one attempt's end must not close them.
        checked = judged(
            lab,
            exercise,
            lambda: nullcontext(self._grader(attendee)),
            advice=self._is_advice(attempt),
        )
        # Here, where a value that no file can hold costs its own attempt only.
        text = snapshot_text(checked.snapshot) if checked.snapshot else ""
        return Mark(attempt, checked.verdict, text)

    def _unseen(self, attempt: Attempt, seen: str, next_step: str) -> Mark:
        advice = self._is_advice(attempt)
        try:
            exercise = self.exercise(attempt.exercise)
        except LabError:
            finding = cannot_check("mark.no_exercise", seen=seen, next_step=next_step)
            results = (Result("exercise", say("The exercise can be graded"), 0, finding),)
            moment = f"{self._lab.clock.now():%Y-%m-%dT%H:%M:%SZ}"
            return Mark(attempt, Verdict(attempt.exercise, moment, results, advice))
        return Mark(attempt, impossible(self._lab, exercise, seen, next_step, advice=advice))

    def _is_advice(self, attempt: Attempt) -> bool:
        return attempt.attendee in (ALONE, self._lab.settings.attendee)

    def exercise(self, exercise_id: str) -> Exercise:
        with self._lock:
            if exercise_id not in self._exercises:
                found = find_exercise(self._lab.exercises, exercise_id)
                self._exercises[exercise_id] = found
            return self._exercises[exercise_id]

    def _grader(self, attendee: str) -> Reader:
        account = service_account(attendee, Role.GRADER)
        kept = self._tokens.get(attendee)
        if not kept or kept.expires - self._lab.clock.now() < LEFT_AT_LEAST:
            try:
                kept = self._writer.token(account, SYSTEM_NAMESPACE, TOKEN_SECONDS)
            except ObjectNotFound as problem:
                raise IdentityMissing(account) from problem
            self._tokens[attendee] = kept
        return self._nobody.acting_as(kept.token, account)

    def _labels_of_namespaces(self) -> Iterator[Mapping[str, str]]:
        for one in self._reader.list("Namespace", labels=f"{ATTENDEE_LABEL},{EXERCISE_LABEL}"):
            if not one["metadata"].get("deletionTimestamp"):
                yield one["metadata"]["labels"]
