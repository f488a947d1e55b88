"""The slow translator: it starts once, gets visitors when it can answer, and is still guarded."""

from labkit.foundation.text import say
from labkit.grading.criteria import endurance, rollouts
from labkit.grading.criteria.workloads import deployment_settled
from labkit.grading.snapshot import Object, Snapshot
from labkit.grading.verdict import Finding, not_started

LABELS, NAME = {"app": "translator"}, "translator"
DELAY, CALM, NO_SOONER, REACTION = 25, 45, 20, 180  # seconds


def calm_start(snapshot: Snapshot) -> Finding:
    translator = rollouts.deployment_for(snapshot, LABELS, NAME)
    if translator is None:
        return deployment_settled(snapshot, LABELS)
    pods = _newest_pods(snapshot, translator)
    trouble = (
        _unchanged(snapshot, translator)
        or rollouts.keeps_delay(translator, str(DELAY))
        or endurance.not_restarted(pods)
    )
    settled = trouble or rollouts.settled(snapshot, translator, LABELS)
    return (
        endurance.runs_for(snapshot, pods, seconds=CALM) if rollouts.is_passed(settled) else settled
    )


def ready_means_ready(snapshot: Snapshot) -> Finding:
    translator = rollouts.deployment_for(snapshot, LABELS, NAME)
    if translator is None:
        return _first()
    asks = _unchanged(snapshot, translator) or rollouts.waits_for_ready(translator)
    pods = _newest_pods(snapshot, translator)
    return endurance.ready_no_sooner(pods, seconds=NO_SOONER) if rollouts.is_passed(asks) else asks


def still_guarded(snapshot: Snapshot) -> Finding:
    translator = rollouts.deployment_for(snapshot, LABELS, NAME)
    if translator is None or not rollouts.is_passed(calm_start(snapshot)):
        return _first()
    return endurance.guarded(translator, within_seconds=REACTION, starts_in=DELAY)


def _newest_pods(snapshot: Snapshot, translator: Object) -> list[Object]:
    return rollouts.pods_made_by(snapshot, rollouts.revisions_of(snapshot, translator)[-1:])


def _unchanged(snapshot: Snapshot, translator: Object) -> Finding | None:
    if translator["spec"]["template"]["spec"] != snapshot.noted(NAME, "spec.template.spec"):
        return None
    return not_started(
        "translator.unchanged",
        seen=say("The translator's probes are still those that restart it for ever."),
        next_step=say("Look at its events, then change its Pod template."),
    )


def _first() -> Finding:
    return not_started(
        "translator.first_calm",
        seen=say("The translator does not run calmly yet."),
        next_step=say("First let it start once; the first line says how far it is."),
    )
