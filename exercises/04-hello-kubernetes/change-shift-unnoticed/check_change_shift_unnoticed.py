"""From version 1 to 2 while visitors come: all on two, nobody lost, and new copies awaited."""

from labkit.grading.criteria import observers, rollouts
from labkit.grading.criteria.workloads import deployment_settled
from labkit.grading.snapshot import Object, Snapshot
from labkit.grading.verdict import Finding

DESK, NAME, COPIES, DELAY = {"app": "shift"}, "shift", 3, 8


def all_on_two(snapshot: Snapshot) -> Finding:
    desk = rollouts.deployment_for(snapshot, DESK, NAME)
    if desk is None:
        return deployment_settled(snapshot, DESK)
    settled = _settled_on_two(snapshot, desk)
    return (
        rollouts.trouble(settled)
        or rollouts.forgets_revisions(snapshot, desk, at_least=2)
        or rollouts.others_behind(snapshot, desk, NAME)
        or settled
    )


def no_visitor_lost(snapshot: Snapshot) -> Finding:
    desk = rollouts.deployment_for(snapshot, DESK, NAME)
    if desk is None or rollouts.trouble(_settled_on_two(snapshot, desk)):
        return rollouts.not_before(all_on_two(snapshot))
    pods = rollouts.pods_made_by(snapshot, rollouts.revisions_of(snapshot, desk))
    since = rollouts.oldest(pods, less_seconds=10)
    return observers.nobody_lost(
        snapshot, "app=observer", since, judged=[desk, *pods], versions=("1", "2")
    )


def waits_for_ready(snapshot: Snapshot) -> Finding:
    desk = rollouts.deployment_for(snapshot, DESK, NAME)
    if desk is None or _not_on_two(snapshot, desk):
        return rollouts.not_before(all_on_two(snapshot))
    return rollouts.delay_changed(desk, DELAY) or rollouts.waits_for_ready(desk)


def _settled_on_two(snapshot: Snapshot, desk: Object) -> Finding:
    return _not_on_two(snapshot, desk) or rollouts.ready_and_settled(
        snapshot, desk, at_least=COPIES
    )


def _not_on_two(snapshot: Snapshot, desk: Object) -> Finding | None:
    met = observers.last_version(snapshot.log("app=observer", "obs"))
    return rollouts.other_version(desk, "2", met=met)
