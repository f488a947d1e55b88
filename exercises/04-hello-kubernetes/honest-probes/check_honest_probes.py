"""The slow translator: it starts once, gets visitors when it can answer, and is still guarded."""

from labkit.grading.criteria import endurance, rollouts
from labkit.grading.criteria.workloads import deployment_settled, settled
from labkit.grading.snapshot import Snapshot
from labkit.grading.verdict import Finding

LABELS, NAME = {"app": "translator"}, "translator"
DELAY, CALM, NO_SOONER, REACTION = 25, 45, 20, 180  # seconds


def calm_start(snapshot: Snapshot) -> Finding:
    translator = rollouts.deployment_for(snapshot, LABELS, NAME)
    if translator is None:
        return deployment_settled(snapshot, LABELS)
    pods = rollouts.newest_pods(snapshot, translator)
    return (
        rollouts.unchanged(snapshot, translator, note=NAME)
        or rollouts.delay_changed(translator, DELAY)
        or endurance.restarted(pods)
        or rollouts.trouble(settled(snapshot, translator))
        or endurance.runs_for(snapshot, pods, seconds=CALM)
    )


def ready_means_ready(snapshot: Snapshot) -> Finding:
    translator = rollouts.deployment_for(snapshot, LABELS, NAME)
    if translator is None:
        return rollouts.not_before(calm_start(snapshot))
    return (
        rollouts.unchanged(snapshot, translator, note=NAME)
        or rollouts.trouble(rollouts.waits_for_ready(translator))
        or endurance.ready_no_sooner(rollouts.newest_pods(snapshot, translator), seconds=NO_SOONER)
    )


def still_guarded(snapshot: Snapshot) -> Finding:
    translator = rollouts.deployment_for(snapshot, LABELS, NAME)
    calm = calm_start(snapshot)
    if translator is None or rollouts.trouble(calm):
        return rollouts.not_before(calm)
    return endurance.guarded(translator, within_seconds=REACTION, starts_in=DELAY)
