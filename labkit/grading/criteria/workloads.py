"""Deployments: found by the label of their Pods, settled or not, and why not."""

from collections.abc import Mapping, Sequence

from labkit.foundation.text import say
from labkit.grading.criteria.objects import (
    as_selector,
    condition,
    evidence,
    has_labels,
    labelled,
    labels_of,
    name_of,
    names_of,
    selects,
)
from labkit.grading.criteria.pods import trouble_of
from labkit.grading.snapshot import Object, Snapshot
from labkit.grading.verdict import Evidence, Finding, State, not_started, not_yet, passed


def deployments_with(snapshot: Snapshot, labels: Mapping[str, str]) -> list[Object]:
    """Those whose Pods carry the labels."""
    return [
        item
        for item in snapshot.objects("Deployment")
        if has_labels(item["spec"]["template"], labels)
    ]


def deployment_settled(
    snapshot: Snapshot, labels: Mapping[str, str], *, at_least: int = 1
) -> Finding:
    """A Deployment whose Pods carry `labels` has at least so many, all available, none old."""
    found = deployments_with(snapshot, labels)
    if not found:
        return _none(snapshot, labels)
    pods = snapshot.objects("Pod")
    return best([_settled(item, pods_of(item, pods), at_least) for item in found])


def best(findings: Sequence[Finding]) -> Finding:
    """Of several candidates for one role the one that comes nearest counts."""
    return max(findings, key=lambda finding: (finding.state is State.PASSED, finding.settling))


def pods_of(deployment: Object, pods: Sequence[Object]) -> list[Object]:
    return [pod for pod in pods if selects(deployment["spec"]["selector"], labels_of(pod))]


def is_rolled_out(deployment: Object) -> bool:
    """The controller has seen the newest template and every copy is of it and available."""
    wanted = deployment["spec"].get("replicas", 1)
    status = deployment.get("status") or {}
    counts = ("replicas", "updatedReplicas", "readyReplicas", "availableReplicas")
    return status.get("observedGeneration") == deployment["metadata"].get("generation") and all(
        status.get(count, 0) == wanted for count in counts
    )


def leftover_pods(pods: Sequence[Object]) -> list[Object]:
    """Pods on their way out. Once a Deployment is rolled out, older revisions are among them."""
    return [pod for pod in pods if "deletionTimestamp" in pod["metadata"]]


def _settled(deployment: Object, pods: list[Object], at_least: int) -> Finding:
    name, wanted = name_of(deployment), deployment["spec"].get("replicas", 1)
    if wanted < at_least:
        return not_yet(
            "deployment.too_few",
            seen=say("Deployment {name} asks for {wanted} of its Pods.", name=name, wanted=wanted),
            expected=say("It asks for at least {least}.", least=at_least),
            why=say("A single copy is a single point of failure: when it goes, nobody answers."),
            next_step=say(
                "Run `kubectl scale deployment {name} --replicas={least}`.",
                name=name,
                least=at_least,
            ),
            evidence=evidence(deployment),
        )
    if not is_rolled_out(deployment):
        return _unfinished(deployment, pods)
    leftover = leftover_pods(pods)
    if leftover:
        return _moving(
            say(
                "{count} old Pods of Deployment {name} are still ending.",
                count=len(leftover),
                name=name,
            ),
            evidence(deployment, *leftover),
        )
    return passed(
        say("Deployment {name} has {wanted} of {wanted} Pods available.", name=name, wanted=wanted),
        evidence=evidence(deployment),
    )


def _unfinished(deployment: Object, pods: list[Object]) -> Finding:
    status = deployment.get("status") or {}
    seen = say(
        "Deployment {name} has {available} of {wanted} Pods available.",
        name=name_of(deployment),
        available=status.get("availableReplicas", 0),
        wanted=deployment["spec"].get("replicas", 1),
    )
    trouble = trouble_of(pods)
    refused = condition(deployment, "ReplicaFailure")
    if trouble:
        return _stuck(seen, trouble.why, trouble.next_step, evidence(deployment, *pods))
    if refused.get("status") == "True":
        return _stuck(
            seen,
            say("The API server refuses more Pods: {reason}", reason=refused.get("message", "")),
            say(
                "Read the Deployment's conditions: `kubectl describe deployment {name}`.",
                name=name_of(deployment),
            ),
            evidence(deployment),
        )
    return _moving(seen, evidence(deployment))


def _stuck(seen: str, why: str, next_step: str, looked_at: tuple[Evidence, ...]) -> Finding:
    return not_yet(
        "deployment.stuck",
        seen=seen,
        expected=say("All of them are available."),
        why=why,
        next_step=next_step,
        evidence=looked_at,
    )


def _moving(seen: str, looked_at: tuple[Evidence, ...]) -> Finding:
    return not_yet(
        "deployment.rolling",
        seen=seen,
        expected=say("All of them are available, and none of an older revision is left."),
        why=say("The cluster is still working on it."),
        next_step=say("Watch with `kubectl get pods --watch`, then check again."),
        evidence=looked_at,
        settling=True,
    )


def _none(snapshot: Snapshot, labels: Mapping[str, str]) -> Finding:
    selector = as_selector(labels)
    outside = labelled(snapshot.objects("Deployment"), labels)
    if outside:
        return not_yet(
            "deployment.pods_unlabelled",
            seen=say(
                "Deployment {name} has the label {label}, its Pods do not.",
                name=names_of(outside),
                label=selector,
            ),
            expected=say("The Pods carry the label {label}.", label=selector),
            why=say("A Service finds Pods by the labels of the Pods."),
            next_step=say(
                "Add the label under spec.template.metadata.labels, and to the selector."
            ),
            evidence=evidence(*outside),
        )
    bare = labelled(snapshot.objects("Pod"), labels)
    if bare:
        return not_yet(
            "deployment.bare_pods",
            seen=say(
                "Pods with the label {label}: {names}; no Deployment owns them.",
                label=selector,
                names=names_of(bare),
            ),
            expected=say("A Deployment whose Pods have the label {label}.", label=selector),
            why=say("Nobody brings back a Pod that was made by hand."),
            next_step=say("Write a Deployment with this label in its Pod template."),
            evidence=evidence(*bare),
        )
    return not_started(
        "deployment.missing",
        seen=say("No Deployment here has Pods with the label {label}.", label=selector),
        next_step=say("Create one; `kubectl create deployment --help` shows the quick way."),
    )
