"""A chain of four services with one broken link: it passes again, by the way it was meant to go."""

from labkit.foundation.text import say
from labkit.grading.criteria import links
from labkit.grading.criteria.answers import quoted
from labkit.grading.criteria.chains import Pods, chain_passes
from labkit.grading.criteria.endpoints import no_service, ready_endpoints, slices_of
from labkit.grading.criteria.objects import evidence, name_of
from labkit.grading.criteria.rollouts import not_before, trouble
from labkit.grading.criteria.workloads import pods_of
from labkit.grading.snapshot import Object, Snapshot
from labkit.grading.verdict import Finding, not_started, not_yet, passed

ORDER = ("front", "orders", "stock", "rates")
LINKS = links.links_of(ORDER)


def four_hops(snapshot: Snapshot) -> Finding:
    templates, front = _templates(snapshot), _service(snapshot, ORDER[0])
    missing = _missing(templates)
    if missing or front is None:
        return missing or no_service(ORDER[0])
    mixed = links.strangers(snapshot, templates)
    if mixed:
        return mixed
    settling = not links.first_trouble(snapshot, LINKS, templates)
    return chain_passes(snapshot, front, _pods(snapshot), settling=settling)


def cause_gone(snapshot: Snapshot) -> Finding:
    templates = _templates(snapshot)
    missing = _missing(templates)
    if missing:
        return missing
    wrong = links.first_trouble(snapshot, LINKS, templates)
    return wrong or passed(say("All links fit: each address, Service, port and probe."))


def no_bypass(snapshot: Snapshot) -> Finding:
    templates, before = _templates(snapshot), four_hops(snapshot)
    if _missing(templates):
        return not_before(before)
    found = links.way_round(snapshot, LINKS, templates)
    if found or trouble(before):
        return found or not_before(before)
    return _own_pods_behind(snapshot, templates)


def _own_pods_behind(snapshot: Snapshot, templates: links.Carriers) -> Finding:
    """Behind each Service of the chain stand Pods of the application that it is meant for."""
    pods = _pods(snapshot)
    for link in LINKS:
        service = links.service_called(snapshot, templates[link.caller])
        behind = _behind(snapshot, service) if service else set()
        if not behind or behind - {name_of(pod) for pod in pods[link.called]}:
            return _others_behind(service, link, behind)
    return passed(say("Behind each Service stand the Pods of its own application."))


def _behind(snapshot: Snapshot, service: Object) -> set[str]:
    endpoints = ready_endpoints(slices_of(snapshot, service))
    return {
        str((one.get("targetRef") or {}).get("name") or one["addresses"][0]) for one in endpoints
    }


def _others_behind(service: Object | None, link: links.Link, behind: set[str]) -> Finding:
    return not_yet(
        "chain.others_behind",
        seen=say(
            "On the way to {called} a call can meet: {pods}.",
            called=link.called,
            pods=quoted(", ".join(sorted(behind)) or say("nobody"), longest=110),
        ),
        expected=say("It meets Pods of {called}, and nobody else.", called=link.called),
        why=say("A Service finds its Pods by itself, as they come and go."),
        next_step=say("Compare `kubectl get endpointslices` with `kubectl get pods -o wide`."),
        evidence=evidence(service) if service else (),
        settling=True,
    )


def _deployments(snapshot: Snapshot) -> dict[str, Object]:
    there = {name_of(one): one for one in snapshot.objects("Deployment")}
    return {app: there[app] for app in ORDER if app in there}


def _templates(snapshot: Snapshot) -> dict[str, Object]:
    return {app: one["spec"]["template"] for app, one in _deployments(snapshot).items()}


def _pods(snapshot: Snapshot) -> Pods:
    pods = snapshot.objects("Pod")
    return {app: pods_of(one, pods) for app, one in _deployments(snapshot).items()}


def _missing(templates: links.Carriers) -> Finding | None:
    lost = [app for app in ORDER if app not in templates]
    if not lost:
        return None
    return not_started(
        "chain.no_deployment",
        seen=say("There is no Deployment {name}.", name=lost[0]),
        next_step=say("Create it again, or run `labkit reset mend-the-chain`."),
    )


def _service(snapshot: Snapshot, name: str) -> Object | None:
    return next((one for one in snapshot.objects("Service") if name_of(one) == name), None)
