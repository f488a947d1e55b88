"""A Deployment's rollouts: its ReplicaSets, its Pods, and who else stands behind its Service."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from labkit.foundation.text import say
from labkit.grading.criteria.answers import quoted, same_words
from labkit.grading.criteria.objects import annotations_of, evidence, name_of, names_of, owned_by
from labkit.grading.criteria.probes import app_of, flaw_of, probes_of, variable
from labkit.grading.criteria.services import pods_behind
from labkit.grading.criteria.times import moment
from labkit.grading.criteria.workloads import deployments_with, settled
from labkit.grading.snapshot import Object, Snapshot
from labkit.grading.verdict import Finding, not_started, not_yet, passed
from labkit.kube.conditions import deployment_available, is_leaving
from labkit.kube.quantities import same_quantity

REVISION = "deployment.kubernetes.io/revision"
NOT_BEFORE = "rollout.not_before"
FIRST_VERSION = "1"  # what the image says where the template says nothing


def deployment_for(snapshot: Snapshot, labels: Mapping[str, str], name: str) -> Object | None:
    """Whose Pods carry the labels; of several the one with the name that the task uses."""
    found = deployments_with(snapshot, labels)
    return next((item for item in found if name_of(item) == name), found[0] if found else None)


def revisions_of(snapshot: Snapshot, deployment: Object) -> list[Object]:
    """Its ReplicaSets, the newest revision last."""
    owned = owned_by(snapshot.objects("ReplicaSet"), [deployment])
    return sorted(owned, key=lambda one: int(annotations_of(one).get(REVISION, 0)))


def pods_made_by(snapshot: Snapshot, replica_sets: Sequence[Object]) -> list[Object]:
    """Those on their way out are not among them."""
    pods = owned_by(snapshot.objects("Pod"), replica_sets)
    return [pod for pod in pods if not is_leaving(pod)]


def oldest(pods: Sequence[Object], *, less_seconds: int) -> datetime:
    """So many seconds before the oldest of them was made."""
    made = min(moment(pod["metadata"]["creationTimestamp"]) for pod in pods)
    return made - timedelta(seconds=less_seconds)


def newest_pods(snapshot: Snapshot, deployment: Object) -> list[Object]:
    """Those of its newest revision."""
    return pods_made_by(snapshot, revisions_of(snapshot, deployment)[-1:])


def version_in(deployment: Object) -> str:
    """What VERSION is in its template; empty where it comes from another object."""
    found = variable(app_of(deployment["spec"]["template"]), "VERSION")
    return FIRST_VERSION if found is None else found


def other_version(deployment: Object, version: str, *, met: str) -> Finding | None:
    """None when its template is of this version.

    What visitors met decides where the template takes the version from another object.
    """
    is_written = variable(app_of(deployment["spec"]["template"]), "VERSION") is not None
    seen = version_in(deployment) or met
    if same_words(seen, version):
        return None
    return not_yet(
        "rollout.other_version",
        seen=say(
            "The template of Deployment {name} says VERSION {seen}.",
            name=name_of(deployment),
            seen=quoted(seen) or say("nothing"),
        ),
        expected=say("It says VERSION {version}.", version=version),
        why=say("A rollout begins when the template of a Deployment changes."),
        next_step=say("Change VERSION in this Deployment, not in another beside it.")
        if is_written
        else say("The template names no VERSION: write it under `env` of the container."),
        evidence=evidence(deployment),
    )


def ready_and_settled(snapshot: Snapshot, deployment: Object, *, at_least: int) -> Finding:
    """As `settled`; a readiness probe that would hold the rollout up for ever is named."""
    template = deployment["spec"]["template"]
    flaws = [
        flaw for probe in probes_of(template, "readiness") if (flaw := flaw_of(probe, template))
    ]
    finding = settled(snapshot, deployment, at_least=at_least)
    if flaws and not deployment_available(deployment):  # waiting will not mend it
        return not_yet(
            flaws[0].message,
            seen=flaws[0].seen,
            expected=say("The new copies become Ready."),
            why=say(
                "A new copy is not Ready until this probe holds, and the rollout waits for it."
            ),
            next_step=say("Let the probe ask where the app answers, and apply it again."),
            evidence=evidence(deployment),
        )
    return finding


def forgets_revisions(snapshot: Snapshot, deployment: Object, *, at_least: int) -> Finding | None:
    """None when it keeps at least so many."""
    revisions = revisions_of(snapshot, deployment)
    if len(revisions) >= at_least:
        return None
    return not_yet(
        "rollout.no_history",
        seen=say(
            "Deployment {name} keeps this many revisions: {count}.",
            name=name_of(deployment),
            count=len(revisions),
        ),
        expected=say("At least {least}: the old and the new.", least=at_least),
        why=say("A Deployment that was made anew has no earlier revision to return to."),
        next_step=say("Reset the exercise, then change the Deployment that is there."),
        evidence=evidence(deployment),
    )


def others_behind(snapshot: Snapshot, deployment: Object, service: str) -> Finding | None:
    """None when the Service leads to this Deployment's Pods and to nobody else's."""
    found = next((one for one in snapshot.objects("Service") if name_of(one) == service), None)
    if found is None:
        return not_started(
            "rollout.no_service",
            seen=say("Service {name}, which visitors call, is not there.", name=service),
            next_step=say("Reset the exercise, or create it again: port 80 to 8080."),
        )
    own = {name_of(pod) for pod in pods_made_by(snapshot, revisions_of(snapshot, deployment))}
    behind = [pod for pod in pods_behind(found, snapshot.objects("Pod")) if not is_leaving(pod)]
    strangers = [pod for pod in behind if name_of(pod) not in own]
    if behind and not strangers:
        return None
    return not_yet(
        "rollout.visited_elsewhere",
        seen=say(
            "Behind Service {service} stand Pods of somebody else: {pods}.",
            service=service,
            pods=quoted(names_of(strangers), longest=90),
        )
        if strangers
        else say("Behind Service {service} stands no Pod.", service=service),
        expected=say("Only Pods of Deployment {name} do.", name=name_of(deployment)),
        why=say("Visitors must meet the copies that you rolled out."),
        next_step=say("Compare the Service's selector with `kubectl get pods --show-labels`."),
        evidence=evidence(found, deployment),
    )


def delay_changed(deployment: Object, seconds: int) -> Finding | None:
    """None when the template still says how slowly the app starts."""
    found = variable(app_of(deployment["spec"]["template"]), "START_DELAY") or say("nothing")
    if same_quantity(found, str(seconds)):
        return None
    return not_yet(
        "probe.delay_changed",
        seen=say("START_DELAY says {seen}.", seen=quoted(found)),
        expected=say("It says {seconds}, as the task gave it.", seconds=seconds),
        why=say("Real programs take the time that they take; probes must allow for it."),
        next_step=say("Set START_DELAY back to {seconds} in the template.", seconds=seconds),
        evidence=evidence(deployment),
    )


def waits_for_ready(deployment: Object) -> Finding:
    """Some readiness probe of the template asks the app."""
    template = deployment["spec"]["template"]
    probes = probes_of(template, "readiness")
    flaws = [flaw_of(probe, template) for probe in probes]
    if None in flaws:
        return passed(
            say("The readiness probe of {name} asks the app.", name=name_of(deployment)),
            evidence=evidence(deployment),
        )
    flaw = next(filter(None, flaws), None)
    others = [kind for kind in ("startup", "liveness") if probes_of(template, kind)]
    return not_yet(
        flaw.message if flaw else "probe.no_readiness",
        seen=flaw.seen
        if flaw
        else say(
            "The template of {name} has no readiness probe; other probes: {others}.",
            name=name_of(deployment),
            others=", ".join(others) or say("none"),
        ),
        expected=say("A readiness probe asks the port on which the app answers."),
        why=say("Only it tells a Service, all the time, who may have visitors."),
        next_step=say("Add or correct `readinessProbe`: `kubectl explain pod.spec.containers`."),
        evidence=evidence(deployment),
    )


def unchanged(snapshot: Snapshot, deployment: Object, *, note: str) -> Finding | None:
    """None when the template differs from what setup noted of it."""
    if deployment["spec"]["template"]["spec"] != snapshot.noted(note, "spec.template.spec"):
        return None
    return not_started(
        "rollout.unchanged",
        seen=say("The template of {name} is as you found it.", name=name_of(deployment)),
        next_step=say("Look at the events of its Pods, then change the template."),
    )


def trouble(finding: Finding) -> Finding | None:
    """None when it is passed, so that the next question may be asked."""
    return None if finding.holds else finding


def not_before(other: Finding) -> Finding:
    """A criterion that waits for another one, which found this; or waits itself: told once."""
    if other.message == NOT_BEFORE:
        return other
    return not_started(
        NOT_BEFORE,
        seen=say("Another criterion comes first: {seen}", seen=other.seen),
        next_step=say("Go on with the criterion that says so."),
    )
