"""A Deployment that drifted away from what was agreed: brought back, as the same object."""

from collections.abc import Mapping
from typing import Any

from labkit.foundation.text import say
from labkit.grading.criteria.kept import is_noted
from labkit.grading.criteria.objects import evidence, name_of
from labkit.grading.criteria.rollouts import deployment_for, not_before, trouble
from labkit.grading.criteria.templates import template_differences
from labkit.grading.criteria.workloads import settled
from labkit.grading.snapshot import Object, Snapshot
from labkit.grading.verdict import Finding, not_started, not_yet, passed

AGREED = "agreed"
DRIFTED = "drifted"
"""What setup noted of the Deployment before and after: uid, replicas, template."""


def back_as_agreed(snapshot: Snapshot, labels: Mapping[str, str], name: str) -> Finding:
    """Count and template mean what was agreed, with nothing added."""
    deployment = _subject(snapshot, labels, name)
    if deployment is None:
        return _missing(name)
    differing = _differences(snapshot, AGREED, deployment)
    if not differing:
        seen = say("Deployment {name} is as agreed, field by field.", name=name_of(deployment))
        return passed(seen, evidence=evidence(deployment))
    if not _differences(snapshot, DRIFTED, deployment):
        return not_started(
            "drift.untouched",
            seen=say("Deployment {name} is as the night left it.", name=name_of(deployment)),
            next_step=say("Let the cluster tell you the difference: `kubectl diff -f <file>`."),
        )
    return _differs(deployment, differing)


def same_deployment(snapshot: Snapshot, labels: Mapping[str, str], name: str) -> Finding:
    """Something was brought back, and in the Deployment that setup made."""
    deployment = _subject(snapshot, labels, name)
    if deployment is None:
        return _missing(name)
    if not is_noted(snapshot, AGREED, deployment):
        return not_yet(
            "drift.made_anew",
            seen=say("Deployment {name} is another than yesterday's.", name=name_of(deployment)),
            expected=say("The Deployment of yesterday, with its uid and its history."),
            why=say("Between delete and create nobody served; that is what one wants to avoid."),
            next_step=say("Run `labkit reset {id}`, and delete nothing.", id=snapshot.exercise),
            evidence=evidence(deployment),
        )
    return _untouched(snapshot, deployment) or passed(
        say("Deployment {name} is the one of yesterday.", name=name_of(deployment)),
        evidence=evidence(deployment),
    )


def settled_as_agreed(snapshot: Snapshot, labels: Mapping[str, str], name: str) -> Finding:
    """Once it is as agreed: its Pods are too."""
    before = back_as_agreed(snapshot, labels, name)
    deployment = _subject(snapshot, labels, name)
    if trouble(before) or deployment is None:
        return not_before(before)
    if deployment["spec"].get("paused"):
        return not_yet(
            "drift.paused",
            seen=say("The rollout of Deployment {name} is paused.", name=name_of(deployment)),
            expected=say("Its Pods follow its template."),
            why=say("A paused Deployment takes changes and does not act on them."),
            next_step=say("Go on: `kubectl rollout resume deployment/{n}`.", n=name_of(deployment)),
            evidence=evidence(deployment),
        )
    return settled(snapshot, deployment, at_least=int(snapshot.noted(AGREED, "spec.replicas")))


def _subject(snapshot: Snapshot, labels: Mapping[str, str], name: str) -> Object | None:
    """The noted object if it is there, whatever stands beside it."""
    same = [one for one in snapshot.objects("Deployment") if is_noted(snapshot, AGREED, one)]
    return same[0] if same else deployment_for(snapshot, labels, name)


def _differences(snapshot: Snapshot, note: str, deployment: Object) -> list[str]:
    spec: Mapping[str, Any] = deployment["spec"]
    found = template_differences(spec["template"], snapshot.noted(note, "spec.template"))
    seen, wanted = spec.get("replicas", 1), snapshot.noted(note, "spec.replicas")
    if seen != wanted:
        found.insert(0, say("spec.replicas: {seen} instead of {wanted}.", seen=seen, wanted=wanted))
    return found


def _untouched(snapshot: Snapshot, deployment: Object) -> Finding | None:
    if _differences(snapshot, DRIFTED, deployment):
        return None
    return not_started(
        "drift.untouched",
        seen=say("Deployment {name} is as the night left it.", name=name_of(deployment)),
        next_step=say("First bring something back to what was agreed."),
    )


def _missing(name: str) -> Finding:
    return not_yet(
        "drift.gone",
        seen=say("Deployment {name} is not there any more.", name=name),
        expected=say("It is there, as agreed."),
        why=say("It was there at the start; somebody deleted it."),
        next_step=say("Run `labkit reset` for this exercise, and delete nothing."),
    )


def _differs(deployment: Object, differing: list[str]) -> Finding:
    return not_yet(
        "drift.differs",
        seen=say(
            "Deployment {name} still differs in {count} places: {first}",
            name=name_of(deployment),
            count=len(differing),
            first=differing[0],
        ),
        expected=say("It differs in none, and has nothing that was not agreed."),
        why=say("Applying restores what the file states; what it never mentioned stays."),
        next_step=say("Compare again: `kubectl diff -f <file>`, and look at the object itself."),
        evidence=evidence(deployment),
        differences=differing,
    )
