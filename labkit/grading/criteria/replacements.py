"""A Pod that was removed, and the one that its ReplicaSet made up for it.

The ReplicaSet's events name each Pod that it made and each that it took away itself. A Pod that is
in neither list nor there any more was taken by somebody else.
"""

from collections.abc import Mapping

from labkit.foundation.text import say
from labkit.grading.criteria.answers import quoted
from labkit.grading.criteria.events import events_of, forgotten, message_of
from labkit.grading.criteria.noted import nothing_noted
from labkit.grading.criteria.objects import evidence, name_of, owned_by
from labkit.grading.criteria.rollouts import deployment_for, pods_made_by, revisions_of
from labkit.grading.snapshot import Object, Snapshot
from labkit.grading.verdict import Finding, not_started, not_yet, passed
from labkit.kube.conditions import is_leaving

KEY = "victim"


def victim_replaced(snapshot: Snapshot, labels: Mapping[str, str], name: str) -> Finding:
    """The Pod noted as `victim` was the Deployment's, is gone, and another came in its place."""
    said = snapshot.answer(KEY)
    if said is None:
        look = say("Remove one of the Pods, and note the name that it had.")
        return nothing_noted("victim.none", KEY, look)
    victim = said.strip().strip("\"'").removeprefix("pod/")
    deployment = deployment_for(snapshot, labels, name)
    if deployment is None:
        return not_started(
            "victim.no_deployment",
            seen=say("There is no Deployment whose Pods could be replaced."),
            next_step=say("Write and apply its manifest first."),
        )
    family = [one for one in revisions_of(snapshot, deployment) if _made(victim, one)]
    if not family:
        return _stranger(victim, deployment)
    pods = owned_by(snapshot.objects("Pod"), family)
    there = [pod for pod in pods if name_of(pod) == victim]
    if there:
        return _alive(there[0])
    return _replaced(snapshot, victim, family[0])


def _made(victim: str, replica_set: Object) -> bool:
    """Its Pods are called after it, and five letters more."""
    stem, _, tail = victim.rpartition("-")
    return stem == name_of(replica_set) and tail.isalnum()


def _replaced(snapshot: Snapshot, victim: str, replica_set: Object) -> Finding:
    events = snapshot.objects("Event")
    created = _pods_named(events_of(replica_set, events, "SuccessfulCreate"))
    removed = _pods_named(events_of(replica_set, events, "SuccessfulDelete"))
    if victim not in created:
        return forgotten(snapshot, replica_set) or _never_made(victim, replica_set)
    if victim in removed:
        return _nobody_came(victim, replica_set)
    present = pods_made_by(snapshot, [replica_set])
    if len(created) - len(removed) <= len(present):
        return forgotten(snapshot, replica_set) or _nobody_came(victim, replica_set)
    seen = say(
        "Pod {victim} is gone; ReplicaSet {name} has made {created} Pods and keeps {present}.",
        victim=quoted(victim),
        name=name_of(replica_set),
        created=len(created),
        present=len(present),
    )
    return passed(seen, evidence=evidence(replica_set, *present))


def _pods_named(events: list[Object]) -> set[str]:
    """From "Created pod: kiosk-7d9c-x2x4x", "Deleted pod: …"."""
    return {message_of(event).rpartition(": ")[2] for event in events}


def _stranger(victim: str, deployment: Object) -> Finding:
    return not_yet(
        "victim.stranger",
        seen=say("You noted {victim}.", victim=quoted(victim)),
        expected=say("The name of a Pod that Deployment {name} had.", name=name_of(deployment)),
        why=say("Its Pods are named after it, the hash of their template, and five letters."),
        next_step=say("List the Pods, remove one by its name, and note that name."),
        evidence=evidence(deployment),
    )


def _never_made(victim: str, replica_set: Object) -> Finding:
    return not_yet(
        "victim.invented",
        seen=say(
            "ReplicaSet {name} never made a Pod called {victim}.",
            name=name_of(replica_set),
            victim=quoted(victim),
        ),
        expected=say("The name of a Pod that it made, and that you removed."),
        why=say("Its events name each Pod that it made."),
        next_step=say("Remove a Pod of now, and note its name as `kubectl get pods` shows it."),
        evidence=evidence(replica_set),
    )


def _alive(pod: Object) -> Finding:
    leaving = is_leaving(pod)
    return not_yet(
        "victim.leaving" if leaving else "victim.alive",
        seen=say("Pod {name} is still here.", name=name_of(pod)),
        expected=say("It is gone, and another is in its place."),
        why=say("It is on its way out.") if leaving else say("Nobody has removed it."),
        next_step=say("Check again in a moment.")
        if leaving
        else say("Remove it: `kubectl delete pod {name}`.", name=name_of(pod)),
        evidence=evidence(pod),
        settling=leaving,
    )


def _nobody_came(victim: str, replica_set: Object) -> Finding:
    is_old = replica_set["spec"].get("replicas") == 0
    return not_yet(
        "victim.not_replaced",
        seen=say("No Pod came in the place of {victim}.", victim=quoted(victim)),
        expected=say("The cluster makes up for a Pod that you removed."),
        why=say("It was of an older template, whose Pods were leaving in any case.")
        if is_old
        else say("Who asks for fewer copies gets fewer: then nothing is missing."),
        next_step=say("List the Pods, delete one that is Running, and note its name.")
        if is_old
        else say("Ask for three copies, then delete one Pod by its name."),
        evidence=evidence(replica_set),
    )
