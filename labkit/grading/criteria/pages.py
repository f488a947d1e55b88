"""What visitors get: the page behind a Service's outer address, asked several times.

The hello image answers /info with JSON: pod, node, namespace, version.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from labkit.foundation.text import say
from labkit.grading.criteria.answers import quoted, same_words
from labkit.grading.criteria.events import events_in
from labkit.grading.criteria.objects import evidence, name_of
from labkit.grading.criteria.pods import trouble_of
from labkit.grading.criteria.services import (
    declared_ports,
    outside_addresses,
    pods_behind,
    port_of,
    sends_to,
    services_for,
)
from labkit.grading.criteria.workloads import best
from labkit.grading.snapshot import Object, Reply, Snapshot
from labkit.grading.verdict import Finding, cannot_check, not_started, not_yet, passed
from labkit.kube.conditions import pod_ready


@dataclass(frozen=True, slots=True)
class _Visit:
    """One Service, who is behind it, and what the visits to it got."""

    service: Object
    pods: Sequence[Object]
    replies: Sequence[Reply]
    namespace: str
    port: int
    events: Sequence[Object]


def shows_version_outside(
    snapshot: Snapshot, labels: Mapping[str, str], *, port: int, version: str, at_least: int
) -> Finding:
    """Every visit from outside is answered with that version, by several Pods of one's own."""
    services = [item for item in services_for(snapshot, labels) if outside_addresses(item)]
    if not services:
        return not_started(
            "page.no_address",
            seen=say("There is no outer address to visit yet."),
            next_step=say("First let a Service give these Pods an outer address."),
        )
    return best(
        [
            service_shows_version(snapshot, item, port=port, version=version, at_least=at_least)
            for item in services
        ]
    )


def service_shows_version(
    snapshot: Snapshot, service: Object, *, port: int, version: str, at_least: int
) -> Finding:
    """The same of one Service, which has an outer address."""
    return _judged(_visit(snapshot, service, port), version, at_least)


def _visit(snapshot: Snapshot, service: Object, port: int) -> _Visit:
    return _Visit(
        service,
        pods_behind(service, snapshot.objects("Pod")),
        [reply for reply in snapshot.replies() if reply.service == name_of(service)],
        snapshot.namespace,
        port,
        events_in(snapshot),
    )


def _judged(visit: _Visit, version: str, at_least: int) -> Finding:
    if port_of(visit.service, visit.port) is None:
        return _other_port(visit)
    silent = [reply for reply in visit.replies if not reply.status]
    if silent or not visit.replies:
        return _silence(visit, silent)
    refused = [reply for reply in visit.replies if reply.status != 200]
    if refused:
        return _bad_status(visit, refused[0])
    return _content(visit, version, at_least)


def _content(visit: _Visit, version: str, at_least: int) -> Finding:
    versions = {str(reply.facts.get("version", "")) for reply in visit.replies}
    wrong = sorted(text for text in versions if not same_words(text, version))
    pods = {str(reply.facts.get("pod", "")) for reply in visit.replies}
    strangers = sorted(pods - {name_of(pod) for pod in visit.pods})
    if wrong:
        return _other_version(visit, wrong, version)
    # A Pod without a ServiceAccount token does not know its namespace; its name says enough.
    namespaces = {reply.facts.get("namespace") or visit.namespace for reply in visit.replies}
    if strangers or namespaces != {visit.namespace}:
        return _strangers(visit, strangers)
    if len(pods) < at_least:
        return _too_few(visit, pods, at_least)
    return passed(
        say(
            "{count} visits to {url}: all answered, by {pods} Pods, with {version}.",
            count=len(visit.replies),
            url=visit.replies[0].url,
            pods=len(pods),
            version=version,
        ),
        evidence=evidence(visit.service, *visit.pods),
    )


def _other_port(visit: _Visit) -> Finding:
    ports = ", ".join(str(port["port"]) for port in visit.service["spec"].get("ports") or ())
    return not_yet(
        "page.other_port",
        seen=say(
            "Service {name} is open at port {ports}.", name=name_of(visit.service), ports=ports
        ),
        expected=say("It is open at port {port}.", port=visit.port),
        why=say("Visitors who type no port come to port 80."),
        next_step=say("Outer and inner port may differ: look at `port` and `targetPort`."),
        evidence=evidence(visit.service),
    )


def _silence(visit: _Visit, silent: Sequence[Reply]) -> Finding:
    """Visits without an answer: what the objects say first, and the network only then."""
    ready = [pod for pod in visit.pods if pod_ready(pod)]
    if not ready:
        return _nobody_ready(visit)
    port = port_of(visit.service, visit.port) or {"port": visit.port}
    listening = declared_ports(ready[0])
    if listening and sends_to(port, ready[0]) not in listening:
        return _wrong_target(visit, str(port.get("targetPort", visit.port)), listening)
    refusals = [reply for reply in silent if "refused" in reply.problem]
    if silent and (len(refusals) == len(silent) or len(silent) < len(visit.replies)):
        return _refused(visit, silent)
    return cannot_check(
        "page.unreachable",
        seen=say(
            "Nobody answers at the address of Service {name}: {problem}.",
            name=name_of(visit.service),
            problem=silent[0].problem if silent else say("no visit was made"),
        ),
        why=say("Service and Pods look right, so something between here and them is in the way."),
        next_step=say(
            "Check again in a moment. If it stays, call your instructor or run `labkit doctor`."
        ),
        evidence=evidence(visit.service),
        settling=True,
    )


def _nobody_ready(visit: _Visit) -> Finding:
    trouble = trouble_of(visit.pods, visit.events)
    return not_yet(
        "page.nobody_ready",
        seen=say(
            "None of the {count} Pods behind Service {name} is ready.",
            count=len(visit.pods),
            name=name_of(visit.service),
        ),
        expected=say("Ready Pods stand behind it."),
        why=trouble.why if trouble else say("A Service sends visitors to ready Pods only."),
        next_step=trouble.next_step if trouble else say("Look at `kubectl get pods`."),
        evidence=evidence(visit.service, *visit.pods),
        settling=bool(visit.pods) and (not trouble or trouble.passing),
    )


def _wrong_target(visit: _Visit, target: str, listening: Sequence[int]) -> Finding:
    return not_yet(
        "page.wrong_target",
        seen=say(
            "Service {name} sends visitors to port {target} of the Pods.",
            name=name_of(visit.service),
            target=target,
        ),
        expected=say("It sends them to a port on which the container listens."),
        why=say(
            "The containers say that they listen on {ports}.", ports=", ".join(map(str, listening))
        ),
        next_step=say("Correct `targetPort` of the Service; `port` is only the outer one."),
        evidence=evidence(visit.service, *visit.pods),
    )


def _refused(visit: _Visit, silent: Sequence[Reply]) -> Finding:
    return not_yet(
        "page.refused",
        seen=say(
            "{silent} of {count} visits to {url} got no answer: {problem}.",
            silent=len(silent),
            count=len(visit.replies),
            url=silent[0].url,
            problem=silent[0].problem,
        ),
        expected=say("Every visit is answered."),
        why=say("Behind the address nothing listens on that port, or it has only just begun to."),
        next_step=say("Ask a Pod itself: `kubectl port-forward`, then `curl`. Which port answers?"),
        evidence=evidence(visit.service, *visit.pods),
        settling=True,
    )


def _bad_status(visit: _Visit, reply: Reply) -> Finding:
    return not_yet(
        "page.status",
        seen=say("{url} answered with status {status}.", url=reply.url, status=reply.status),
        expected=say("It answers with status 200."),
        why=say("Somebody answers, but not with this page."),
        next_step=say("Look whether the Pods run the image that the task names."),
        evidence=evidence(visit.service, *visit.pods),
    )


def _other_version(visit: _Visit, wrong: Sequence[str], version: str) -> Finding:
    return not_yet(
        "page.other_version",
        seen=say(
            "{url} shows {texts}.",
            url=visit.replies[0].url,
            texts=", ".join(repr(quoted(text)) for text in wrong),
        ),
        expected=say("Every copy shows {version!r}.", version=version),
        why=say("The page shows what the variable VERSION of its container says."),
        next_step=say("Set VERSION in the Pod template, and let the Deployment roll it out."),
        evidence=evidence(visit.service, *visit.pods),
    )


def _strangers(visit: _Visit, strangers: Sequence[str]) -> Finding:
    return not_yet(
        "page.strangers",
        seen=say(
            "Some answers came from elsewhere: {pods}.",
            pods=", ".join(strangers) or say("another namespace"),
        ),
        expected=say("All answers come from the Pods in {namespace}.", namespace=visit.namespace),
        why=say("The address must lead to your own copies."),
        next_step=say(
            "Look at the selector of Service {name} and at its endpoints.",
            name=name_of(visit.service),
        ),
        evidence=evidence(visit.service, *visit.pods),
        settling=True,
    )


def _too_few(visit: _Visit, pods: set[str], at_least: int) -> Finding:
    ready = [pod for pod in visit.pods if pod_ready(pod)]
    return not_yet(
        "page.one_copy",
        seen=say(
            "{count} visits, and only {pods} answered.",
            count=len(visit.replies),
            pods=", ".join(sorted(pods)),
        ),
        expected=say("At least {least} Pods share the visitors.", least=at_least),
        why=say(
            "{ready} of the Pods behind Service {name} are ready.",
            ready=len(ready),
            name=name_of(visit.service),
        ),
        next_step=say("Compare the endpoints: `kubectl get endpointslices`. Then check again."),
        evidence=evidence(visit.service, *visit.pods),
        settling=len(ready) >= at_least,
    )
