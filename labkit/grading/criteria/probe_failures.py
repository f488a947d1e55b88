"""Probes that fail: which one, what it asks, and what it got."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from labkit.foundation.text import say
from labkit.grading.criteria.events import container_of, events_of, message_of
from labkit.grading.criteria.explanation import Explanation, cut
from labkit.grading.criteria.objects import name_of
from labkit.grading.snapshot import Object

FAILED = re.compile(r"(Liveness|Readiness|Startup) probe (?:failed|errored[^:]*): ?(.*)", re.DOTALL)
STATUS = re.compile(r"statuscode: (\d+)")
ENDED_BY_KUBELET = (0, 137, 143)
"""Exit codes of a program that was told to end: well, by SIGKILL, by SIGTERM."""


def why_ended_by_probe(
    pod: Object, container: Mapping[str, Any], code: object, events: Sequence[Object]
) -> Explanation | None:
    """Of a container that starts again and again because its health check fails."""
    for kind in ("startup", "liveness"):
        probe = _probe(pod, container, kind)
        failure = _failure(pod, container, kind, events)
        if probe and (failure or (not events and code in ENDED_BY_KUBELET)):
            return Explanation(
                kind,
                say(
                    "Container {name} of Pod {pod} is ended by its {kind} probe, again and again.",
                    name=cut(container["name"], 40),
                    pod=cut(name_of(pod), 60),
                    kind=kind,
                ),
                _why(probe, failure) if failure else _perhaps(probe, code),
                _startup_step() if kind == "startup" else _liveness_step(),
            )
    return None


def why_unready(
    pod: Object, container: Mapping[str, Any], events: Sequence[Object]
) -> Explanation | None:
    """Of a container that runs: it may have just begun, so waiting may be all it needs."""
    kind = "readiness" if container.get("started") else "startup"
    probe = _probe(pod, container, kind)
    if not probe or container.get("ready"):
        return None
    seen = say(
        "Container {name} of Pod {pod} runs, but is not ready.",
        name=cut(container["name"], 40),
        pod=cut(name_of(pod), 60),
    )
    step = _compare(probe, kind)
    return Explanation(
        kind, seen, _why(probe, _failure(pod, container, kind, events)), step, passing=True
    )


def _probe(pod: Object, container: Mapping[str, Any], kind: str) -> Mapping[str, Any]:
    spec = pod.get("spec") or {}
    for box in (*(spec.get("initContainers") or ()), *(spec.get("containers") or ())):
        if box.get("name") == container.get("name"):
            found: Mapping[str, Any] = box.get(f"{kind}Probe") or {}
            return found
    return {}


def _failure(pod: Object, container: Mapping[str, Any], kind: str, events: Sequence[Object]) -> str:
    """The newest failure of that probe, in the kubelet's words."""
    for event in reversed(events_of(pod, events, "Unhealthy")):
        found = FAILED.search(message_of(event))
        if (
            found
            and found[1].lower() == kind
            and container_of(event) in ("", container.get("name"))
        ):
            return found[2] or "?"
    return ""


def _why(probe: Mapping[str, Any], failure: str) -> str:
    asked = cut(asks(probe), 60)
    status = STATUS.search(failure)
    if not failure:
        return say("The probe ({asked}) has not succeeded yet.", asked=asked)
    if status:
        return say(
            "The probe ({asked}) is answered with status {status}; 200 to 399 would be well.",
            asked=asked,
            status=status[1],
        )
    if "connection refused" in failure:
        return say(
            "The probe ({asked}) finds nobody who listens there: connection refused.", asked=asked
        )
    if "deadline exceeded" in failure or "Timeout" in failure or "timed out" in failure:
        return say(
            "The probe ({asked}) gets no answer within {s} s.",
            asked=asked,
            s=probe.get("timeoutSeconds", 1),
        )
    if "executable file not found" in failure or "no such file" in failure:
        return say("The probe's command ({asked}) is not in the image.", asked=asked)
    return say("The probe ({asked}) fails: {failure}", asked=asked, failure=cut(failure, 80))


def asks(probe: Mapping[str, Any]) -> str:
    """GET :8080/healthz, TCP :5432, `cat /ready`."""
    if get := probe.get("httpGet"):
        return f"GET :{get.get('port')}{get.get('path', '/')}"
    if tcp := probe.get("tcpSocket"):
        return f"TCP :{tcp.get('port')}"
    if grpc := probe.get("grpc"):
        return f"gRPC :{grpc.get('port')}"
    return f"`{' '.join((probe.get('exec') or {}).get('command') or ())}`"


def _perhaps(probe: Mapping[str, Any], code: object) -> str:
    """Without events it is a guess, and is called one."""
    return say(
        "Exit code {code} is how one ends that is told to; the probe ({asked}) may have done that.",
        code=code,
        asked=cut(asks(probe), 60),
    )


def _compare(probe: Mapping[str, Any], kind: str) -> str:
    if "exec" in probe:
        return say("Run the command of {kind}Probe yourself: `kubectl exec`.", kind=kind)
    return say("Compare path and port of {kind}Probe with what the container serves.", kind=kind)


def _startup_step() -> str:
    return say("Does it need longer? failureThreshold times periodSeconds is what it gets.")


def _liveness_step() -> str:
    return say("Correct path and port of livenessProbe; a slow start wants a startupProbe.")
