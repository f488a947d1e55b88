"""EndpointSlices: who stands behind a Service, as the nodes are told."""

from collections.abc import Mapping, Sequence
from typing import Any

from labkit.foundation.text import say
from labkit.grading.criteria.answers import quoted
from labkit.grading.criteria.objects import (
    as_selector,
    evidence,
    labelled,
    name_of,
    names_of,
)
from labkit.grading.criteria.services import pods_behind
from labkit.grading.snapshot import Object, Snapshot
from labkit.grading.verdict import Finding, not_started, not_yet, passed
from labkit.kube.conditions import pod_ready

OF_SERVICE = "kubernetes.io/service-name"


def slices_of(snapshot: Snapshot, service: Object) -> list[Object]:
    return labelled(snapshot.objects("EndpointSlice"), {OF_SERVICE: name_of(service)})


def ready_endpoints(slices: Sequence[Object]) -> list[Mapping[str, Any]]:
    """Those that visitors are sent to; one that says nothing of itself is ready."""
    return [
        endpoint
        for one in slices
        for endpoint in one.get("endpoints") or ()
        if (endpoint.get("conditions") or {}).get("ready") is not False
    ]


def stand_behind(snapshot: Snapshot, service: Object, wanted: Sequence[Object]) -> Finding:
    """These Pods, all of them and nobody else, are the Service's ready endpoints."""
    there = {
        str((endpoint.get("targetRef") or {}).get("name") or endpoint["addresses"][0])
        for endpoint in ready_endpoints(slices_of(snapshot, service))
    }
    names = {name_of(pod) for pod in wanted if pod_ready(pod)}
    if there == names and names:
        seen = say("Behind Service {name} stand: {pods}.", name=name_of(service), pods=_all(there))
        return passed(seen, evidence=evidence(service, *wanted))
    selected = {name_of(pod) for pod in pods_behind(service, snapshot.objects("Pod"))}
    if selected == {name_of(pod) for pod in wanted}:
        return _settling(service, wanted, there)
    if not there:
        return _nobody(service, wanted)
    if there - names:
        return _strangers(service, there - names)
    return _missing(service, names - there)


def _nobody(service: Object, wanted: Sequence[Object]) -> Finding:
    selector = as_selector(service["spec"].get("selector") or {}) or say("none")
    return not_yet(
        "endpoints.nobody",
        seen=say(
            "Nobody stands behind Service {name}; its selector is {selector}.",
            name=name_of(service),
            selector=quoted(selector, longest=80),
        ),
        expected=say("{count} Pods stand behind it.", count=len(wanted)),
        why=say("A Service leads to Pods that carry every label of its selector, exactly."),
        next_step=say("Compare the selector with `kubectl get pods --show-labels`."),
        evidence=evidence(service),
    )


def _strangers(service: Object, others: set[str]) -> Finding:
    return not_yet(
        "endpoints.strangers",
        seen=say(
            "Behind Service {name} stand others, too: {pods}.",
            name=name_of(service),
            pods=_all(others),
        ),
        expected=say("The Pods of the task stand there, and nobody else."),
        why=say("Each of them gets visitors who wanted somebody else."),
        next_step=say("Which label do only the right ones carry? `kubectl get pods --show-labels`"),
        evidence=evidence(service),
    )


def _missing(service: Object, absent: set[str]) -> Finding:
    return not_yet(
        "endpoints.missing",
        seen=say("Not behind Service {name}: {pods}.", name=name_of(service), pods=_all(absent)),
        expected=say("All Pods of the task stand there."),
        why=say("A selector with several labels leads to Pods that carry all of them."),
        next_step=say("Which label of the selector do these Pods lack?"),
        evidence=evidence(service),
    )


def _settling(service: Object, wanted: Sequence[Object], there: set[str]) -> Finding:
    """The selector is right; the list, or the Pods, need a moment."""
    waiting = [pod for pod in wanted if not pod_ready(pod)]
    if waiting:
        seen = say("These Pods are not ready yet: {pods}.", pods=quoted(names_of(waiting)))
    else:
        seen = say("The EndpointSlice says: {pods}.", pods=_all(there) or say("nobody"))
    return not_yet(
        "endpoints.settling",
        seen=seen,
        expected=say("All Pods that the selector fits are listed there."),
        why=say("The list follows the Pods a moment later."),
        next_step=say("Watch with `kubectl get endpointslices --watch`, then check again."),
        evidence=evidence(service, *waiting),
        settling=True,
    )


def no_service(name: str) -> Finding:
    return not_started(
        "endpoints.no_service",
        seen=say("There is no Service {name}.", name=name),
        next_step=say("Create it again: visitors know this name."),
    )


def _all(names: set[str]) -> str:
    return quoted(", ".join(sorted(names)), longest=110)
