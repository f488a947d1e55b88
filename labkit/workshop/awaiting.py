"""What the `wait` and `delete` steps mean by available, ready, gone and so on."""

from collections.abc import Callable
from datetime import datetime
from functools import partial

from labkit.foundation.text import say
from labkit.foundation.waiting import wait_until
from labkit.grading.steps import Target, Wait
from labkit.kube.conditions import (
    daemon_set_available,
    deployment_available,
    is_leaving,
    is_true,
    node_ready,
    pod_ready,
)
from labkit.kube.errors import ObjectNotFound, ObjectRejected
from labkit.kube.reader import Reader
from labkit.kube.resources import Object, Objects, Selection
from labkit.kube.waiting import wait_for_all

POLL_SECONDS = 0.2  # of logs and of time, which offer no watch
LINES = 1000  # of a log, in which a text is looked for


def wait_for_step(reader: Reader, wait: Wait, namespace: str) -> None:
    """Raises TimedOut with the last status. With labels, at least one is there and all fit."""
    word, _, value = wait.until.partition("=")
    if word == "log":
        _poll(reader, wait, namespace, partial(_has_printed, reader, value))
        return
    if word == "running_seconds":
        _poll(reader, wait, namespace, lambda pod: _runs_for(pod, reader.clock.now(), int(value)))
        return
    fits = predicate(wait.target.kind, wait.until)

    def until(objects: Objects) -> bool:
        if wait.until == "gone":
            return not objects
        if wait.until == "deleted":
            return all(map(is_leaving, objects))
        return bool(objects) and all(map(fits, objects))

    wait_for_all(
        reader,
        _selection(wait.target, namespace),
        until,
        limit_seconds=wait.limit_seconds,
        awaited=f"{named(wait.target)}: {wait.until}",
    )


def wait_until_gone(reader: Reader, target: Target, namespace: str, limit_seconds: float) -> None:
    wait_for_step(reader, Wait(target, "gone", limit_seconds), namespace)


def matching(reader: Reader, target: Target, namespace: str) -> Objects:
    """One object by its name, or all with the labels; none is no error."""
    chosen = _selection(target, namespace)
    return reader.list(
        chosen.kind, namespace=chosen.namespace, labels=chosen.labels, fields=chosen.fields
    )


def named(target: Target) -> str:
    return f"{target.kind}/{target.name}" if target.name else f"{target.kind} {target.labels}"


def predicate(kind: str, until: str) -> Callable[[Object], bool]:
    word, _, value = until.partition("=")
    if word == "condition":
        return lambda object_: is_true(object_, value)
    if word == "restarted":
        return _has_restarted
    if word == "ready":
        return {"Pod": pod_ready, "Node": node_ready}.get(
            kind, lambda object_: is_true(object_, "Ready")
        )
    return daemon_set_available if kind == "DaemonSet" else deployment_available


def _poll(reader: Reader, wait: Wait, namespace: str, fits: Callable[[Object], bool]) -> None:
    def all_fit() -> bool:
        pods = matching(reader, wait.target, namespace)
        return bool(pods) and all(map(fits, pods))

    wait_until(
        all_fit,
        f"{named(wait.target)}: {wait.until}",
        limit_seconds=wait.limit_seconds,
        clock=reader.clock,
        pause_seconds=POLL_SECONDS,
        next_step=say("Look at `kubectl describe` and `kubectl logs` of these Pods."),
    )


def _has_printed(reader: Reader, text: str, pod: Object) -> bool:
    metadata = pod["metadata"]
    try:
        return text in reader.log(metadata["name"], metadata["namespace"], tail=LINES)
    except (ObjectRejected, ObjectNotFound):
        return False  # its container is not there yet, or the Pod is not any more


def _runs_for(pod: Object, now: datetime, seconds: int) -> bool:
    containers = (pod.get("status") or {}).get("containerStatuses") or ()
    started = [_started(container) for container in containers]
    return bool(started) and all(
        moment and (now - datetime.fromisoformat(moment)).total_seconds() >= seconds
        for moment in started
    )


def _started(container: Object) -> str:
    return str(((container.get("state") or {}).get("running") or {}).get("startedAt", ""))


def _has_restarted(pod: Object) -> bool:
    containers = (pod.get("status") or {}).get("containerStatuses") or ()
    return any(container.get("restartCount", 0) for container in containers)


def _selection(target: Target, namespace: str) -> Selection:
    fields = f"metadata.name={target.name}" if target.name else ""
    return Selection(target.kind, namespace or None, target.labels, fields)
