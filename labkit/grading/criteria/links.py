"""One link of a chain: the address that a caller has, the Service it names, and who is behind it.

Callers and called are Pods, or templates of Pods; both carry labels and containers.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from urllib.parse import urlsplit

from labkit.foundation.text import say
from labkit.grading.criteria import calls
from labkit.grading.criteria.answers import quoted
from labkit.grading.criteria.objects import as_selector, evidence, labels_of, name_of
from labkit.grading.criteria.probes import DEFAULT_PORT, app_of, flaw_of, probes_of, variable
from labkit.grading.criteria.services import port_of, sends_to, service_selects
from labkit.grading.snapshot import Object, Snapshot
from labkit.grading.verdict import Finding, not_yet

VARIABLE = "BACKEND_URL"
WEB_PORT = 80

Carriers = Mapping[str, Object]
"""A Pod or template of each application."""


@dataclass(frozen=True, slots=True)
class Link:
    caller: str
    called: str


def links_of(apps: Sequence[str]) -> tuple[Link, ...]:
    """From each application to the next."""
    return tuple(Link(*pair) for pair in pairwise(apps))


def first_trouble(snapshot: Snapshot, links: Sequence[Link], carriers: Carriers) -> Finding | None:
    """None when every link holds."""
    found = (link_trouble(snapshot, link, carriers) for link in links)
    return next(filter(None, found), None)


def way_round(snapshot: Snapshot, links: Sequence[Link], carriers: Carriers) -> Finding | None:
    """None when no caller goes round a Service, past an application, or to whoever answers."""
    tests = (calls_number, leads_past)
    found = (test(snapshot, link, carriers) for link in links for test in tests)
    return next(filter(None, found), None) or strangers(snapshot, carriers)


def link_trouble(snapshot: Snapshot, link: Link, carriers: Carriers) -> Finding | None:
    """The first thing that keeps the caller from the called; None when nothing does."""
    lost = address_trouble(snapshot, link, carriers)
    service = service_called(snapshot, carriers[link.caller])
    if lost or service is None:
        return lost
    return (
        _elsewhere(service, link, carriers)
        or strangers(snapshot, carriers, [service])
        or _wrong_target(snapshot, service, link, carriers)
        or _unready(link, carriers[link.called])
    )


def address_trouble(snapshot: Snapshot, link: Link, carriers: Carriers) -> Finding | None:
    """None when the caller's address names a Service that is there, at a port that it has."""
    address = _address(snapshot, carriers[link.caller])
    host = calls.host_of(address or "")
    if not host:
        return _no_address(link, address)
    if calls.is_number(host):
        return _number(link, host)
    service = service_called(snapshot, carriers[link.caller])
    if service is None:
        return _no_service(link, host)
    if port_of(service, _port(address or "")) is None:
        return _no_port(link, service, _port(address or ""))
    return None


def service_called(snapshot: Snapshot, carrier: Object) -> Object | None:
    """The Service that its address names; None where it names none, or a number."""
    host = calls.host_of(_address(snapshot, carrier) or "")
    if not host or calls.is_number(host):
        return None
    place = calls.followed(snapshot, calls.meant_by(host, snapshot.namespace))
    return calls.service_at(snapshot, place) if place else None


def calls_number(snapshot: Snapshot, link: Link, carriers: Carriers) -> Finding | None:
    """None unless the caller was given a number in place of a name."""
    host = calls.host_of(_address(snapshot, carriers[link.caller]) or "")
    return _number(link, host) if calls.is_number(host) else None


def strangers(
    snapshot: Snapshot, carriers: Carriers, services: Sequence[Object] | None = None
) -> Finding | None:
    """None when no Service leads to more than one application."""
    for service in snapshot.objects("Service") if services is None else services:
        behind = _apps_behind(service, carriers)
        if len(behind) > 1:
            return _several(service, behind)
    return None


def leads_past(snapshot: Snapshot, link: Link, carriers: Carriers) -> Finding | None:
    """None unless the caller's address leads to another application of the chain."""
    service = service_called(snapshot, carriers[link.caller])
    if service is None or set(_apps_behind(service, carriers)) <= {link.called}:
        return None
    return _elsewhere(service, link, carriers)


def _apps_behind(service: Object, carriers: Carriers) -> list[str]:
    return [app for app, one in carriers.items() if service_selects(service, labels_of(one))]


def _address(snapshot: Snapshot, carrier: Object) -> str | None:
    return calls.address_in(snapshot, app_of(carrier), VARIABLE)


def _port(address: str) -> int:
    try:
        return urlsplit(address.strip()).port or WEB_PORT
    except ValueError:
        return 0


def _no_address(link: Link, address: str | None) -> Finding:
    written = say("not set") if address is None else quoted(address) or say("empty")
    return not_yet(
        "link.no_address",
        seen=say(
            "{variable} of {caller}: {address}.",
            variable=VARIABLE,
            caller=link.caller,
            address=written,
        ),
        expected=say("A web address: http:// and the name of a Service."),
        why=say("Without one, {caller} is the end of the chain.", caller=link.caller),
        next_step=say("Set {variable} in the Pod template of {caller}.", **_words(link)),
    )


def _number(link: Link, host: str) -> Finding:
    return not_yet(
        "link.number",
        seen=say("{caller} calls a number: {host}.", caller=link.caller, host=host),
        expected=say("It calls a Service by its name."),
        why=say(
            "The next Pod of {called} has another number; a Service's name stays.", **_words(link)
        ),
        next_step=say("Write the name of a Service into {variable} of {caller}.", **_words(link)),
    )


def _no_service(link: Link, host: str) -> Finding:
    return not_yet(
        "link.no_service",
        seen=say(
            "{caller} calls {host}; there is no such Service.",
            caller=link.caller,
            host=quoted(host),
        ),
        expected=say("The name in {variable} is that of a Service.", variable=VARIABLE),
        why=say("A Service's name is known to DNS as long as the Service is there."),
        next_step=say("Compare it, letter by letter, with `kubectl get services`."),
    )


def _no_port(link: Link, service: Object, port: int) -> Finding:
    there = ", ".join(str(one["port"]) for one in service["spec"].get("ports") or ())
    return not_yet(
        "link.no_port",
        seen=say(
            "{caller} calls port {port} of Service {name}, which is open at {there}.",
            caller=link.caller,
            port=port,
            name=name_of(service),
            there=there,
        ),
        expected=say("It calls a port that the Service has."),
        why=say("An address without a port means port 80; a Service has only its own ports."),
        next_step=say(
            "Add the port to {variable}, or change `port` of the Service.", **_words(link)
        ),
        evidence=evidence(service),
    )


def _elsewhere(service: Object, link: Link, carriers: Carriers) -> Finding | None:
    behind = _apps_behind(service, carriers)
    if link.called in behind:
        return None
    selector = as_selector(service["spec"].get("selector") or {}) or say("none")
    is_another = behind == [name_of(service)]  # well itself, and whoever calls it calls amiss
    return not_yet(
        "link.elsewhere",
        seen=say(
            "Service {name}, which {caller} calls, looks for {selector} and finds {apps}.",
            name=name_of(service),
            caller=link.caller,
            selector=quoted(selector, longest=70),
            apps=", ".join(behind) or say("nobody"),
        ),
        expected=say("It finds the Pods of {called}.", called=link.called),
        why=say("A Service leads to Pods that carry every label of its selector, exactly."),
        next_step=say("Compare {variable} of {caller} with the task.", **_words(link))
        if is_another
        else say("Compare the selector with `kubectl get pods --show-labels`."),
        evidence=evidence(service),
    )


def _several(service: Object, behind: Sequence[str]) -> Finding:
    return not_yet(
        "link.strangers",
        seen=say(
            "Service {name} leads to Pods of several applications: {apps}.",
            name=name_of(service),
            apps=", ".join(behind),
        ),
        expected=say("Each Service leads to one application."),
        why=say("A call would reach any of them, by chance."),
        next_step=say("Let the selector name a label that only one application has."),
        evidence=evidence(service),
    )


def _wrong_target(
    snapshot: Snapshot, service: Object, link: Link, carriers: Carriers
) -> Finding | None:
    called = carriers[link.called]
    number = _port(_address(snapshot, carriers[link.caller]) or "")
    port = port_of(service, number) or {"port": number}
    listens = int(variable(app_of(called), "PORT") or DEFAULT_PORT)
    if sends_to(port, called) == listens:
        return None
    return not_yet(
        "link.wrong_target",
        seen=say(
            "Service {name} sends callers to port {target} of the Pods.",
            name=name_of(service),
            target=quoted(str(port.get("targetPort", number))),
        ),
        expected=say(
            "It sends them to {port}, where {called} listens.", port=listens, **_words(link)
        ),
        why=say("On the way from a Service to a Pod `port` becomes `targetPort`."),
        next_step=say("On which port does the program listen? Its log says so when it starts."),
        evidence=evidence(service),
    )


def _unready(link: Link, called: Object) -> Finding | None:
    flaws = [flaw for probe in probes_of(called, "readiness") if (flaw := flaw_of(probe, called))]
    if not flaws:
        return None
    return not_yet(
        flaws[0].message,
        seen=flaws[0].seen,
        expected=say("It asks {called} for something that it answers.", called=link.called),
        why=say("A Service leads to Pods that are Ready, and to no others."),
        next_step=say("Compare the probe with that of an application that works."),
    )


def _words(link: Link) -> dict[str, str]:
    return {"caller": link.caller, "called": link.called, "variable": VARIABLE}
