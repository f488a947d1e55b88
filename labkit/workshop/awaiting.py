"""What the `wait` and `delete` steps mean by available, ready and gone."""

from collections.abc import Callable

from labkit.grading.steps import Target, Wait
from labkit.kube.conditions import (
    daemon_set_available,
    deployment_available,
    is_true,
    node_ready,
    pod_ready,
)
from labkit.kube.reader import Reader
from labkit.kube.resources import Object, Objects, Selection
from labkit.kube.waiting import wait_for_all


def wait_for_step(reader: Reader, wait: Wait, namespace: str) -> None:
    """Raises TimedOut with the last status. With labels, at least one is there and all fit."""
    fits = predicate(wait.target.kind, wait.until)

    def until(objects: Objects) -> bool:
        if wait.until == "gone":
            return not objects
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
    if word == "ready":
        return {"Pod": pod_ready, "Node": node_ready}.get(
            kind, lambda object_: is_true(object_, "Ready")
        )
    return daemon_set_available if kind == "DaemonSet" else deployment_available


def _selection(target: Target, namespace: str) -> Selection:
    fields = f"metadata.name={target.name}" if target.name else ""
    return Selection(target.kind, namespace or None, target.labels, fields)
