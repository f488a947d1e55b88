"""Why a Pod does not do its work, in words that a beginner understands."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from labkit.foundation.text import say
from labkit.grading.criteria.containers import NOT_FOUND, why_not_started
from labkit.grading.criteria.events import events_of, message_of
from labkit.grading.criteria.explanation import Explanation, cut, worst
from labkit.grading.criteria.objects import name_of
from labkit.grading.criteria.probe_failures import why_unready
from labkit.grading.criteria.scheduling import why_unscheduled
from labkit.grading.snapshot import Object
from labkit.kube.conditions import condition, is_leaving, pod_ready

NO_SOURCE = re.compile(rf'volume "([^"]+)".*?{NOT_FOUND}', re.DOTALL)
NO_ITEM = re.compile(
    r'volume "([^"]+)".*references non-existent (?:config|secret) key: (\S+)', re.DOTALL
)
VOLUMES = ("FailedMount", "FailedAttachVolume")


def trouble_of(pods: Iterable[Object], events: Sequence[Object] = ()) -> Explanation | None:
    """The worst trouble among them; None when all run, or are merely on their way."""
    return worst(why_not_running(pod, events) for pod in pods)


def why_not_running(pod: Object, events: Sequence[Object] = ()) -> Explanation | None:
    """Of one Pod; None when it is ready, being deleted, has done its work, or is on its way.

    Events tell more than conditions do, but nothing depends on them.
    """
    status = pod.get("status") or {}
    if pod_ready(pod) or is_leaving(pod) or status.get("phase") == "Succeeded":
        return None
    return worst(_reasons(pod, status, events))


def _reasons(
    pod: Object, status: Mapping[str, Any], events: Sequence[Object]
) -> Iterator[Explanation | None]:
    if status.get("phase") == "Failed":
        yield _failed(pod, status)
        return
    scheduled = condition(pod, "PodScheduled")
    if scheduled.get("reason") in ("Unschedulable", "SchedulingGated"):
        yield why_unscheduled(pod, str(scheduled.get("message") or ""))
    first = status.get("initContainerStatuses") or ()
    boxes = status.get("containerStatuses") or ()
    for box in (*first, *boxes):
        yield why_not_started(pod, box, events)
    for event in events_of(pod, events, *VOLUMES)[-1:]:
        if any(_is_being_made(box) for box in (*first, *boxes)):
            yield _no_volume(pod, message_of(event))
    yield from (_still_first(pod, box) for box in first if not _is_companion(pod, box))
    yield from (why_unready(pod, box, events) for box in boxes if _runs(box))


def _failed(pod: Object, status: Mapping[str, Any]) -> Explanation:
    """Ended for good: nobody starts such a Pod again."""
    seen = say("Pod {pod} has ended and is not started again.", pod=cut(name_of(pod)))
    if status.get("reason"):
        why = say(
            "It was ended by the cluster, {reason}: {message}",
            reason=status["reason"],
            message=cut(status.get("message", ""), 120),
        )
        step = say("Read its events: `kubectl describe pod {pod}`.", pod=cut(name_of(pod)))
        return Explanation("failed", seen, why, step)
    ends = [
        (box["name"], ended.get("exitCode"))
        for box in status.get("containerStatuses") or ()
        if (ended := (box.get("state") or {}).get("terminated") or {}).get("exitCode")
    ]
    name, code = ends[0] if ends else ("?", "?")
    why = say("Container {name} ended with exit code {code}.", name=cut(name, 60), code=code)
    step = say("Read its log: `kubectl logs {pod}`; then make the Pod anew.", pod=cut(name_of(pod)))
    return Explanation("failed", seen, why, step)


def _no_volume(pod: Object, message: str) -> Explanation:
    """The node tries again by itself, so what was mended a moment ago shows up soon."""
    seen = say("Pod {pod} waits for its volumes.", pod=cut(name_of(pod)))
    source, item = NO_SOURCE.search(message), NO_ITEM.search(message)
    step = say("Create what it names, or correct the name under volumes in the Pod template.")
    if source:
        kind = {"configmap": "ConfigMap", "secret": "Secret"}[source[2]]
        why = say(
            "Volume {volume} is to be filled from {kind} {name}, which is not there.",
            volume=cut(source[1], 40),
            kind=kind,
            name=cut(source[3], 60),
        )
        return Explanation("volume", seen, why, step, passing=True)
    if item:
        why = say(
            "Volume {volume} wants the key {key}, which is not there.",
            volume=cut(item[1], 40),
            key=cut(item[2], 60),
        )
        return Explanation("volume", seen, why, step, passing=True)
    why = say("A volume cannot be mounted: {message}", message=cut(message, 130))
    return Explanation("volume", seen, why, step, passing=True)


def _still_first(pod: Object, box: Mapping[str, Any]) -> Explanation | None:
    if not _runs(box):
        return None
    return Explanation(
        "init-stuck",
        say(
            "Pod {pod} is still at its init container {name}.",
            pod=cut(name_of(pod), 60),
            name=cut(box["name"], 40),
        ),
        say(
            "The other containers start when {name} has ended; it has not.",
            name=cut(box["name"], 60),
        ),
        say(
            "What does it wait for? `kubectl logs {pod} -c {name}`.",
            pod=cut(name_of(pod), 60),
            name=cut(box["name"], 40),
        ),
        passing=True,
    )


def _is_companion(pod: Object, box: Mapping[str, Any]) -> bool:
    """An init container that always restarts runs beside the others: nobody waits for its end."""
    written = (pod.get("spec") or {}).get("initContainers") or ()
    return any(
        one.get("name") == box.get("name") and one.get("restartPolicy") == "Always"
        for one in written
    )


def _runs(box: Mapping[str, Any]) -> bool:
    return "running" in (box.get("state") or {})


def _is_being_made(box: Mapping[str, Any]) -> bool:
    waiting = (box.get("state") or {}).get("waiting") or {}
    return waiting.get("reason") in ("ContainerCreating", "PodInitializing")
