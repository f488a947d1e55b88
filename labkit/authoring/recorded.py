"""After a proof: snapshots are renewed where that was asked for, and otherwise must be fresh."""

from collections.abc import Sequence
from pathlib import Path

from labkit.authoring.errors import ContentError
from labkit.authoring.judging import Outcome, judge
from labkit.authoring.proof_results import CaseResult, Watch
from labkit.authoring.snapshots import Recording, file_name, record, staleness
from labkit.foundation.text import say
from labkit.grading.exercise import load_exercise
from labkit.workshop.lab import Lab

SNAPSHOTS = "snapshots"


def judged_recordings(
    lab: Lab, folders: Sequence[Path], results: Sequence[CaseResult], *, renew: bool, watch: Watch
) -> tuple[str, ...]:
    """Ids of those written. Fresh ones stay: another run's names would only blur the next review.

    Reports one more state of each exercise that was proven whole, or that should have been.
    """
    written = []
    for folder in folders:
        own = [result for result in results if result.exercise == folder.name]
        held = all(result.outcome is Outcome.HELD for result in own)
        missed = any(result.outcome is Outcome.MISSED for result in own)
        if missed or not (held or renew):
            continue
        exercise = load_exercise(folder)
        recording = Recording(exercise, lab.solutions / exercise.lesson / exercise.id)
        stale = staleness(recording)
        if stale and renew:
            stale = _renewed(recording, own)
            written += [] if stale else [folder.name]
        where = str(recording.snapshots.relative_to(lab.content))
        judgement = judge(
            say("recorded of what is there"), stale or say("so it is"), held=not stale
        )
        watch.ended(CaseResult(folder.name, SNAPSHOTS, judgement, file=where))
    return tuple(written)


def _renewed(recording: Recording, results: Sequence[CaseResult]) -> str:
    """Why it could not be; empty when it was."""
    try:
        record(recording, {file_name(r.case): r.snapshot for r in results if r.snapshot})
    except ContentError as problem:
        return str(problem)
    return ""
