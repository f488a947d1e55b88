"""A Service with two mistakes is repaired, and the Pods behind it are left as they were."""

from labkit.foundation.text import say
from labkit.grading.criteria.endpoints import no_service, stand_behind
from labkit.grading.criteria.inner_pages import answers_inside
from labkit.grading.criteria.kept import is_noted
from labkit.grading.criteria.objects import evidence, labelled, labels_of, name_of
from labkit.grading.criteria.rollouts import deployment_for, not_before, trouble
from labkit.grading.criteria.templates import ADDED
from labkit.grading.criteria.workloads import leftover_pods
from labkit.grading.snapshot import Object, Snapshot
from labkit.grading.verdict import Finding, not_yet, passed

OFFICE, NAME, PORT = {"app": "tickets"}, "tickets", 80


def endpoints_back(snapshot: Snapshot) -> Finding:
    service = _service(snapshot)
    return stand_behind(snapshot, service, _pods(snapshot)) if service else no_service(NAME)


def answers_again(snapshot: Snapshot) -> Finding:
    before, service = endpoints_back(snapshot), _service(snapshot)
    if trouble(before) or service is None:
        return not_before(before)
    return answers_inside(snapshot, service, _pods(snapshot), port=PORT)


def pods_untouched(snapshot: Snapshot) -> Finding:
    before = endpoints_back(snapshot)
    if trouble(before):
        return not_before(before)
    office = deployment_for(snapshot, OFFICE, NAME)
    if office is None or not is_noted(snapshot, NAME, office):
        return _made_anew(snapshot)
    if office["metadata"].get("generation") != snapshot.noted(NAME, "metadata.generation"):
        return _changed(snapshot, office)
    marked = [pod for pod in _pods(snapshot) if _marks(pod, office)]
    return _relabelled(marked[0], office) if marked else _as_before(office)


def _service(snapshot: Snapshot) -> Object | None:
    return next((s for s in snapshot.objects("Service") if name_of(s) == NAME), None)


def _pods(snapshot: Snapshot) -> list[Object]:
    pods = labelled(snapshot.objects("Pod"), OFFICE)
    leaving = leftover_pods(pods)
    return [pod for pod in pods if pod not in leaving]


def _marks(pod: Object, office: Object) -> dict[str, str]:
    """Labels that the Pod has and its template has not."""
    template = labels_of(office["spec"]["template"])
    return {
        key: value
        for key, value in labels_of(pod).items()
        if key not in ADDED and template.get(key) != value
    }


def _as_before(office: Object) -> Finding:
    seen = say("Deployment {name} and its Pods are as at the start.", name=name_of(office))
    return passed(seen, evidence=evidence(office))


def _made_anew(snapshot: Snapshot) -> Finding:
    return not_yet(
        "team.made_anew",
        seen=say("The Deployment of the other team is gone, or was made anew: another uid."),
        expected=say("It is the same Deployment as at the start, unchanged."),
        why=say("What another team runs may have a history and settings that you do not know."),
        next_step=say("Run `labkit reset {id}`, and repair the Service.", id=snapshot.exercise),
    )


def _changed(snapshot: Snapshot, office: Object) -> Finding:
    return not_yet(
        "team.changed",
        seen=say("Deployment {name} was changed since the start.", name=name_of(office)),
        expected=say("The Service is changed, and nothing else."),
        why=say("It belongs to another team; their next release would undo what you did."),
        next_step=say("Run `labkit reset {id}`, and repair the Service.", id=snapshot.exercise),
        evidence=evidence(office),
    )


def _relabelled(pod: Object, office: Object) -> Finding:
    marks = ", ".join(f"{key}={value}" for key, value in _marks(pod, office).items())
    return not_yet(
        "team.relabelled",
        seen=say("Pod {name} carries {marks}, which is new.", name=name_of(pod), marks=marks),
        expected=say("The Pods carry the labels that their Deployment gives them."),
        why=say("A label on a single Pod goes with it; the next Pod will not have it."),
        next_step=say("Take it off: `kubectl label pods -l app=tickets KEY-`."),
        evidence=evidence(pod),
    )
