"""Images: compared by repository and tag, and why a node cannot get one."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from labkit.foundation.text import say
from labkit.grading.criteria.events import events_of, message_of
from labkit.grading.criteria.explanation import Explanation, cut
from labkit.grading.criteria.objects import name_of
from labkit.grading.snapshot import Object

DEFAULT_REGISTRY = "docker.io"
LATEST = "latest"
PULLING = ("ErrImagePull", "ImagePullBackOff")
REFUSED_LOGIN = "image-refused"
UNREADABLE = "FailedToRetrieveImagePullSecret"
PULL_SECRETS = re.compile(r"pull secrets \(([^)]*)\)")
REFUSED = re.compile(
    r"\b40[13]\b|unauthorized|forbidden|authentication required|access denied|denied:", re.I
)
UNKNOWN_OR_PRIVATE = re.compile(r"does not exist or may require authorization")
NOT_FOUND = re.compile(r"not found|code = NotFound|manifest unknown|\b404\b|does not exist", re.I)
NO_REGISTRY = re.compile(
    r"dial tcp|no such host|i/o timeout|connection refused|tls:|x509|HTTP response to HTTPS"
    r"|deadline exceeded|unreachable|toomanyrequests|\b429\b|\b5\d\d\b",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Image:
    registry: str
    repository: str
    tag: str = ""
    digest: str = ""

    def __str__(self) -> str:
        end = f"@{self.digest}" if self.digest else f":{self.tag}"
        return f"{self.registry}/{self.repository}{end}"


def image_of(reference: str) -> Image:
    """As a container runtime reads it: nginx is docker.io/library/nginx:latest."""
    rest, _, digest = reference.strip().partition("@")
    path, _, tag = rest.rpartition(":") if ":" in rest.rpartition("/")[2] else (rest, "", "")
    first, slash, more = path.partition("/")
    is_registry = bool(slash) and ("." in first or ":" in first or first == "localhost")
    registry, repository = (first, more) if is_registry else (DEFAULT_REGISTRY, path)
    if registry == "index.docker.io":
        registry = DEFAULT_REGISTRY
    if registry == DEFAULT_REGISTRY and "/" not in repository:
        repository = f"library/{repository}"
    return Image(registry, repository, tag or ("" if digest else LATEST), digest)


def same_image(one: str, other: str) -> bool:
    """By repository and tag; where both name a digest, that alone decides about the content."""
    left, right = image_of(one), image_of(other)
    if (left.registry, left.repository) != (right.registry, right.repository):
        return False
    if left.digest or right.digest:
        return left.digest == right.digest
    return left.tag == right.tag


def why_no_image(
    pod: Object, container: Mapping[str, Any], events: Sequence[Object] = ()
) -> Explanation | None:
    """Of a container that waits for its image."""
    waiting = (container.get("state") or {}).get("waiting") or {}
    reason, image = str(waiting.get("reason") or ""), cut(container.get("image") or "?", 70)
    seen = _seen(pod, image, reason)
    if reason == "InvalidImageName":
        why = say("{image} is no name that an image can have.", image=image)
        step = say("Write it as registry/repository:tag, in small letters.")
        return Explanation("image-name", seen, why, step)
    if reason == "ErrImageNeverPull":
        why = say("Image {image} is not on the node, and imagePullPolicy is Never.", image=image)
        step = say("Set imagePullPolicy to IfNotPresent, or load the image onto the nodes.")
        return Explanation("image-absent", seen, why, step)
    if reason in PULLING:
        cause, why, step = _why_not_pulled(pod, waiting, image, events)
        return Explanation(cause, seen, why, step)
    return None


def _told(pod: Object, waiting: Mapping[str, Any], events: Sequence[Object]) -> Iterator[str]:
    """Newest first. Between two attempts the status may say "back-off" only; events remember."""
    yield str(waiting.get("message") or "")
    yield from (message_of(event) for event in reversed(events_of(pod, events, "Failed")))


def _why_not_pulled(
    pod: Object, waiting: Mapping[str, Any], image: str, events: Sequence[Object]
) -> tuple[str, str, str]:
    """Cause, why and next step."""
    for message in _told(pod, waiting, events):
        if UNKNOWN_OR_PRIVATE.search(message) and not _pull_secrets(pod):
            why = say("The registry has no image {image}, or wants a login for it.", image=image)
            return "image-not-found", why, _compare()
        if REFUSED.search(message):
            return REFUSED_LOGIN, *_why_refused(pod, image, events)
        if NOT_FOUND.search(message):
            why = say("The registry has no image {image}.", image=image)
            return "image-not-found", why, _compare()
        if NO_REGISTRY.search(message):
            registry = image_of(str(image)).registry
            why = say("The node gets no good answer from registry {registry}.", registry=registry)
            step = say("Is {registry} spelt right, and can the node reach it?", registry=registry)
            return "image-no-registry", why, step
    step = say("Read the node's words: `kubectl describe pod {pod}`.", pod=cut(name_of(pod)))
    return "image", say("The node cannot get image {image}.", image=image), step


def _why_refused(pod: Object, image: str, events: Sequence[Object]) -> tuple[str, str]:
    """Why, and the next step."""
    told = events_of(pod, events, UNREADABLE)
    missing = ", ".join(unreadable_secrets(told[-1])) if told else ""
    names = _pull_secrets(pod)
    if missing:
        why = say(
            "The registry wants a login for {image}; pull secret {name} is not there.",
            image=image,
            name=cut(missing, 50),
        )
        return why, _log_in()
    if names:
        why = say(
            "The registry wants a login for {image}; that of {names} does not do.",
            image=image,
            names=cut(names, 50),
        )
        return why, say(
            "Compare server, user and password in it with what the registry knows; make it anew."
        )
    why = say(
        "The registry wants a login for {image}, and the Pod names no pull secret.", image=image
    )
    return why, _log_in()


def unreadable_secrets(event: Object) -> list[str]:
    """Pull secrets that a node did not find when it wrote this event; they may be there since."""
    found = PULL_SECRETS.search(message_of(event))
    return found[1].split(", ") if found else []


def _pull_secrets(pod: Object) -> str:
    named = (pod.get("spec") or {}).get("imagePullSecrets") or ()
    return ", ".join(str(item.get("name")) for item in named)


def _compare() -> str:
    return say("Compare the image's name and tag with the task, letter by letter.")


def _log_in() -> str:
    return say(
        "Make one with `kubectl create secret docker-registry`; name it in imagePullSecrets."
    )


def _seen(pod: Object, image: str, reason: str) -> str:
    return say(
        "Pod {pod} waits for image {image} ({reason}).",
        pod=cut(name_of(pod), 60),
        image=image,
        reason=reason,
    )
