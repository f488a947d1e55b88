"""Why a Pod does not do its work, in words that a beginner understands."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from labkit.foundation.text import say
from labkit.grading.criteria.answers import quoted
from labkit.grading.criteria.objects import name_of
from labkit.grading.snapshot import Object
from labkit.kube.conditions import condition

IMAGE_REASONS = ("ErrImagePull", "ImagePullBackOff", "InvalidImageName", "ErrImageNeverPull")


@dataclass(frozen=True, slots=True)
class Trouble:
    """What keeps a Pod from its work; waiting alone does not mend it."""

    why: str
    next_step: str


def trouble_of(pods: Iterable[Object]) -> Trouble | None:
    """The first trouble among them; None when all run, or are merely on their way."""
    return next((found for pod in pods for found in _troubles(pod)), None)


def _troubles(pod: Object) -> Iterator[Trouble]:
    status = pod.get("status") or {}
    for container in (
        *status.get("initContainerStatuses", ()),
        *status.get("containerStatuses", ()),
    ):
        found = _of_container(pod, container)
        if found:
            yield found
    scheduled = condition(pod, "PodScheduled")
    if scheduled.get("reason") == "Unschedulable":
        yield Trouble(
            say("No node takes it: {reason}", reason=_cut(scheduled.get("message", ""))),
            say("Compare what Pod {pod} asks for with what the nodes have left.", pod=name_of(pod)),
        )


def _of_container(pod: Object, container: Mapping[str, Any]) -> Trouble | None:
    waiting = (container.get("state") or {}).get("waiting") or {}
    reason = waiting.get("reason", "")
    if reason in IMAGE_REASONS:
        return Trouble(
            say(
                "The node cannot get image {image} ({reason}).",
                image=_image(container),
                reason=reason,
            ),
            say("Compare the image's name and tag with the task, letter by letter."),
        )
    if reason == "CreateContainerConfigError":
        return Trouble(
            say(
                "A container lacks what it refers to: {reason}",
                reason=_cut(waiting.get("message", "")),
            ),
            say("Create that object, or correct its name in the Pod template."),
        )
    if reason in ("CrashLoopBackOff", "RunContainerError", "CreateContainerError"):
        return _of_crash(pod, container, reason)
    return None


def _of_crash(pod: Object, container: Mapping[str, Any], reason: str) -> Trouble:
    last = (container.get("lastState") or {}).get("terminated") or {}
    if last.get("reason") == "OOMKilled":
        return Trouble(
            say(
                "Container {name} was ended because it used more memory than its limit.",
                name=container["name"],
            ),
            say("Raise its memory limit, or let it use less."),
        )
    return Trouble(
        say(
            "Container {name} starts and ends again and again ({reason}, exit code {code}).",
            name=container["name"],
            reason=reason,
            code=last.get("exitCode", "?"),
        ),
        say("Read its last words: `kubectl logs {pod} --previous`.", pod=name_of(pod)),
    )


def _image(container: Mapping[str, Any]) -> str:
    return _cut(container.get("image", "?"))


def _cut(text: str) -> str:
    return quoted(text, longest=110)
