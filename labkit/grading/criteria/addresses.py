"""Outer addresses that are paid for: one is given back, another stays as it was."""

from labkit.foundation.text import say
from labkit.grading.criteria.kept import is_noted
from labkit.grading.criteria.objects import evidence, name_of, names_of
from labkit.grading.criteria.pages import service_shows_version
from labkit.grading.criteria.services import is_outside, outside_addresses, pods_behind, port_of
from labkit.grading.snapshot import Object, Snapshot
from labkit.grading.verdict import Finding, not_started, not_yet, passed
from labkit.kube.conditions import is_leaving, pod_ready

PORT = 80


def address_released(snapshot: Snapshot, *, orphan: str, useful: str) -> Finding:
    """The Service noted as `orphan` has no outer address, and no other such one came instead."""
    services = snapshot.objects("Service", also_leaving=True)
    paid = [service for service in services if is_outside(service)]
    left = [service for service in paid if is_noted(snapshot, orphan, service)]
    if left:
        return _still_paid(snapshot, left[0], useful)
    others = [service for service in paid if not is_noted(snapshot, useful, service)]
    vain = [service for service in others if not _ready_behind(snapshot, service)]
    if vain:
        return _another_in_vain(vain[0])
    if len(paid) > 1:
        return _one_too_many(paid)
    return passed(say("The address that led to nobody is given back."), evidence=evidence(*paid))


def address_kept(snapshot: Snapshot, *, useful: str, version: str, before: Finding) -> Finding:
    """Once `before` passed: the Service noted as `useful` is untouched and answers outside."""
    if not before.holds:
        return not_started(
            "address.first",
            seen=say("The useless address is not given back yet; the other is looked at then."),
            next_step=say("First find the address that nobody stands behind."),
        )
    services = snapshot.objects("Service")
    found = next((item for item in services if is_noted(snapshot, useful, item)), None)
    if found is None:
        return _useful_gone(snapshot)
    if not is_outside(found):
        return _useful_closed(found)
    if _address(found) != snapshot.noted(useful, "status.loadBalancer.ingress"):
        return _readdressed(snapshot, found, useful)
    if not _same_door(found, snapshot.noted(useful, "spec.ports")):
        return _interrupted(snapshot, found)
    finding = service_shows_version(snapshot, found, port=PORT, version=version, at_least=1)
    return _as_before(found) if finding.holds else finding


def _ready_behind(snapshot: Snapshot, service: Object) -> list[Object]:
    return [pod for pod in pods_behind(service, snapshot.objects("Pod")) if pod_ready(pod)]


def _address(service: Object) -> object:
    return ((service.get("status") or {}).get("loadBalancer") or {}).get("ingress")


def _same_door(service: Object, noted: list[Object]) -> bool:
    """A port of the node is drawn anew whenever a Service becomes of this type again."""
    port = port_of(service, PORT) or {}
    before = next(item for item in noted if item["port"] == PORT)
    return not port or port.get("nodePort") == before.get("nodePort")


def _as_before(service: Object) -> Finding:
    address = outside_addresses(service)[0]
    return passed(
        say(
            "Service {name} answers at {address}, as before.",
            name=name_of(service),
            address=address,
        ),
        evidence=evidence(service),
    )


def _still_paid(snapshot: Snapshot, orphan: Object, useful: str) -> Finding:
    if is_leaving(orphan):
        return _leaving(orphan)
    services = snapshot.objects("Service")
    kept = [s for s in services if is_noted(snapshot, useful, s) and is_outside(s)]
    if not kept:
        return _wrong_one(snapshot, orphan)
    if pods_behind(orphan, snapshot.objects("Pod")):
        return _one_too_many([orphan, *kept])
    if not _ready_behind(snapshot, kept[0]):
        return _nobody_anywhere([orphan, *kept])
    return not_started(
        "address.none_released",
        seen=say("Two Services have an outer address: {names}.", names=names_of([orphan, *kept])),
        next_step=say("Find out who stands behind each: `kubectl get endpointslices`."),
    )


def _leaving(orphan: Object) -> Finding:
    name = name_of(orphan)
    return not_yet(
        "address.leaving",
        seen=say("Service {name} is being deleted and still has its address.", name=name),
        expected=say("The address is given back."),
        why=say("The controller that gave the address takes it back first; that takes a moment."),
        next_step=say("Watch with `kubectl get services --watch`, then check again."),
        evidence=evidence(orphan),
        settling=True,
    )


def _wrong_one(snapshot: Snapshot, orphan: Object) -> Finding:
    return not_yet(
        "address.wrong_one",
        seen=say(
            "The address that visitors used is gone; Service {name} still has one.",
            name=name_of(orphan),
        ),
        expected=say("The address that leads to nobody is given back, and only that."),
        why=say("No Pod stands behind {name}, whatever its name says.", name=name_of(orphan)),
        next_step=say(
            "Run `labkit reset {id}`, and compare endpoints first.", id=snapshot.exercise
        ),
        evidence=evidence(orphan),
    )


def _one_too_many(services: list[Object]) -> Finding:
    return not_yet(
        "address.one_too_many",
        seen=say("These Services have an outer address: {names}.", names=names_of(services)),
        expected=say("One of them has, the one that visitors used from the beginning."),
        why=say("Two doors to one room are paid twice; the task is to give one back."),
        next_step=say("Delete the one that was not needed, or change its type."),
        evidence=evidence(*services),
    )


def _nobody_anywhere(services: list[Object]) -> Finding:
    return not_yet(
        "address.nobody_anywhere",
        seen=say("No ready Pod stands behind any of these: {names}.", names=names_of(services)),
        expected=say("One has its Pods, and the other has no outer address any more."),
        why=say("An address is paid for, whether or not Pods stand behind it."),
        next_step=say("Look at `kubectl get deployments`, and bring its Pods back."),
        evidence=evidence(*services),
    )


def _another_in_vain(service: Object) -> Finding:
    name = name_of(service)
    return not_yet(
        "address.another_in_vain",
        seen=say("Service {name} has an outer address, and no ready Pod behind it.", name=name),
        expected=say("No address that is paid for leads to nobody."),
        why=say("A Service that is made anew orders an address anew."),
        next_step=say("Delete it: `kubectl delete service {name}`.", name=name),
        evidence=evidence(service),
    )


def _useful_gone(snapshot: Snapshot) -> Finding:
    return not_yet(
        "address.useful_gone",
        seen=say("The Service that visitors used is gone, or was made anew: its uid is not there."),
        expected=say("It is the same Service as at the start, at the same address."),
        why=say("A new Service may get another address; printed on paper, the old one is lost."),
        next_step=say("Run `labkit reset {id}`, and leave this one alone.", id=snapshot.exercise),
    )


def _useful_closed(service: Object) -> Finding:
    return not_yet(
        "address.useful_closed",
        seen=say(
            "Service {name}, which visitors used, is of type {kind} now.",
            name=name_of(service),
            kind=service["spec"].get("type", "ClusterIP"),
        ),
        expected=say("It is of type LoadBalancer, as it was."),
        why=say("With its type it lost its outer address, and visitors find a closed door."),
        next_step=say("Reset the exercise, and change one Service only."),
        evidence=evidence(service),
    )


def _readdressed(snapshot: Snapshot, service: Object, useful: str) -> Finding:
    before = snapshot.noted(useful, "status.loadBalancer.ingress")
    old = ", ".join(item.get("ip") or item.get("hostname", "?") for item in before)
    new = ", ".join(outside_addresses(service)) or say("none")
    return not_yet(
        "address.changed",
        seen=say("Service {name} is reached at: {new}.", name=name_of(service), new=new),
        expected=say("It is reached at {old}, as at the start.", old=old),
        why=say("Visitors know the old address."),
        next_step=say("Run `labkit reset {id}`, and leave this one alone.", id=snapshot.exercise),
        evidence=evidence(service),
    )


def _interrupted(snapshot: Snapshot, service: Object) -> Finding:
    return not_yet(
        "address.interrupted",
        seen=say("Service {name} has another node port than at the start.", name=name_of(service)),
        expected=say("It worked all the time, without interruption."),
        why=say("That port is drawn anew when a Service was of another type in between."),
        next_step=say("Run `labkit reset {id}`, and leave this one alone.", id=snapshot.exercise),
        evidence=evidence(service),
    )
