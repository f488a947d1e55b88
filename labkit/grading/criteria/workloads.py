"""Deployments: found by name or by the label of their Pods, settled or not, and why not."""

from collections.abc import Mapping, Sequence

from labkit.foundation.text import say
from labkit.grading.criteria.answers import quoted
from labkit.grading.criteria.events import events_in
from labkit.grading.criteria.explanation import Explanation
from labkit.grading.criteria.objects import (
    as_selector,
    evidence,
    has_labels,
    labelled,
    labels_of,
    name_of,
    names_of,
    selects,
)
from labkit.grading.criteria.pods import trouble_of
from labkit.grading.criteria.refusals import why_no_pods
from labkit.grading.snapshot import Object, Snapshot
from labkit.grading.verdict import Evidence, Finding, not_started, not_yet, passed
from labkit.kube.conditions import deployment_available, is_leaving

STUCK = "deployment.stuck"


def deployment_called(view: Snapshot, name: str) -> Object | None:
    found = (one for one in view.objects("Deployment") if name_of(one) == name)
    return next(found, None)


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
    return best([settled(snapshot, item, at_least=at_least) for item in found])


def best(findings: Sequence[Finding]) -> Finding:
    """Of several candidates for one role the one that comes nearest counts."""
    return max(findings, key=lambda finding: (finding.holds, finding.settling))


def pods_of(deployment: Object, pods: Sequence[Object]) -> list[Object]:
    return [pod for pod in pods if selects(deployment["spec"]["selector"], labels_of(pod))]


def leftover_pods(pods: Sequence[Object]) -> list[Object]:
    """Pods on their way out. Once a Deployment is rolled out, older revisions are among them."""
    return [pod for pod in pods if is_leaving(pod)]


def why_stuck(snapshot: Snapshot, deployment: Object, pods: Sequence[Object]) -> Explanation | None:
    """Pods that are refused, or Pods that do not run."""
    events = events_in(snapshot)
    return why_no_pods(deployment, events) or trouble_of(pods, events)


def settled(snapshot: Snapshot, deployment: Object, *, at_least: int = 1) -> Finding:
    """One Deployment: at least so many Pods, all available, none of an older revision left."""
    pods = pods_of(deployment, snapshot.objects("Pod"))
    name, wanted = name_of(deployment), deployment["spec"].get("replicas", 1)
    if wanted < at_least:
        return _too_few(deployment, wanted, at_least)
    if not deployment_available(deployment):
        return _unfinished(deployment, pods, why_stuck(snapshot, deployment, pods))
    leftover = leftover_pods(pods)
    if leftover:
        count = len(leftover)
        seen = say(
            "{count} old Pods of Deployment {name} are still ending.", count=count, name=name
        )
        return _moving(seen, evidence(deployment, *leftover))
    return passed(
        say("Deployment {name} has {wanted} of {wanted} Pods available.", name=name, wanted=wanted),
        evidence=evidence(deployment),
    )


def exactly(deployment: Object, copies: int) -> Finding | None:
    """None when it asks for so many Pods, and for no more."""
    wanted = deployment["spec"].get("replicas", 1)
    if wanted == copies:
        return None
    name = name_of(deployment)
    return not_yet(
        "deployment.other_count",
        seen=say("Deployment {name} asks for this many Pods: {wanted}.", name=name, wanted=wanted),
        expected=say("It asks for {copies}.", copies=copies),
        why=say("The number in its spec is what the cluster keeps, no more and no fewer."),
        next_step=say("Set spec.replicas to {copies}, and apply.", copies=copies),
        evidence=evidence(deployment),
    )


def _too_few(deployment: Object, wanted: int, at_least: int) -> Finding:
    name = name_of(deployment)
    scale = f"kubectl scale deployment {name} --replicas={at_least}"
    return not_yet(
        "deployment.too_few",
        seen=say("Deployment {name} asks for this many Pods: {wanted}.", name=name, wanted=wanted),
        expected=say("It asks for at least {least}.", least=at_least),
        why=say("Where one copy is all there is, nobody answers when it goes."),
        next_step=say("Correct its file and apply it, or run `{command}`.", command=scale),
        evidence=evidence(deployment),
    )


def _unfinished(deployment: Object, pods: list[Object], trouble: Explanation | None) -> Finding:
    available = (deployment.get("status") or {}).get("availableReplicas", 0)
    wanted = deployment["spec"].get("replicas", 1)
    name = name_of(deployment)
    seen = (
        say("Deployment {name} still has old Pods; its newest ones are not ready.", name=name)
        if available >= wanted
        else say(
            "Deployment {name} has {available} of {wanted} Pods available.",
            name=name,
            available=available,
            wanted=wanted,
        )
    )
    if not trouble or trouble.passing:
        return _moving(seen, evidence(deployment), trouble)
    return not_yet(
        STUCK,
        seen=seen,
        expected=say("All of them are available."),
        why=trouble.why,
        next_step=trouble.next_step,
        evidence=evidence(deployment, *pods),
    )


def _moving(
    seen: str, looked_at: tuple[Evidence, ...], trouble: Explanation | None = None
) -> Finding:
    return not_yet(
        "deployment.rolling",
        seen=seen,
        expected=say("All of them are available, and none of an older revision is left."),
        why=trouble.why if trouble else say("The cluster is still working on it."),
        next_step=trouble.next_step
        if trouble
        else say("Watch with `kubectl get pods --watch`, then check again."),
        evidence=looked_at,
        settling=True,
    )


def _none(snapshot: Snapshot, labels: Mapping[str, str]) -> Finding:
    """No Deployment has such Pods: it carries the label itself, or there are only Pods, or none."""
    label = as_selector(labels)
    outside = labelled(snapshot.objects("Deployment"), labels)
    bare = labelled(snapshot.objects("Pod"), labels)
    if outside:
        return _pods_unlabelled(outside, label)
    if bare:
        return _bare_pods(bare, label)
    return not_started(
        "deployment.missing",
        seen=say("No Deployment here has Pods with the label {label}.", label=label),
        next_step=say("Create one; `kubectl create deployment --help` shows the quick way."),
    )


def _pods_unlabelled(deployments: Sequence[Object], label: str) -> Finding:
    names = names_of(deployments)
    return not_yet(
        "deployment.pods_unlabelled",
        seen=say(
            "Deployment {name} has the label {label}, its Pods do not.", name=names, label=label
        ),
        expected=say("The Pods carry the label {label}.", label=label),
        why=say("A Service finds Pods by the labels of the Pods."),
        next_step=say("Add it under spec.template.metadata.labels, and to the selector."),
        evidence=evidence(*deployments),
    )


def _bare_pods(pods: Sequence[Object], label: str) -> Finding:
    names = quoted(names_of(pods), longest=80)
    return not_yet(
        "deployment.bare_pods",
        seen=say(
            "Pods with the label {label}: {names}; no Deployment owns them.",
            label=label,
            names=names,
        ),
        expected=say("A Deployment whose Pods have the label {label}.", label=label),
        why=say("Nobody brings back a Pod that was made by hand."),
        next_step=say("Write a Deployment with this label in its Pod template."),
        evidence=evidence(*pods),
    )
