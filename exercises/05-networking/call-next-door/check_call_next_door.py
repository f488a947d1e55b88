"""The reporter calls its neighbour by a name that lasts, and is answered by the neighbour."""

from labkit.foundation.text import say
from labkit.grading.criteria import calls
from labkit.grading.criteria.answers import quoted
from labkit.grading.criteria.objects import evidence, labelled, name_of, names_of
from labkit.grading.criteria.observers import unfresh
from labkit.grading.criteria.rollouts import deployment_for, trouble
from labkit.grading.criteria.services import pods_behind
from labkit.grading.criteria.times import clock_time, moment
from labkit.grading.criteria.workloads import deployment_settled, pods_of, settled
from labkit.grading.snapshot import Line, Object, Snapshot
from labkit.grading.verdict import Finding, not_yet, passed

REPORTER, NAME, VARIABLE = {"app": "reporter"}, "reporter", "TARGET"
WEATHER, NEIGHBOUR = {"app": "weather"}, "b"


def target_is_a_name(snapshot: Snapshot) -> Finding:
    reporter = deployment_for(snapshot, REPORTER, NAME)
    if reporter is None:
        return deployment_settled(snapshot, REPORTER)
    host = _host(snapshot, reporter)
    if not host:
        return _no_host(reporter, _target(snapshot, reporter))
    if calls.is_number(host):
        return _number(reporter, host)
    meant = calls.followed(snapshot, calls.meant_by(host, snapshot.namespace))
    service = calls.service_at(snapshot, meant) if meant else None
    if meant is None or service is None or not _leads_next_door(snapshot, service, meant):
        return _other_place(snapshot, reporter, host, meant)
    seen = say("{host} means Service {service}.", host=host, service=_written(meant))
    return passed(seen, evidence=evidence(reporter, service))


def resolved_and_read(snapshot: Snapshot) -> Finding:
    reporter = deployment_for(snapshot, REPORTER, NAME)
    if reporter is None:
        return deployment_settled(snapshot, REPORTER)
    host = _host(snapshot, reporter)
    return (
        trouble(settled(snapshot, reporter))
        or _pinned(reporter, host)
        or _answered(snapshot, reporter)
    )


def _answered(snapshot: Snapshot, reporter: Object) -> Finding:
    lines = snapshot.log("app=reporter")
    judged = [reporter, *pods_of(reporter, snapshot.objects("Pod"))]
    stale = unfresh(snapshot, lines, judged)
    if stale:
        return stale
    last = lines[-1]
    if not last.facts.get("ok"):
        return _no_answer(reporter, last)
    neighbours = labelled(snapshot.objects("Pod", NEIGHBOUR), WEATHER)
    if last.facts.get("pod") not in [name_of(pod) for pod in neighbours]:
        return _strangers(snapshot, reporter, last)
    return passed(
        say(
            "Next door, {pod} answered: {word}.",
            pod=last.facts["pod"],
            word=quoted(str(last.facts.get("version", ""))),
        ),
        evidence=evidence(reporter),
    )


def _target(snapshot: Snapshot, reporter: Object) -> str | None:
    container = reporter["spec"]["template"]["spec"]["containers"][0]
    return calls.address_in(snapshot, container, VARIABLE)


def _host(snapshot: Snapshot, reporter: Object) -> str:
    return calls.host_of(_target(snapshot, reporter) or "")


def _leads_next_door(snapshot: Snapshot, service: Object, meant: calls.Place) -> bool:
    if meant.namespace != snapshot.namespaces[NEIGHBOUR]:
        return False
    behind = pods_behind(service, snapshot.objects("Pod", NEIGHBOUR))
    return bool(labelled(behind, WEATHER))


def _written(place: calls.Place) -> str:
    return say("{service} in {namespace}", service=place.service, namespace=place.namespace)


def _pinned(reporter: Object, host: str) -> Finding | None:
    aliases = reporter["spec"]["template"]["spec"].get("hostAliases") or ()
    pinned = [one for one in aliases if host and host in (one.get("hostnames") or ())]
    if not pinned:
        return None
    return not_yet(
        "call.pinned",
        seen=say("hostAliases say that {host} is {ip}.", host=host, ip=pinned[0].get("ip")),
        expected=say("The cluster's DNS is asked for the name."),
        why=say("A number written down goes out of date, wherever it is written."),
        next_step=say("Take hostAliases out of the Pod template."),
        evidence=evidence(reporter),
    )


def _no_host(reporter: Object, target: str | None) -> Finding:
    written = say("not set") if target is None else quoted(target)
    return not_yet(
        "call.no_host",
        seen=say("{variable} of the reporter: {target}.", variable=VARIABLE, target=written),
        expected=say("A web address: http://, a name, a colon and a port."),
        why=say("Without `http://` in front a program cannot tell the name from the rest."),
        next_step=say("Set it: `kubectl set env deployment/reporter TARGET=http://…`."),
        evidence=evidence(reporter),
    )


def _number(reporter: Object, host: str) -> Finding:
    return not_yet(
        "call.number",
        seen=say("The reporter calls a number: {host}.", host=host),
        expected=say("It calls a name."),
        why=say("A Service or Pod that is made anew gets another number; its name stays."),
        next_step=say("Put the name of the Service, and of its namespace, in its place."),
        evidence=evidence(reporter),
    )


def _other_place(
    snapshot: Snapshot, reporter: Object, host: str, meant: calls.Place | None
) -> Finding:
    if meant is None:
        seen = say("{host} is no name of a Service of this cluster.", host=quoted(host))
    else:
        seen = say("{host} means {place}.", host=quoted(host), place=quoted(_written(meant)))
    return not_yet(
        "call.other_place",
        seen=seen,
        expected=say(
            "It means Service weather in {namespace}.", namespace=snapshot.namespaces[NEIGHBOUR]
        ),
        why=say("A name without a dot is looked up at home; two parts mean Service and namespace."),
        next_step=say("Write the Service's name, a dot, and the neighbour's namespace."),
        evidence=evidence(reporter),
    )


def _no_answer(reporter: Object, last: Line) -> Finding:
    problem = last.facts.get("problem") or say("status {n}", n=last.facts.get("status"))
    return not_yet(
        "call.no_answer",
        seen=say(
            "The call to {target} at {time} came to: {problem}.",
            target=quoted(str(last.facts.get("target")), longest=70),
            time=clock_time(moment(last.until)),
            problem=quoted(str(problem), longest=70),
        ),
        expected=say("It is answered by the neighbour."),
        why=say("“No such host”, “misbehaving”: the name is wrong; all else: the number or port."),
        next_step=say("Compare name and port with `kubectl get services` in the other namespace."),
        evidence=evidence(reporter),
    )


def _strangers(snapshot: Snapshot, reporter: Object, last: Line) -> Finding:
    neighbours = labelled(snapshot.objects("Pod", NEIGHBOUR), WEATHER)
    return not_yet(
        "call.strangers",
        seen=say("The last call was answered by {pod}.", pod=quoted(str(last.facts.get("pod")))),
        expected=say("A Pod next door answers: {pods}.", pods=quoted(names_of(neighbours))),
        why=say("Somebody else's weather is not the neighbour's."),
        next_step=say("Whom does the name mean? Say the namespace as well."),
        evidence=evidence(reporter),
    )
