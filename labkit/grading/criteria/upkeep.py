"""A Pod made by hand that gets a keeper: who makes its successors, how many, under which name."""

from collections.abc import Mapping, Sequence

from labkit.foundation.text import say
from labkit.grading.criteria.answers import quoted
from labkit.grading.criteria.inner_pages import answers_inside
from labkit.grading.criteria.keepers import keeper_of
from labkit.grading.criteria.kept import is_noted
from labkit.grading.criteria.objects import (
    as_selector,
    evidence,
    labelled,
    name_of,
    names_of,
    owned_by,
)
from labkit.grading.criteria.pods import trouble_of
from labkit.grading.criteria.rollouts import not_before, trouble
from labkit.grading.snapshot import Object, Snapshot
from labkit.grading.verdict import Finding, not_started, not_yet, passed
from labkit.kube.conditions import is_leaving, pod_ready

KEEPERS = ("ReplicaSet", "StatefulSet", "DaemonSet")
"""Kinds that make a Pod again for as long as they are there; a Job ends."""
Labels = Mapping[str, str]


def has_keeper(snapshot: Snapshot, labels: Labels, *, copies: int, old: str) -> Finding:
    """So many Ready Pods with the labels, kept by one that wants so many. `old` is a note."""
    pods = _staying(snapshot, labels)
    keepers = [one for kind in KEEPERS for one in snapshot.objects(kind) if owned_by(pods, [one])]
    if not keepers:
        return _nobody(snapshot, pods, labels, old)
    keeper = max(keepers, key=lambda one: len(owned_by(pods, [one])))
    wanted, kept = _wanted(snapshot, keeper), owned_by(pods, [keeper])
    if wanted != copies:
        return _other_count(keeper, wanted, copies)
    ready = [pod for pod in kept if pod_ready(pod)]
    if len(ready) < copies:
        return _starting(keeper, kept, len(ready), copies)
    seen = say(
        "{keeper} keeps {count} Pods: {names}.",
        keeper=f"{keeper['kind']} {name_of(keeper)}",
        count=copies,
        names=quoted(names_of(ready), longest=90),
    )
    return passed(seen, evidence=evidence(keeper, *ready))


def old_pod_gone(snapshot: Snapshot, labels: Labels, *, old: str, keeper: Finding) -> Finding:
    """Once there is a keeper: the noted Pod is away, and no other is without one."""
    if trouble(keeper):
        return not_before(keeper)
    alone = [
        pod
        for pod in _staying(snapshot, labels)
        if is_noted(snapshot, old, pod) or not keeper_of(pod)
    ]
    if not alone:
        return passed(say("Every Pod with the label {l} has a keeper.", l=as_selector(labels)))
    return not_yet(
        "upkeep.old_there",
        seen=say("Pod {name} of the time before is still there.", name=name_of(alone[0])),
        expected=say("Every Pod here was made by its keeper."),
        why=say("Made by hand, it follows no template; the next change would pass it by."),
        next_step=say("Take it away: `kubectl delete pod {name}`.", name=name_of(alone[0])),
        evidence=evidence(*alone),
    )


def same_name_serves(
    snapshot: Snapshot, labels: Labels, *, name: str, port: int, version: str, before: Finding
) -> Finding:
    """Once the old Pod is gone: the noted Service is answered by kept Pods of that version."""
    if trouble(before):
        return not_before(before)
    service = next((one for one in snapshot.objects("Service") if name_of(one) == name), None)
    if service is None or not is_noted(snapshot, "service", service):
        return not_yet(
            "upkeep.other_service",
            seen=say("The Service {name} of the start is not there any more.", name=name),
            expected=say("It is there, as it was."),
            why=say("Callers know its name, and the nodes its address."),
            next_step=say("Run `labkit reset {id}`, and keep the Service.", id=snapshot.exercise),
        )
    kept = [pod for pod in _staying(snapshot, labels) if keeper_of(pod)]
    answered = answers_inside(snapshot, service, kept, port=port)
    return trouble(answered) or _of_version(snapshot, service, version) or answered


def _of_version(snapshot: Snapshot, service: Object, version: str) -> Finding | None:
    """None when whoever answers says this version."""
    replies = [one for one in snapshot.replies("service") if one.service == name_of(service)]
    others = {str(one.facts.get("version", "")) for one in replies} - {version}
    if not others:
        return None
    return not_yet(
        "upkeep.other_version",
        seen=say(
            "Service {name} is answered with the version {seen}.",
            name=name_of(service),
            seen=quoted(", ".join(sorted(others)) or say("none"), longest=60),
        ),
        expected=say("The version is {version}.", version=version),
        why=say("A new copy has the settings of its template; it knows nothing of the old Pod's."),
        next_step=say("Set VERSION under `env` in the template, and apply."),
        evidence=evidence(service),
        settling=True,
    )


def _staying(snapshot: Snapshot, labels: Labels) -> list[Object]:
    return [pod for pod in labelled(snapshot.objects("Pod"), labels) if not is_leaving(pod)]


def _wanted(snapshot: Snapshot, keeper: Object) -> int:
    """What it is to keep; of a ReplicaSet's Deployment, where it has one."""
    if keeper["kind"] == "DaemonSet":
        return int((keeper.get("status") or {}).get("desiredNumberScheduled", 0))
    above = [one for one in snapshot.objects("Deployment") if owned_by([keeper], [one])]
    return int((above or [keeper])[0]["spec"].get("replicas", 1))


def _nobody(snapshot: Snapshot, pods: Sequence[Object], labels: Labels, old: str) -> Finding:
    jobs = [pod for pod in pods if keeper_of(pod).startswith("Job ")]
    if jobs:
        return not_yet(
            "upkeep.job",
            seen=say("Pod {name} belongs to a Job.", name=name_of(jobs[0])),
            expected=say("A keeper that wants two copies at any time."),
            why=say("A Job is done when its Pod ends; what serves is never done."),
            next_step=say("Which kind keeps a number of copies, and replaces them?"),
            evidence=evidence(*jobs),
        )
    if pods and not all(is_noted(snapshot, old, pod) for pod in pods):
        return not_yet(
            "upkeep.by_hand",
            seen=say("Made by hand: {names}.", names=quoted(names_of(pods), longest=110)),
            expected=say("Every copy has a keeper that would make another."),
            why=say(
                "The kubelet restarts a container; nobody replaces a Pod, or one on a lost node."
            ),
            next_step=say("Write a Deployment for such Pods."),
            evidence=evidence(*pods),
        )
    return not_started(
        "upkeep.nobody",
        seen=say("No Pod with the label {label} has a keeper.", label=as_selector(labels)),
        next_step=say("Which object's job is to compare what is wanted with what is there?"),
    )


def _other_count(keeper: Object, wanted: int, copies: int) -> Finding:
    return not_yet(
        "upkeep.count",
        seen=say(
            "{keeper} wants this many copies: {wanted}.",
            keeper=f"{keeper['kind']} {name_of(keeper)}",
            wanted=wanted,
        ),
        expected=say("It wants {copies}.", copies=copies),
        why=say("Two copies at any time, so that one may go while the other serves."),
        next_step=say("Set spec.replicas, and apply."),
        evidence=evidence(keeper),
    )


def _starting(keeper: Object, pods: Sequence[Object], ready: int, copies: int) -> Finding:
    found = trouble_of(pods, ())
    return not_yet(
        "upkeep.starting",
        seen=say(
            "Of {keeper}, {ready} of {copies} Pods are ready.",
            keeper=f"{keeper['kind']} {name_of(keeper)}",
            ready=ready,
            copies=copies,
        ),
        expected=say("All of them are ready."),
        why=found.why if found else say("The cluster is still working on it."),
        next_step=found.next_step if found else say("Check again in a moment."),
        evidence=evidence(keeper, *pods),
        settling=not found or found.passing,
    )
