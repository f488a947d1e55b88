"""From version 1 to 2 while visitors come: all on two, nobody lost, and new copies awaited."""

from datetime import timedelta

from labkit.foundation.text import say
from labkit.grading.criteria import observers, rollouts
from labkit.grading.criteria.times import moment
from labkit.grading.criteria.workloads import deployment_settled
from labkit.grading.snapshot import Snapshot
from labkit.grading.verdict import Finding, not_started

DESK, NAME, COPIES = {"app": "shift"}, "shift", 3
BEFORE = timedelta(seconds=10)


def all_on_two(snapshot: Snapshot) -> Finding:
    desk = rollouts.deployment_for(snapshot, DESK, NAME)
    if desk is None:
        return deployment_settled(snapshot, DESK)
    finding = rollouts.rolled_out(snapshot, desk, DESK, version="2", least=COPIES)
    if not rollouts.is_passed(finding):
        return finding
    kept = rollouts.keeps_revisions(snapshot, desk, at_least=2)
    return kept or rollouts.alone_behind(snapshot, desk, NAME) or finding


def no_visitor_lost(snapshot: Snapshot) -> Finding:
    desk = rollouts.deployment_for(snapshot, DESK, NAME)
    if desk is None or not rollouts.is_passed(
        rollouts.rolled_out(snapshot, desk, DESK, version="2", least=COPIES)
    ):
        return _first()
    lines = snapshot.log("app=observer", "obs")
    pods = rollouts.pods_made_by(snapshot, rollouts.revisions_of(snapshot, desk))
    oldest = min(moment(pod["metadata"]["creationTimestamp"]) for pod in pods)
    visits = observers.visits_since(lines, oldest - BEFORE)
    stale = observers.unfresh(snapshot, lines, [desk, *pods])
    if stale and not visits.lost:
        return stale
    return observers.nobody_lost(visits, [desk], before="1", after="2")


def waits_for_ready(snapshot: Snapshot) -> Finding:
    desk = rollouts.deployment_for(snapshot, DESK, NAME)
    if desk is None or rollouts.version_in(desk) not in ("2", ""):
        return _first()
    return rollouts.keeps_delay(desk, "8") or rollouts.waits_for_ready(desk)


def _first() -> Finding:
    return not_started(
        "shift.first_all_on_two",
        seen=say("The desk is not all on version 2 yet."),
        next_step=say("First roll it out; the line above says how far it is."),
    )
