"""`check`: one look at the cluster as the grader, and the verdict of it."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import partial

from labkit.foundation.errors import LabError
from labkit.foundation.text import say
from labkit.grading.exercise import Exercise, find_exercise
from labkit.grading.grader import Graded, cannot_grade, grade_settled, place_of
from labkit.grading.registry_logins import LoginReader
from labkit.grading.snapshot import Snapshot
from labkit.grading.sources import Place, Sources
from labkit.grading.verdict import Verdict
from labkit.kube.errors import Forbidden, KubeError
from labkit.kube.reader import Reader
from labkit.remote.registry import Registry
from labkit.remote.web import get_pages
from labkit.workshop.cloud_reading import LabCloud
from labkit.workshop.errors import ExerciseNotStarted, IdentityMissing
from labkit.workshop.identities import access_as
from labkit.workshop.image_registry import LOCAL_REGISTRY
from labkit.workshop.lab import Lab
from labkit.workshop.names import SYSTEM_NAMESPACE, namespaces_of, record_name
from labkit.workshop.offers import way_out
from labkit.workshop.progress_log import Event, Happening, append
from labkit.workshop.records import Stage, read_record
from labkit.workshop.rights import Role


@dataclass(frozen=True, slots=True)
class Checked:
    exercise: Exercise
    verdict: Verdict
    snapshot: Snapshot | None = None
    """None when nothing could be looked at."""


def check(lab: Lab, exercise_id: str) -> Checked:
    """Raises ExerciseNotStarted; whatever else stands in the way is a verdict: CANNOT_CHECK."""
    exercise = find_exercise(lab.exercises, exercise_id)
    checked = look(lab, exercise)
    verdict = checked.verdict
    details = {
        "points": verdict.points,
        "total": verdict.total,
        "state": verdict.state.value,
        "final": verdict.final,
    }
    append(lab.settings, Event(lab.clock.now(), exercise.id, Happening.CHECKED, details))
    return checked


def look(lab: Lab, exercise: Exercise) -> Checked:
    """The same without a line in the learner's log, for the proof."""
    return judged(lab, exercise, partial(_own_grader, lab))


def judged(
    lab: Lab,
    exercise: Exercise,
    open_grader: Callable[[], AbstractContextManager[Reader]],
    *,
    advice: bool = True,
) -> Checked:
    """What the grader sees of the lab's attendee; `advice` is false where it counts for marks."""
    missing = [name for name in exercise.capabilities if not lab.has(name)]
    if missing:
        names = ", ".join(missing)
        seen = say(
            "This cluster ({engine}) does not offer {names}.", engine=lab.record.engine, names=names
        )
        next_step = way_out(missing)
        return Checked(exercise, impossible(lab, exercise, seen, next_step, advice=advice))
    try:
        with open_grader() as reader:
            graded = _graded(lab, exercise, reader, advice=advice)
    except IdentityMissing as problem:
        raise ExerciseNotStarted(exercise.id) from problem
    except KubeError as problem:
        seen, next_step = problem.what_happened, problem.next_step
        return Checked(exercise, impossible(lab, exercise, seen, next_step, advice=advice))
    except LabError:
        raise
    except Exception as bug:  # noqa: BLE001  a fault of ours must not cost an attendee points
        return Checked(exercise, _stopped(lab, exercise, bug, advice=advice))
    return Checked(exercise, graded.verdict, graded.snapshot)


def impossible(lab: Lab, exercise: Exercise, seen: str, next_step: str, *, advice: bool) -> Verdict:
    moment = f"{lab.clock.now():%Y-%m-%dT%H:%M:%SZ}"
    return cannot_grade(exercise, moment, seen=seen, next_step=next_step, advice=advice)


def _stopped(lab: Lab, exercise: Exercise, bug: Exception, *, advice: bool) -> Verdict:
    seen = say("The look stopped at {place}: {problem!r}.", place=place_of(bug), problem=bug)
    next_step = say("This costs you nothing. Tell your instructor, or report it.")
    return impossible(lab, exercise, seen, next_step, advice=advice)


def _own_grader(lab: Lab) -> Reader:
    return Reader(access_as(lab, Role.GRADER), run=lab.run, clock=lab.clock)


def _graded(lab: Lab, exercise: Exercise, reader: Reader, *, advice: bool) -> Graded:
    _require_started(lab, exercise, reader)
    place = Place(
        namespaces_of(exercise, lab.attendee),
        SYSTEM_NAMESPACE,
        record_name(lab.attendee, exercise.id),
    )
    with Registry(LOCAL_REGISTRY) as images, LabCloud(lab) as cloud:
        sources = Sources(LoginReader(reader), get_pages, lab.clock, images, cloud)
        return grade_settled(exercise, place, sources, progress=lab.progress, advice=advice)


def _require_started(lab: Lab, exercise: Exercise, reader: Reader) -> None:
    """The grader may read this record only once `start` has made it."""
    try:
        record = read_record(reader, lab, exercise)
    except Forbidden as problem:
        raise ExerciseNotStarted(exercise.id) from problem
    if record is None or record.stage is not Stage.READY:
        raise ExerciseNotStarted(exercise.id)
