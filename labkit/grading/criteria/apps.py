"""Applications side by side: each in Pods of its own, and each kept by somebody."""

from collections.abc import Mapping, Sequence

from labkit.foundation.text import say
from labkit.grading.criteria.answers import quoted
from labkit.grading.criteria.keepers import keeper_of
from labkit.grading.criteria.objects import as_selector, evidence, labelled, name_of, names_of
from labkit.grading.criteria.pods import trouble_of
from labkit.grading.criteria.rollouts import trouble
from labkit.grading.criteria.workloads import deployment_settled, deployments_with, leftover_pods
from labkit.grading.snapshot import Object, Snapshot
from labkit.grading.verdict import Finding, not_started, not_yet, passed
from labkit.kube.conditions import pod_ready

Labels = Mapping[str, str]


def pods_of_app(snapshot: Snapshot, labels: Labels) -> list[Object]:
    """Oldest first; those on their way out are not among them."""
    pods = labelled(snapshot.objects("Pod"), labels)
    leaving = leftover_pods(pods)
    staying = [pod for pod in pods if pod not in leaving]
    return sorted(staying, key=lambda pod: str(pod["metadata"].get("creationTimestamp", "")))


def apps_kept(snapshot: Snapshot, apps: Sequence[Labels]) -> Finding:
    """Each has Pods of its own, all ready, and somebody who would make them again."""
    if not any(pods_of_app(snapshot, labels) for labels in apps):
        return not_started(
            "apps.none",
            seen=say("None of these Pods is here: {labels}.", labels=_listed(apps)),
            next_step=say("Begin with the last of the chain, which calls nobody."),
        )
    for labels in apps:
        found = app_trouble(snapshot, labels)
        if found:
            return found
    return passed(say("Each of these runs and is kept: {labels}.", labels=_listed(apps)))


def app_trouble(snapshot: Snapshot, labels: Labels) -> Finding | None:
    """None when it runs and is kept."""
    if deployments_with(snapshot, labels):
        return trouble(deployment_settled(snapshot, labels))
    pods = pods_of_app(snapshot, labels)
    if not pods:
        return _missing(labels)
    alone = [pod for pod in pods if keeper_of(pod).partition(" ")[0] in ("", "Job")]
    if alone:
        return _by_hand(alone)
    waiting = [pod for pod in pods if not pod_ready(pod)]
    return _starting(waiting) if waiting else None


def _listed(apps: Sequence[Labels]) -> str:
    return ", ".join(as_selector(labels) for labels in apps)


def _missing(labels: Labels) -> Finding:
    return not_yet(
        "apps.missing",
        seen=say("There is no Pod with the label {label}.", label=as_selector(labels)),
        expected=say("Each service runs in Pods of its own."),
        why=say("What shares a Pod starts, grows and dies together; services need not."),
        next_step=say("Give it a Deployment of its own, with this label in the template."),
    )


def _by_hand(pods: Sequence[Object]) -> Finding:
    return not_yet(
        "apps.by_hand",
        seen=say("Nobody would make these again: {pods}.", pods=quoted(names_of(pods), longest=90)),
        expected=say("A Deployment, or another kind that keeps Pods running, made them."),
        why=say("restartPolicy starts a container again; it does not bring back a Pod."),
        next_step=say("Put the Pod into the template of a Deployment."),
        evidence=evidence(*pods),
    )


def _starting(pods: Sequence[Object]) -> Finding:
    found = trouble_of(pods)
    return not_yet(
        "apps.starting",
        seen=say("Pod {name} is not ready.", name=name_of(pods[0])),
        expected=say("All of them are ready."),
        why=found.why if found else say("The cluster is still working on it."),
        next_step=found.next_step if found else say("Check again in a moment."),
        evidence=evidence(*pods),
        settling=not found or found.passing,
    )
