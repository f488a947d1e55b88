"""What Pods ask for: requests of CPU and memory, compared as quantities."""

from collections.abc import Mapping, Sequence
from typing import Any

from labkit.foundation.text import say
from labkit.grading.criteria.answers import quoted
from labkit.grading.criteria.objects import as_selector, evidence, labelled, name_of
from labkit.grading.snapshot import Object, Snapshot
from labkit.grading.verdict import Finding, not_started, not_yet, passed
from labkit.kube.conditions import is_leaving
from labkit.kube.quantities import same_quantity


def pods_ask_for(snapshot: Snapshot, labels: Mapping[str, str], what: str, amount: str) -> Finding:
    """There is such a Pod, and every container of all of them requests that much."""
    pods = [pod for pod in labelled(snapshot.objects("Pod"), labels) if not is_leaving(pod)]
    if not pods:
        return not_started(
            "requests.no_pods",
            seen=say("There is no Pod with the label {label}.", label=as_selector(labels)),
            next_step=say("First let such Pods run."),
        )
    for pod in pods:
        for box in pod["spec"]["containers"]:
            asked = _requested(box, what)
            if not same_quantity(asked, amount):
                return _other(pod, box, (what, asked, amount))
    seen = say("Every Pod asks for {amount} of {what}.", amount=amount, what=what)
    return passed(seen, evidence=evidence(*pods))


def _requested(box: Mapping[str, Any], what: str) -> str:
    return str(((box.get("resources") or {}).get("requests") or {}).get(what, ""))


def _other(pod: Object, box: Mapping[str, Any], amounts: Sequence[str]) -> Finding:
    what, asked, amount = amounts
    limits = (box.get("resources") or {}).get("limits") or {}
    why = say("By its requests the scheduler chooses a node, and sets that much aside there.")
    if what in limits and asked == str(limits[what]):
        why = say("Where only a limit is given, the request is made the same.")
    return not_yet(
        "requests.other" if asked else "requests.none",
        seen=say(
            "Pod {pod} asks for this much {what}: {asked}.",
            pod=name_of(pod),
            what=what,
            asked=quoted(asked) or say("nothing"),
        ),
        expected=say("It asks for {amount}.", amount=amount),
        why=why,
        next_step=say("Set resources.requests.{what} of the container in the template.", what=what),
        evidence=evidence(pod),
    )
