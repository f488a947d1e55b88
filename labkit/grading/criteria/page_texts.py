"""What the page behind a Service says, asked through the API server: words, or facts as JSON."""

from collections.abc import Mapping, Sequence

from labkit.foundation.text import say
from labkit.grading.criteria.answers import plain, quoted
from labkit.grading.criteria.events import events_in
from labkit.grading.criteria.image_pods import no_pod, not_ready, pods_with
from labkit.grading.criteria.objects import evidence, name_of
from labkit.grading.criteria.services import pods_behind
from labkit.grading.snapshot import Object, Reply, Snapshot
from labkit.grading.verdict import Finding, not_started, not_yet, passed
from labkit.kube.conditions import pod_ready

NOT_LISTENING = (0, 502, 503)  # what the proxy says for a port that nobody opened, or not yet


def page_says(snapshot: Snapshot, labels: Mapping[str, str], words: str) -> Finding:
    """A Service in front of these Pods answers with a page that has the words in it."""
    reply = _answer(snapshot, labels)
    if isinstance(reply, Finding):
        return reply
    if plain(words) not in plain(reply.text):
        return _other_page(reply, say("The page has the words {words!r}.", words=words))
    return passed(say("{url} says {words!r}.", url=reply.url, words=words))


def page_tells(snapshot: Snapshot, labels: Mapping[str, str], facts: Mapping[str, str]) -> Finding:
    """The same of facts, a JSON object."""
    reply = _answer(snapshot, labels)
    if isinstance(reply, Finding):
        return reply
    told = {key: str(reply.facts.get(key, "")) for key in facts}
    wrong = [key for key, value in facts.items() if plain(told[key]) != plain(value)]
    if wrong:
        wanted = ", ".join(f"{key}={facts[key]}" for key in wrong)
        return _other_page(reply, say("The page tells {wanted}.", wanted=wanted))
    shown = ", ".join(f"{key}={value}" for key, value in facts.items())
    return passed(say("{url} tells {facts}.", url=reply.url, facts=shown))


def _answer(snapshot: Snapshot, labels: Mapping[str, str]) -> Reply | Finding:
    """What one visitor got from a Service that has such a Pod behind it."""
    pods = pods_with(snapshot, labels)
    if not pods:
        return no_pod(labels)
    ready = [pod for pod in pods if pod_ready(pod)]
    if not ready:
        return not_ready(pods, events_in(snapshot))
    doors = [one for one in snapshot.objects("Service") if pods_behind(one, ready)]
    replies = [
        reply
        for reply in snapshot.replies("service")
        if reply.service in [name_of(one) for one in doors]
    ]
    if not replies:
        return _no_door(pods)
    good = next((reply for reply in replies if reply.status == 200), None)
    return good or _no_page(replies[0], ready)


def _no_door(pods: Sequence[Object]) -> Finding:
    return not_started(
        "says.no_service",
        seen=say("No Service with port 8080 leads to your Pod."),
        next_step=say("The Service was there at the start: `labkit reset` brings it back."),
    )


def _no_page(reply: Reply, pods: Sequence[Object]) -> Finding:
    got = reply.problem or say("status {status}", status=reply.status)
    return not_yet(
        "says.no_page",
        seen=say("{url} gave no page: {got}.", url=reply.url, got=quoted(got, longest=80)),
        expected=say("It answers with status 200."),
        why=say("The Service brings visitors to port 8080 of your Pod."),
        next_step=say("What does the container start, on which port, and with which folder?"),
        evidence=evidence(*pods),
        settling=reply.status in NOT_LISTENING,
    )


def _other_page(reply: Reply, expected: str) -> Finding:
    return not_yet(
        "says.other",
        seen=say("{url} says: {text}", url=reply.url, text=quoted(reply.text, longest=80)),
        expected=expected,
        why=say("A page is what the container serves, not what is written on the image."),
        next_step=say("Try the image by itself first: `podman run`, then `curl`."),
    )
