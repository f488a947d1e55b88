"""A chain of applications, each calling the next: what `/chain` of the first answers.

The hello image answers it with a list of hops, from itself to the end of the chain; where a link
is broken, the last entry says what is wrong.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from labkit.foundation.text import say
from labkit.grading.criteria.answers import quoted
from labkit.grading.criteria.objects import evidence, name_of
from labkit.grading.criteria.services import port_of
from labkit.grading.snapshot import Object, Reply, Snapshot
from labkit.grading.verdict import Finding, not_yet, passed
from labkit.kube.conditions import is_leaving

PATH = "/chain"
PORT = 80
ARROW = " → "

Pods = Mapping[str, Sequence[Object]]
"""Pods of each application, in the order in which the chain is to pass them."""

Hop = Mapping[str, Any]


def chain_passes(
    snapshot: Snapshot, service: Object, pods: Pods, *, settling: bool = False
) -> Finding:
    """Each call to the first Service goes through one Pod of every application, in their order.

    `settling` says that all looks right, so that a broken chain may only need a moment. So may one
    while Pods are on their way out: whoever called them before keeps the connection until then.
    """
    settling = settling or any(is_leaving(pod) for each in pods.values() for pod in each)
    if port_of(service, PORT) is None:
        return _not_open(service)
    name = name_of(service)
    replies = [r for r in snapshot.replies("service") if r.service == name and _asks_chain(r)]
    walks = {_walked(reply, pods) for reply in replies}
    whole = {tuple(pods)}
    if walks == whole and all(reply.status == 200 for reply in replies):
        seen = say("{count} calls went {way}.", count=len(replies), way=ARROW.join(pods))
        return passed(seen, evidence=evidence(service))
    broken = next((reply for reply in replies if reply.status != 200), None)
    if broken or not replies:
        return _broken(service, pods, broken, settling=settling)
    return _other_way(service, pods, next(iter(walks - whole)), settling=settling)


def hops_of(reply: Reply) -> list[Hop]:
    """None of them where the answer is no chain."""
    try:
        hops = json.loads(reply.text)
    except ValueError:
        return []
    return [hop for hop in hops if isinstance(hop, dict)] if isinstance(hops, list) else []


def _asks_chain(reply: Reply) -> bool:
    return reply.url.endswith(PATH)


def _walked(reply: Reply, pods: Pods) -> tuple[str, ...]:
    """The application of each hop, by its Pod; a stranger is called by its Pod's name."""
    apps = {name_of(pod): app for app, each in pods.items() for pod in each}
    names = [str(hop["pod"]) for hop in hops_of(reply) if hop.get("pod")]
    return tuple(apps.get(name, name) for name in names)


def _problem(reply: Reply | None) -> str:
    if reply is None:
        return say("no call was made")
    told = [str(hop["problem"]) for hop in hops_of(reply) if hop.get("problem")]
    return told[-1] if told else reply.problem or say("status {n}", n=reply.status)


def _not_open(service: Object) -> Finding:
    ports = ", ".join(str(port["port"]) for port in service["spec"].get("ports") or ())
    return not_yet(
        "chain.not_open",
        seen=say("Service {name} is open at port {ports}.", name=name_of(service), ports=ports),
        expected=say("It is open at port {port}.", port=PORT),
        why=say("Callers who write no port into a web address come to port 80."),
        next_step=say("`port` is where callers come, `targetPort` where the container listens."),
        evidence=evidence(service),
    )


def _broken(service: Object, pods: Pods, reply: Reply | None, *, settling: bool) -> Finding:
    reached = ARROW.join(_walked(reply, pods)) if reply else ""
    return not_yet(
        "chain.broken",
        seen=say(
            "The chain comes as far as {reached}, and there: {problem}.",
            reached=quoted(reached, longest=70),
            problem=quoted(_problem(reply), longest=90),
        )
        if reached
        else say(
            "A call to {first} got no chain: {problem}.",
            first=next(iter(pods)),
            problem=quoted(_problem(reply), longest=90),
        ),
        expected=say("It goes {way}.", way=ARROW.join(pods)),
        why=say("The last application that answered could not reach the next one.")
        if reached
        else say("It is not there, or it waits in vain for the one that it calls."),
        next_step=say("Look at this link: address, Service, selector, port, and who is Ready."),
        evidence=evidence(service),
        settling=settling,
    )


def _other_way(service: Object, pods: Pods, walk: Sequence[str], *, settling: bool) -> Finding:
    return not_yet(
        "chain.other_way",
        seen=say("A call went {way}.", way=quoted(ARROW.join(walk) or say("nowhere"), longest=140)),
        expected=say("It goes {way}.", way=ARROW.join(pods)),
        why=say("Each application calls the one that its variable BACKEND_URL names."),
        next_step=say("Compare BACKEND_URL of each application with the order in the task."),
        evidence=evidence(service),
        settling=settling,
    )
