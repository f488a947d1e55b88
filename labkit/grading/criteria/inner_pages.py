"""What a Service answers inside the cluster, asked through the API server's own proxy."""

from collections.abc import Sequence

from labkit.foundation.text import say
from labkit.grading.criteria.answers import quoted
from labkit.grading.criteria.objects import evidence, name_of
from labkit.grading.criteria.ranges import port_number
from labkit.grading.criteria.services import port_of
from labkit.grading.snapshot import Object, Reply, Snapshot
from labkit.grading.verdict import Finding, not_yet, passed


def answers_inside(
    snapshot: Snapshot, service: Object, pods: Sequence[Object], *, port: int
) -> Finding:
    """Every visit to that port of the Service is answered by one of these Pods."""
    found = port_of(service, port)
    if found is None:
        return _other_port(service, port)
    target = found.get("targetPort", port)
    if any(port_number(pod["spec"], target) is None for pod in pods):
        return _no_such_port(service, str(target))
    replies = [reply for reply in snapshot.replies("service") if reply.service == name_of(service)]
    wrong = [reply for reply in replies if reply.status != 200]
    if wrong or not replies:
        return _silence(service, wrong)
    names = {name_of(pod) for pod in pods}
    strangers = {str(reply.facts.get("pod", "?")) for reply in replies} - names
    if strangers:
        return _strangers(service, strangers)
    return passed(
        say(
            "{count} calls to {url}: all answered.",
            count=len(replies),
            url=replies[0].url,
        ),
        evidence=evidence(service),
    )


def _other_port(service: Object, port: int) -> Finding:
    ports = ", ".join(str(item["port"]) for item in service["spec"].get("ports") or ())
    return not_yet(
        "inner.other_port",
        seen=say("Service {name} is open at port {ports}.", name=name_of(service), ports=ports),
        expected=say("It is open at port {port}.", port=port),
        why=say("Callers know this port."),
        next_step=say("`port` is where callers come, `targetPort` where the container listens."),
        evidence=evidence(service),
    )


def _no_such_port(service: Object, target: str) -> Finding:
    return not_yet(
        "inner.no_such_port",
        seen=say(
            "Service {name} sends callers to the port named {target}.",
            name=name_of(service),
            target=quoted(target),
        ),
        expected=say("A container of these Pods has a port of that name."),
        why=say("A name leads nowhere until a container gives it to one of its ports."),
        next_step=say("Look at `ports` of the container: `kubectl describe pods`."),
        evidence=evidence(service),
    )


def _silence(service: Object, wrong: Sequence[Reply]) -> Finding:
    first = wrong[0] if wrong else None
    seen = first.problem or say("status {n}", n=first.status) if first else say("no call was made")
    return not_yet(
        "inner.silence",
        seen=say(
            "A call to Service {name} got: {problem}.",
            name=name_of(service),
            problem=quoted(seen, longest=90),
        ),
        expected=say("Every call is answered with status 200."),
        why=say("Nobody listens on that port of the Pods, or one has only begun to."),
        next_step=say("On which port does the container listen? Compare `targetPort` with it."),
        evidence=evidence(service),
        settling=True,
    )


def _strangers(service: Object, names: set[str]) -> Finding:
    return not_yet(
        "inner.strangers",
        seen=say(
            "Service {name} was answered by: {pods}.",
            name=name_of(service),
            pods=quoted(", ".join(sorted(names)), longest=90),
        ),
        expected=say("Only the Pods of the task answer."),
        why=say("Whoever calls must reach the right application."),
        next_step=say("Look who stands behind it: `kubectl get endpointslices`."),
        evidence=evidence(service),
        settling=True,
    )
