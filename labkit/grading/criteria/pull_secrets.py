"""Logins to the lab's private registry: in a Secret that the kubelet reads, used by the Pods."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from labkit.foundation.text import say
from labkit.grading.criteria import pull_secret_slips as slips
from labkit.grading.criteria.events import events_in
from labkit.grading.criteria.images import REFUSED_LOGIN, UNREADABLE, unreadable_secrets
from labkit.grading.criteria.kept import is_noted
from labkit.grading.criteria.objects import evidence, labels_of, name_of
from labkit.grading.criteria.pods import trouble_of
from labkit.grading.criteria.workloads import STUCK, deployment_called, pods_of, settled
from labkit.grading.registry_logins import FACTS, FORMS, is_meant_for
from labkit.grading.snapshot import Object, Snapshot, list_key
from labkit.grading.verdict import Finding, not_started, not_yet, passed
from labkit.kube.conditions import is_leaving, pod_ready

HASH = "pod-template-hash"
FINGERPRINT = re.compile("sha256:[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Shelf:
    """What an exercise keeps in the private registry, and whose login is right."""

    repository: str
    """Below the namespace."""
    truth: str
    """The suffix of the namespace in which setup keeps a Secret with the right login."""

    def path(self, snapshot: Snapshot) -> str:
        return f"{snapshot.namespace}/{self.repository}"

    def login(self, snapshot: Snapshot) -> Mapping[str, Any]:
        secrets = snapshot.objects("Secret", self.truth)
        (login,) = (login for secret in secrets for login in _logins(secret))
        return login


def runs_from_shelf(snapshot: Snapshot, name: str, *, shelf: Shelf, note: str) -> Finding:
    """The Deployment that setup made is settled, with an image of the private registry."""
    found = deployment_called(snapshot, name)
    if found is None:
        return not_started(
            "shelf.no_deployment",
            seen=say("Deployment {name} is not there.", name=name),
            next_step=say("Apply its file from your folder again, or reset the exercise."),
        )
    if not is_noted(snapshot, note, found):
        return slips.made_anew(found)
    return slips.other_image(found, shelf.path(snapshot)) or _running(snapshot, found, shelf)


def _running(snapshot: Snapshot, deployment: Object, shelf: Shelf) -> Finding:
    running = settled(snapshot, deployment)
    if not running.holds and _nothing_begun(snapshot, deployment, shelf):
        return slips.not_begun(running)
    return _newest_stuck(snapshot, deployment, shelf) if running.message == STUCK else running


def _nothing_begun(snapshot: Snapshot, deployment: Object, shelf: Shelf) -> bool:
    """No Secret is there, neither here nor next door, and nobody names one."""
    others = [suffix for suffix in snapshot.namespaces if suffix != shelf.truth]
    there = any(snapshot.objects("Secret", suffix) for suffix in others)
    templates = (deployment["spec"]["template"], *_living_pods(snapshot, deployment))
    return not there and not any(map(slips.named_by, templates))


def _newest_stuck(snapshot: Snapshot, deployment: Object, shelf: Shelf) -> Finding:
    """By its newest Pods, and without what events say of Secrets that have come since.

    A Pod of the older template, without a login, stays until a newer one is ready.
    """
    view = _as_of_now(snapshot, deployment)
    pods = _living_pods(view, deployment)
    trouble = trouble_of(pods, events_in(view))
    good = {name_of(one) for one in view.objects("Secret") if not _flaw(view, one, shelf)}
    stuck = settled(view, deployment)
    if not good or trouble is None or trouble.cause != REFUSED_LOGIN:
        return stuck
    if all(good & slips.named_by(pod) for pod in pods):
        return slips.tries_again(stuck, good)
    return replace(stuck, next_step=slips.name_it(good))


def _as_of_now(snapshot: Snapshot, deployment: Object) -> Snapshot:
    pods = _living_pods(snapshot, deployment)
    youngest = max(pods, key=lambda pod: str(pod["metadata"].get("creationTimestamp")), default={})
    newest = labels_of(youngest).get(HASH) if youngest else None
    there = {name_of(secret) for secret in snapshot.objects("Secret")}
    events = (
        event
        for event in events_in(snapshot)
        if event.get("reason") != UNREADABLE or not there.issuperset(unreadable_secrets(event))
    )
    lists = {
        list_key("Pod"): tuple(pod for pod in pods if labels_of(pod).get(HASH) == newest),
        list_key("Event"): tuple(events),
    }
    return replace(snapshot, lists={**snapshot.lists, **lists})


def holds_login(snapshot: Snapshot, *, shelf: Shelf, elsewhere: str) -> Finding:
    """A Secret of a type that the kubelet reads has the right login for the place and the user.

    `elsewhere` is the suffix of a namespace where it may have been put by mistake.
    """
    flaws = []
    for secret in snapshot.objects("Secret"):
        flaw = _flaw(snapshot, secret, shelf)
        if flaw is None:
            return passed(
                say(
                    "Secret {name} holds the login for {place}.",
                    name=name_of(secret),
                    place=slips.PLACE,
                ),
                evidence=evidence(secret),
            )
        flaws.append(flaw)
    if flaws:
        return max(flaws, key=lambda flaw: NEARER.index(flaw.message))
    return _next_door(snapshot, shelf, elsewhere) or not_started(
        "shelf.no_secret",
        seen=say("No Secret in {namespace} holds a login.", namespace=snapshot.namespace),
        next_step=say("Create one: `kubectl create secret docker-registry --help`."),
    )


def login_used(snapshot: Snapshot, name: str, *, shelf: Shelf, before: Finding) -> Finding:
    """Ready Pods name such a Secret, by their own spec, where a ServiceAccount's is copied, too.

    `before` says whether there is one.
    """
    if not before.holds:
        return slips.not_before(before)
    found = deployment_called(snapshot, name)
    pods = [one for one in _living_pods(snapshot, found) if pod_ready(one)] if found else []
    pods = pods or (_living_pods(snapshot, found) if found else [])
    if found is None or not pods:
        return not_started(
            "shelf.no_pods",
            seen=say("Deployment {name} has no Pods.", name=name),
            next_step=say("Let it have one, from the private registry."),
        )
    good = {name_of(one) for one in snapshot.objects("Secret") if not _flaw(snapshot, one, shelf)}
    without = [pod for pod in pods if not good & slips.named_by(pod)]
    if without:
        return slips.not_named(without, good)
    told = _told_in_template(snapshot, found, shelf)
    if told:
        return told
    if not any(map(pod_ready, pods)):
        return slips.not_ready(pods)
    return passed(
        say(
            "{pods} got the image with Secret {names}.",
            pods=slips.some(pods),
            names=slips.listed(good),
        ),
        evidence=evidence(*pods),
    )


def _told_in_template(snapshot: Snapshot, deployment: Object, shelf: Shelf) -> Finding | None:
    """None where nothing in the template is what a snapshot hides, by its hash.

    A hash that is not the password's may be that of the password and more around it. An image may
    be named by its digest, and the registry's name is no secret.
    """
    template = deployment["spec"]["template"]
    if any(copy in json.dumps(template) for copy in shelf.login(snapshot)["copies"]):
        return slips.in_the_template(deployment)
    boxes = (*template["spec"]["containers"], *(template["spec"].get("initContainers") or ()))
    images = {box.get("image") for box in boxes}
    for field, text in _texts(template, "spec.template"):
        if text not in images and FINGERPRINT.search(slips.seen_again(text)):
            return slips.hidden_in_template(deployment, field)
    return None


def _texts(value: Any, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield from _texts(item, f"{path}.{key}")
    elif isinstance(value, list | tuple):
        for number, item in enumerate(value):
            yield from _texts(item, f"{path}[{number}]")
    elif isinstance(value, str):
        yield path, value


NEARER = (
    "shelf.wrong_type",
    "shelf.no_login",
    "shelf.other_host",
    "shelf.other_user",
    "shelf.wrong_password",
)
"""Of several wrong Secrets the one that is nearest to right is spoken of."""


def _flaw(snapshot: Snapshot, secret: Object, shelf: Shelf) -> Finding | None:
    """What is wrong with a Secret as the login; None when nothing is."""
    path = shelf.path(snapshot)
    kind, logins = str(secret.get("type") or "Opaque"), _logins(secret)
    forms = {form for key, form in FORMS.items() if key in (secret.get("data") or {})}
    if kind not in (forms or set(FORMS.values())):
        return slips.wrong_type(secret, kind)
    meant = [
        one for one in logins if is_meant_for(slips.seen_again(one["server"]), slips.PLACE, path)
    ]
    if not meant:
        return slips.other_host(secret, [str(one["server"]) for one in logins])
    right = shelf.login(snapshot)
    known = [one for one in meant if one["name"] == right["name"]]
    if not known:
        return slips.other_user(secret, str(meant[0]["name"]), str(right["name"]))
    if all(one["password"] != right["password"] for one in known):
        return slips.wrong_password(secret)
    return None


def _logins(secret: Object) -> list[Mapping[str, Any]]:
    return list(secret.get(FACTS) or ())


def _living_pods(snapshot: Snapshot, deployment: Object) -> list[Object]:
    pods = pods_of(deployment, snapshot.objects("Pod"))
    return [pod for pod in pods if not is_leaving(pod)]


def _next_door(snapshot: Snapshot, shelf: Shelf, elsewhere: str) -> Finding | None:
    """None when there is no right login in the other namespace, either."""
    for secret in snapshot.objects("Secret", elsewhere):
        if _flaw(snapshot, secret, shelf) is None:
            return not_yet(
                "shelf.elsewhere",
                seen=say(
                    "Secret {name} is in {namespace}.",
                    name=name_of(secret),
                    namespace=snapshot.namespaces[elsewhere],
                ),
                expected=say("It is in {namespace}.", namespace=snapshot.namespace),
                why=say("A Pod uses Secrets of its own namespace, and of no other."),
                next_step=say("Create it where the Deployment is."),
                evidence=evidence(secret),
            )
    return None
