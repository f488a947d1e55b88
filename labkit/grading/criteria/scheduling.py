"""Pods that no node takes, from the scheduler's own sentence."""

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from labkit.foundation.text import say
from labkit.grading.criteria.explanation import Explanation, cut
from labkit.grading.criteria.objects import name_of
from labkit.grading.snapshot import Object
from labkit.kube.quantities import quantity

NODES = re.compile(r"0/(\d+) nodes are available")
SHORT = re.compile(r"(\d+) Insufficient ([\w./-]*\w)")
TAINT = re.compile(r"(\d+) node\(s\) had untolerated taint(?:\(s\)| (\{[^}]*\}))?")
LABELS = re.compile(r"(\d+) node\(s\) didn't match Pod's node affinity/selector")
SPREAD = re.compile(
    r"(\d+) node\(s\) didn't (?:match pod (?:anti-)?affinity|satisfy existing pods anti-)"
)
PORTS = re.compile(r"(\d+) node\(s\) didn't have free ports")
CORDONED = re.compile(r"(\d+) node\(s\) were unschedulable")
UNBOUND = re.compile(r"unbound immediate PersistentVolumeClaims|didn't find available persistent")
NO_CLAIM = re.compile(r'persistentvolumeclaim "([^"]+)" (?:not found|is being deleted)')
VOLUME_ELSEWHERE = re.compile(r"(\d+) node\(s\) (?:had|didn't match).* volume node affinity")

Rule = tuple[re.Pattern[str], Callable[[re.Match[str], Object, str], Explanation]]


def why_unscheduled(pod: Object, message: str) -> Explanation:
    """The reason that its author can mend comes first: nodes with a taint are often in the list."""
    for pattern, explain in RULES:
        found = pattern.search(message)
        if found:
            return explain(found, pod, message)
    return Explanation(
        "unscheduled",
        _seen(pod, message),
        say("The scheduler said: {message}", message=cut(message, 140)),
        say(
            "Compare what Pod {pod} asks for with what the nodes have left.", pod=cut(name_of(pod))
        ),
    )


def _seen(pod: Object, message: str) -> str:
    nodes = NODES.search(message)
    return say(
        "Pod {pod} waits: none of {count} nodes takes it.",
        pod=cut(name_of(pod)),
        count=nodes[1] if nodes else "?",
    )


def _too_little(found: re.Match[str], pod: Object, message: str) -> Explanation:
    what = found[2]
    return Explanation(
        f"no-{what}",
        _seen(pod, message),
        say(
            "It asks for {amount} of {what}, more than is free on these nodes: {count}.",
            amount=_asked(pod, what),
            what=cut(what),
            count=found[1],
        ),
        say("Lower resources.requests, or free some; `kubectl describe nodes` shows what is left."),
    )


def _asked(pod: Object, what: str) -> str:
    """Its containers' requests, in the words of the manifest where there is one alone."""
    boxes = (pod.get("spec") or {}).get("containers") or ()
    asked = [amount for box in boxes if (amount := _request(box, what))]
    if len(asked) < 2:
        return cut(asked[0]) if asked else "?"
    try:
        return f"{sum(map(quantity, asked), Decimal()).normalize():f}"
    except ValueError:
        return cut(" + ".join(asked))


def _request(box: Mapping[str, Any], what: str) -> str:
    return str(((box.get("resources") or {}).get("requests") or {}).get(what) or "")


def _tainted(found: re.Match[str], pod: Object, message: str) -> Explanation:
    return Explanation(
        "taint",
        _seen(pod, message),
        say(
            "Nodes that keep strange Pods away by a taint: {count} {taint}",
            count=found[1],
            taint=cut(found[2] or ""),
        ).rstrip(),
        say("Read Taints in `kubectl describe nodes`; a toleration in the Pod lets it in."),
    )


def _other_labels(found: re.Match[str], pod: Object, message: str) -> Explanation:
    wanted = (pod.get("spec") or {}).get("nodeSelector") or {}
    labels = ", ".join(f"{key}={value}" for key, value in wanted.items())
    return Explanation(
        "node-labels",
        _seen(pod, message),
        say(
            "It wants a node labelled {labels}; nodes without: {count}.",
            labels=cut(labels),
            count=found[1],
        )
        if labels
        else say("Its nodeAffinity fits none of these nodes: {count}.", count=found[1]),
        say("Compare nodeSelector and affinity with `kubectl get nodes --show-labels`."),
    )


def _apart(found: re.Match[str], pod: Object, message: str) -> Explanation:
    return Explanation(
        "pod-affinity",
        _seen(pod, message),
        say(
            "Its podAffinity or podAntiAffinity keeps it from these nodes: {count}.", count=found[1]
        ),
        say(
            "Look at affinity in the Pod, and at which Pods are where: `kubectl get pods -o wide`."
        ),
    )


def _port_taken(found: re.Match[str], pod: Object, message: str) -> Explanation:
    boxes = (pod.get("spec") or {}).get("containers") or ()
    ports = [
        str(port["hostPort"])
        for box in boxes
        for port in box.get("ports") or ()
        if port.get("hostPort")
    ]
    return Explanation(
        "host-port",
        _seen(pod, message),
        say(
            "It wants a port of the node itself ({ports}), taken on these nodes: {count}.",
            ports=cut(", ".join(ports)),
            count=found[1],
        ),
        say("Leave hostPort out: a Service leads visitors to the Pod without it."),
    )


def _cordoned(found: re.Match[str], pod: Object, message: str) -> Explanation:
    return Explanation(
        "cordoned",
        _seen(pod, message),
        say("Nodes closed for new Pods (SchedulingDisabled): {count}.", count=found[1]),
        say("See `kubectl get nodes`; `kubectl uncordon` opens a node again."),
    )


def _no_claim(found: re.Match[str], pod: Object, message: str) -> Explanation:
    return Explanation(
        "claim-missing",
        _seen(pod, message),
        say("It wants the PersistentVolumeClaim {name}, which is not there.", name=cut(found[1])),
        say("Create the claim in this namespace, or correct claimName in the Pod."),
    )


def _unbound(_: re.Match[str], pod: Object, message: str) -> Explanation:
    volumes = (pod.get("spec") or {}).get("volumes") or ()
    claims = [
        str((volume.get("persistentVolumeClaim") or {}).get("claimName") or "")
        for volume in volumes
    ]
    return Explanation(
        "claim-unbound",
        _seen(pod, message),
        say(
            "Its PersistentVolumeClaim has no volume yet: {claims}.",
            claims=cut(", ".join(filter(None, claims)) or "?"),
        ),
        say("Look at its storage class and events: `kubectl describe pvc`."),
    )


def _volume_elsewhere(found: re.Match[str], pod: Object, message: str) -> Explanation:
    return Explanation(
        "volume-elsewhere",
        _seen(pod, message),
        say(
            "Its volume belongs to another node; nodes that cannot reach it: {count}.",
            count=found[1],
        ),
        say("Let the Pod run where its volume is: `kubectl describe pv` names the node."),
    )


RULES: tuple[Rule, ...] = (
    (NO_CLAIM, _no_claim),
    (UNBOUND, _unbound),
    (SHORT, _too_little),
    (PORTS, _port_taken),
    (VOLUME_ELSEWHERE, _volume_elsewhere),
    (SPREAD, _apart),
    (LABELS, _other_labels),
    (CORDONED, _cordoned),
    (TAINT, _tainted),
)
