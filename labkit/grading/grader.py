"""Load an exercise's check from its path and turn Snapshots into Verdicts.

A surprise inside a check is CANNOT_CHECK, never wrong.
"""

import importlib.util
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

from labkit.foundation.progress import Progress, Quiet, shown
from labkit.foundation.text import say
from labkit.grading.errors import ReadFailed
from labkit.grading.exercise import Exercise
from labkit.grading.reading import take_snapshot
from labkit.grading.settling import Settling
from labkit.grading.snapshot import Failed, Snapshot
from labkit.grading.sources import Place, Sources
from labkit.grading.verdict import Finding, Result, Verdict, cannot_check

Criterion = Callable[[Snapshot], Finding]
RESET = "`labkit reset`"


@dataclass(frozen=True, slots=True)
class Graded:
    verdict: Verdict
    snapshot: Snapshot
    """The one that the verdict follows from."""


def grade(exercise: Exercise, snapshot: Snapshot, *, advice: bool = True) -> Verdict:
    """Pure: no call, no clock. `advice` is false only where the verdict counts for marks."""
    return _verdict(
        exercise, snapshot.taken_at, lambda name: _finding(exercise, name, snapshot), advice=advice
    )


def grade_settled(
    exercise: Exercise,
    place: Place,
    sources: Sources,
    *,
    progress: Progress | None = None,
    advice: bool = True,
) -> Graded:
    """Take a snapshot, and one more, the last, where the first says that it is still settling."""
    snapshot = take_snapshot(exercise, place, sources)
    verdict = grade(exercise, snapshot, advice=advice)
    if verdict.settling and exercise.settle_seconds:
        with shown(progress or Quiet(), say("wait until the cluster has settled")):
            settling = Settling(exercise, place, sources, _values(snapshot))
            settling.wait(verdict, exercise.settle_seconds)
        snapshot = take_snapshot(exercise, place, sources)
        verdict = grade(exercise, snapshot, advice=advice)
    return Graded(verdict, snapshot)


def _values(snapshot: Snapshot) -> dict[str, str]:
    """What templates of a declared read may name, as the snapshot was taken with."""
    drawn = {} if isinstance(snapshot.seed, Failed) else snapshot.seed.values
    names = snapshot.namespaces.items()
    return {**drawn, **{f"ns_{suffix}" if suffix else "ns": name for suffix, name in names}}


def cannot_grade(
    exercise: Exercise, moment: str, *, seen: str, next_step: str, advice: bool = True
) -> Verdict:
    """Every criterion CANNOT_CHECK, such as for a capability that the cluster lacks."""
    finding = cannot_check("check.impossible", seen=seen, next_step=next_step)
    return _verdict(exercise, moment, lambda _: finding, advice=advice)


def load_check(exercise: Exercise) -> Mapping[str, Criterion]:
    """Functions of the check module by name. Whatever the module raises comes through."""
    return _functions(exercise.check_file, exercise.check_file.stat().st_mtime_ns)


def _verdict(
    exercise: Exercise, moment: str, find: Callable[[str], Finding], *, advice: bool
) -> Verdict:
    results = tuple(
        Result(
            criterion.id,
            say(criterion.text),
            criterion.weight,
            _with_its_name(find(criterion.function), exercise.id),
        )
        for criterion in exercise.criteria
    )
    return Verdict(exercise.id, moment, results, advice)


def _with_its_name(finding: Finding, exercise_id: str) -> Finding:
    """Criteria that exercises share say `labkit reset`; to type it, one needs the exercise."""
    told = finding.next_step.replace(RESET, f"`labkit reset {exercise_id}`")
    return replace(finding, next_step=told)


def _finding(exercise: Exercise, function: str, snapshot: Snapshot) -> Finding:
    try:
        finding = load_check(exercise)[function](snapshot)
        if not isinstance(finding, Finding):
            raise TypeError(f"{function} returned {finding!r}")
        return finding
    except ReadFailed as problem:
        return cannot_check(
            "check.unreadable",
            seen=problem.what_happened,
            why=say("The grader could not look at {what}.", what=problem.evidence),
            next_step=problem.next_step,
        )
    except Exception as problem:  # noqa: BLE001  a fault of ours must not cost an attendee points
        return cannot_check(
            "check.broken",
            seen=say("The check of this criterion stopped: {problem!r}.", problem=problem),
            why=say("It happened at {place}.", place=place_of(problem)),
            next_step=say("This costs you nothing. Tell your instructor, or report it."),
        )


def place_of(problem: Exception) -> str:
    """The last line that ran: file and number."""
    frames = traceback.extract_tb(problem.__traceback__)
    return f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else "?"


@lru_cache(maxsize=256)
def _functions(path: Path, _modified: int) -> Mapping[str, Criterion]:
    """Loaded once for each state of the file: grading a room calls it thousands of times."""
    spec = importlib.util.spec_from_file_location(path.stem, path)
    if spec is None or spec.loader is None:
        raise ImportError(str(path))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return {
        name: found
        for name, found in vars(module).items()
        if callable(found) and getattr(found, "__module__", "") == path.stem
    }
