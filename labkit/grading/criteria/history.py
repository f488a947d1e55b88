"""What a Deployment was and is: the object that setup noted, its templates, its revisions.

Templates are compared by what they make run: lists of named things in any order, quantities as
quantities, and annotations, which Kubernetes and its tools write themselves, not at all.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from labkit.foundation.text import say
from labkit.grading.criteria.answers import quoted
from labkit.grading.criteria.kept import is_noted
from labkit.grading.criteria.objects import evidence, name_of, owned_by
from labkit.grading.criteria.pods import trouble_of
from labkit.grading.criteria.workloads import (
    best,
    deployment_settled,
    deployments_with,
    pods_of,
    settled,
)
from labkit.grading.snapshot import Object, Snapshot
from labkit.grading.verdict import Finding, not_started, not_yet, passed
from labkit.kube.conditions import deployment_available
from labkit.kube.quantities import same_quantity

Labels = Mapping[str, str]
Difference = tuple[str, str, str]
"""Where two templates differ, the first's value, the second's."""


def good_release_runs(
    snapshot: Snapshot, labels: Labels, *, good: str, bad: str, at_least: int
) -> Finding:
    """The Deployment is settled, and its template means what setup noted as `good`."""
    found = deployments_with(snapshot, labels)
    same = [item for item in found if is_noted(snapshot, good, item)]
    if not found:
        return deployment_settled(snapshot, labels)
    wanted, failed = (snapshot.noted(key, "spec.template") for key in (good, bad))
    return best([_returned(snapshot, d, wanted, failed, at_least=at_least) for d in same or found])


def failed_release_kept(
    snapshot: Snapshot, labels: Labels, *, good: str, bad: str, before: Finding
) -> Finding:
    """Once `before` passed: the same Deployment, and the failed template in its history, at 0."""
    if not before.holds:
        return not_started(
            "history.first",
            seen=say("The good release is not back yet; history is looked at after that."),
            next_step=say("First let the Deployment return to its last good release."),
        )
    same = [d for d in deployments_with(snapshot, labels) if is_noted(snapshot, good, d)]
    if not same:
        return _made_anew(snapshot)
    failed = snapshot.noted(bad, "spec.template")
    kept = [
        item for item in revisions_of(snapshot, same[0]) if not template_differences(item, failed)
    ]
    if not kept:
        return _forgotten(snapshot, same[0])
    return _kept(same[0], kept[0])


def _returned(
    snapshot: Snapshot, deployment: Object, wanted: Object, failed: Object, *, at_least: int
) -> Finding:
    if not template_differences(deployment, failed):
        return _still_failing(snapshot, deployment)
    differing = template_differences(deployment, wanted)
    if differing:
        return _other_release(deployment, differing)
    if deployment["spec"].get("replicas", 1) >= at_least and deployment_available(deployment):
        return _runs(deployment)  # Pods of the failed release may still be ending; they never ran
    return settled(snapshot, deployment, at_least=at_least)


def _runs(deployment: Object) -> Finding:
    return passed(
        say(
            "Deployment {name} runs its last good release: {count} of {count} Pods available.",
            name=name_of(deployment),
            count=deployment["spec"].get("replicas", 1),
        ),
        evidence=evidence(deployment),
    )


def revisions_of(snapshot: Snapshot, deployment: Object) -> list[Object]:
    """ReplicaSets that the Deployment owns."""
    return owned_by(snapshot.objects("ReplicaSet"), [deployment])


def template_differences(one: Mapping[str, Any], other: Mapping[str, Any]) -> list[Difference]:
    """Where they mean different things. A Deployment or a ReplicaSet stands for its template."""
    return list(_differences(_pod_spec(one), _pod_spec(other), ""))


def _pod_spec(found: Mapping[str, Any]) -> Mapping[str, Any]:
    spec: Mapping[str, Any] = found["spec"]
    template: Mapping[str, Any] = spec.get("template", found)
    return template["spec"] or {}


def _differences(one: Any, other: Any, path: str) -> Iterator[Difference]:
    one, other = _by_name(one), _by_name(other)
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        for key in sorted({*one, *other}):
            place = f"{path}.{key}" if path else str(key)
            yield from _differences(one.get(key), other.get(key), place)
    elif (one or None) != (other or None) and not _same_amount(path, one, other):
        yield path, _shown(one), _shown(other)


def _by_name(value: Any) -> Any:
    """Containers, variables, volumes by their names, ports by their numbers."""
    if isinstance(value, list) and value and all(isinstance(item, Mapping) for item in value):
        for key in ("name", "containerPort", "mountPath"):
            named = {str(item[key]): _without(item, key) for item in value if key in item}
            if len(named) == len(value):
                return named
    if value is None or value == []:
        return {}
    return value


def _without(item: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    return {name: value for name, value in item.items() if name != key}


def _same_amount(path: str, one: Any, other: Any) -> bool:
    return ".resources." in path and same_quantity(str(one), str(other))


def _shown(value: Any) -> str:
    return quoted(str(value)) if value not in (None, {}, "") else say("not set")


def _still_failing(snapshot: Snapshot, deployment: Object) -> Finding:
    pods = pods_of(deployment, snapshot.objects("Pod"))
    trouble = trouble_of(pods)
    name = name_of(deployment)
    return not_yet(
        "release.still_failing",
        seen=say(
            "Deployment {name} still asks for this morning's release: {available} of {wanted} "
            "Pods are available.",
            name=name,
            available=(deployment.get("status") or {}).get("availableReplicas", 0),
            wanted=deployment["spec"].get("replicas", 1),
        ),
        expected=say("It asks for the last release that worked."),
        why=trouble.why if trouble else say("That release cannot start; new Pods share its fate."),
        next_step=say("Look at its history: `kubectl rollout history deployment/{n}`.", n=name),
        evidence=evidence(deployment, *pods),
    )


def _other_release(deployment: Object, differing: Sequence[Difference]) -> Finding:
    place, seen, expected = differing[0]
    what = place.rpartition("containers.")[2].removesuffix(".value")
    return not_yet(
        "release.another",
        seen=say(
            "In Deployment {name}, {what} is {seen}.",
            name=name_of(deployment),
            what=what,
            seen=seen,
        ),
        expected=say("In the last release that worked it is {expected}.", expected=expected),
        why=say("It runs, and it is not what visitors had before this morning."),
        next_step=say(
            "Compare revisions: `kubectl rollout history deployment/{name} --revision=<number>`.",
            name=name_of(deployment),
        ),
        evidence=evidence(deployment),
        differences=[
            say("{path}: {seen} instead of {wanted}.", path=path, seen=is_, wanted=wanted)
            for path, is_, wanted in differing
        ],
    )


def _made_anew(snapshot: Snapshot) -> Finding:
    return not_yet(
        "history.made_anew",
        seen=say("The Deployment is not the one of this morning: its uid is another."),
        expected=say("The same Deployment returns to its earlier release."),
        why=say("A Deployment that is deleted takes its history with it."),
        next_step=say("Run `labkit reset {id}`, and let it go back.", id=snapshot.exercise),
    )


def _forgotten(snapshot: Snapshot, deployment: Object) -> Finding:
    return not_yet(
        "history.forgotten",
        seen=say(
            "No ReplicaSet of Deployment {name} holds the failed release any more.",
            name=name_of(deployment),
        ),
        expected=say("It is kept in the history, with 0 Pods."),
        why=say("Each revision is a ReplicaSet; without it nobody can see what went wrong."),
        next_step=say("Run `labkit reset {id}`, and delete nothing.", id=snapshot.exercise),
        evidence=evidence(deployment),
    )


def _kept(deployment: Object, revision: Object) -> Finding:
    name = name_of(revision)
    count = revision["spec"].get("replicas", 1)
    if not count:
        seen = say("ReplicaSet {name} keeps the failed release, with 0 Pods.", name=name)
        return passed(seen, evidence=evidence(deployment, revision))
    return not_yet(
        "history.still_wanted",
        seen=say("ReplicaSet {name} still wants this many Pods: {count}.", name=name, count=count),
        expected=say("It wants 0: the Deployment has turned away from it."),
        why=say("The cluster is still working on it."),
        next_step=say("Watch with `kubectl get replicasets`, then check again."),
        evidence=evidence(deployment),
        settling=True,
    )
