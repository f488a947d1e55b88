"""A Pod that is to be marked with a label: the one that setup noted, and no other."""

from collections.abc import Sequence

from labkit.foundation.text import say
from labkit.grading.criteria.answers import quoted
from labkit.grading.criteria.kept import is_noted
from labkit.grading.criteria.objects import (
    annotations_of,
    evidence,
    labels_of,
    name_of,
    names_of,
)
from labkit.grading.snapshot import Object, Snapshot
from labkit.grading.verdict import Finding, not_started, not_yet, passed
from labkit.kube.conditions import restarts

Mark = tuple[str, str]
"""Key and value of a label."""


def noted_pod_marked(snapshot: Snapshot, key: str, mark: Mark, *, clue: str) -> Finding:
    """The Pod that setup noted as `key` carries the mark. `clue` says where to look for it."""
    label, wanted = mark
    pods = snapshot.objects("Pod")
    subject = next((pod for pod in pods if is_noted(snapshot, key, pod)), None)
    if subject is None:
        return _gone(snapshot)
    if labels_of(subject).get(label) == wanted:
        seen = say("Pod {name} carries the label {mark}.", name=name_of(subject), mark=_text(mark))
        return passed(seen, evidence=evidence(subject))
    if label in labels_of(subject):
        return _other_value(subject, mark)
    if label in annotations_of(subject):
        return _annotation(subject, mark)
    strangers = _marked(pods, mark)
    return _wrong_one(strangers, mark, clue) if strangers else _nobody(mark, clue)


def no_other_pod_marked(snapshot: Snapshot, key: str, mark: Mark) -> Finding:
    """Some Pod carries the mark, and none but the noted one."""
    found = _marked(snapshot.objects("Pod"), mark)
    if not found:
        return _nobody(mark, say("Look which Pod it is, then label it."))
    others = [pod for pod in found if not is_noted(snapshot, key, pod)]
    if not others:
        return passed(say("Only {name} carries the label.", name=names_of(found)))
    return not_yet(
        "mark.others",
        seen=say("These Pods carry {mark} too: {names}.", mark=_text(mark), names=_names(others)),
        expected=say("One Pod carries it, and no other."),
        why=say("Whoever follows the label would look after a Pod that is well."),
        next_step=say(
            "Take it off again: `kubectl label pod {name} {key}-`.",
            name=name_of(others[0]),
            key=mark[0],
        ),
        evidence=evidence(*others),
    )


def _marked(pods: Sequence[Object], mark: Mark) -> list[Object]:
    return [pod for pod in pods if labels_of(pod).get(mark[0]) == mark[1]]


def _gone(snapshot: Snapshot) -> Finding:
    return not_yet(
        "mark.gone",
        seen=say("The Pod in question is not there any more: deleted, or made anew."),
        expected=say("It is there as at the start, and carries the label."),
        why=say("Whoever is to mend it needs to see it; a new Pod has none of its history."),
        next_step=say("Run `labkit reset {id}`, and leave it alive.", id=snapshot.exercise),
    )


def _other_value(pod: Object, mark: Mark) -> Finding:
    value = quoted(labels_of(pod)[mark[0]])
    return not_yet(
        "mark.other_value",
        seen=say("Pod {name} carries {key}={value}.", name=name_of(pod), key=mark[0], value=value),
        expected=say("It carries {mark}, letter by letter.", mark=_text(mark)),
        why=say("Labels are compared exactly; capitals and small letters differ."),
        next_step=say(
            "Overwrite it: `kubectl label --overwrite pod {name} {mark}`.",
            name=name_of(pod),
            mark=_text(mark),
        ),
        evidence=evidence(pod),
    )


def _annotation(pod: Object, mark: Mark) -> Finding:
    return not_yet(
        "mark.annotation",
        seen=say("Pod {name} has {key} as an annotation.", name=name_of(pod), key=mark[0]),
        expected=say("It carries {mark} as a label.", mark=_text(mark)),
        why=say("Annotations are remarks; `-l` and everything else that picks goes by labels."),
        next_step=say("Use `kubectl label` in place of `kubectl annotate`."),
        evidence=evidence(pod),
    )


def _wrong_one(pods: Sequence[Object], mark: Mark, clue: str) -> Finding:
    return not_yet(
        "mark.wrong_one",
        seen=say("The label {mark} is on: {names}.", mark=_text(mark), names=_names(pods)),
        expected=say("It is on the Pod that the task describes."),
        why=_well(pods[0]),
        next_step=clue,
        evidence=evidence(*pods),
    )


def _well(pod: Object) -> str:
    return say("Pod {name} has started over {count} times.", name=name_of(pod), count=restarts(pod))


def _nobody(mark: Mark, clue: str) -> Finding:
    seen = say("No Pod carries the label {mark}.", mark=_text(mark))
    return not_started("mark.none", seen=seen, next_step=clue)


def _names(pods: Sequence[Object]) -> str:
    return quoted(names_of(pods), longest=110)


def _text(mark: Mark) -> str:
    return "=".join(mark)
