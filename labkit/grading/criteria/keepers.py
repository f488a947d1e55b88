"""Who looks after a Pod: its controller, which would make another, or nobody."""

from collections.abc import Sequence

from labkit.foundation.text import say
from labkit.grading.criteria.answers import quoted
from labkit.grading.criteria.kept import is_noted
from labkit.grading.criteria.marks import Mark
from labkit.grading.criteria.objects import (
    annotations_of,
    evidence,
    labels_of,
    name_of,
    names_of,
)
from labkit.grading.snapshot import Object, Snapshot
from labkit.grading.verdict import Finding, not_started, not_yet, passed
from labkit.kube.conditions import is_leaving


def keeper_of(pod: Object) -> str:
    """Kind and name of its controller; empty where nobody would bring it back."""
    owners = pod["metadata"].get("ownerReferences") or ()
    return next((f"{one['kind']} {one['name']}" for one in owners if one.get("controller")), "")


def without_keeper_marked(snapshot: Snapshot, mark: Mark, *, at_least: int) -> Finding:
    """Every Pod that nobody would bring back carries the mark."""
    alone = [pod for pod in _staying(snapshot) if not keeper_of(pod)]
    marked = _marked(alone, mark)
    if len(alone) < at_least:
        return _gone(snapshot, at_least - len(alone))
    if len(marked) == len(alone):
        seen = say("Marked, and without a keeper: {names}.", names=_names(marked))
        return passed(seen, evidence=evidence(*marked))
    remarks = [pod for pod in alone if mark[0] in annotations_of(pod)]
    if remarks:
        return _annotation(remarks[0], mark)
    return _half(marked, mark) if marked else _nobody(mark)


def with_keeper_unmarked(snapshot: Snapshot, mark: Mark) -> Finding:
    """Some Pod carries the mark, and none that its controller would bring back."""
    marked = _marked(_staying(snapshot), mark)
    kept = [pod for pod in marked if keeper_of(pod)]
    if not marked:
        return _nobody(mark)
    if not kept:
        return passed(say("No Pod with a keeper carries the label."), evidence=evidence(*marked))
    return not_yet(
        "keeper.marked",
        seen=say(
            "Pod {name} carries {mark}; it belongs to {keeper}.",
            name=name_of(kept[0]),
            mark="=".join(mark),
            keeper=keeper_of(kept[0]),
        ),
        expected=say("Only Pods without a keeper carry it."),
        why=say("Were this Pod deleted, its keeper would make another."),
        next_step=say(
            "Take it off: `kubectl label pod {name} {key}-`; from a template, if it is there.",
            name=name_of(kept[0]),
            key=mark[0],
        ),
        evidence=evidence(*kept),
    )


def still_the_same(snapshot: Snapshot, notes: Sequence[str], mark: Mark) -> Finding:
    """Some Pod without a keeper is marked, and all Pods that setup noted are there still."""
    pods = _staying(snapshot)
    if not [pod for pod in _marked(pods, mark) if not keeper_of(pod)]:
        return _nobody(mark)
    missing = [key for key in notes if not any(is_noted(snapshot, key, pod) for pod in pods)]
    if not missing:
        return passed(say("All {count} Pods of the start are there.", count=len(notes)))
    return not_yet(
        "keeper.tried_out",
        seen=say(
            "{count} of the {all} Pods are not those of the start.",
            count=len(missing),
            all=len(notes),
        ),
        expected=say("All of them live on; you found out by looking."),
        why=say("A Pod that was deleted is not the one that returned, even under its name."),
        next_step=say("Run `labkit reset {id}`, then read who owns each.", id=snapshot.exercise),
    )


def _staying(snapshot: Snapshot) -> list[Object]:
    return [pod for pod in snapshot.objects("Pod") if not is_leaving(pod)]


def _marked(pods: Sequence[Object], mark: Mark) -> list[Object]:
    return [pod for pod in pods if labels_of(pod).get(mark[0]) == mark[1]]


def _names(pods: Sequence[Object]) -> str:
    return quoted(names_of(pods), longest=110)


def _nobody(mark: Mark) -> Finding:
    return not_started(
        "keeper.none_marked",
        seen=say("No Pod without a keeper carries the label {mark}.", mark="=".join(mark)),
        next_step=say("Look for the field that points upwards: `kubectl get pod <name> -o yaml`."),
    )


def _half(marked: Sequence[Object], mark: Mark) -> Finding:
    return not_yet(
        "keeper.half",
        seen=say(
            "With {mark}, and rightly: {names}. Somebody is missing.",
            mark="=".join(mark),
            names=_names(marked),
        ),
        expected=say("Every Pod that would never return carries it."),
        why=say(
            "A name or a label can look as if a keeper had made the Pod; only one field knows."
        ),
        next_step=say("Ask each Pod, not its name: metadata.ownerReferences."),
        evidence=evidence(*marked),
    )


def _annotation(pod: Object, mark: Mark) -> Finding:
    return not_yet(
        "mark.annotation",
        seen=say("Pod {name} has {key} as an annotation.", name=name_of(pod), key=mark[0]),
        expected=say("It carries {mark} as a label.", mark="=".join(mark)),
        why=say("Annotations are remarks; `-l` and everything else that picks goes by labels."),
        next_step=say("Use `kubectl label` in place of `kubectl annotate`."),
        evidence=evidence(pod),
    )


def _gone(snapshot: Snapshot, count: int) -> Finding:
    return not_yet(
        "keeper.gone",
        seen=say("Pods without a keeper that are not there any more: {count}.", count=count),
        expected=say("They are there, and marked."),
        why=say("Nobody brought them back: now you know, and so does everybody else."),
        next_step=say("Run `labkit reset {id}`, and find out by looking.", id=snapshot.exercise),
    )
