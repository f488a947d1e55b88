"""What runs in a namespace, as a tree: Deployment, its ReplicaSets, their Pods; and what happened.

Pure: objects in, a Tree out. States are told in words that a beginner understands.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from labkit.foundation.text import say
from labkit.grading.criteria.answers import quoted
from labkit.grading.criteria.pods import trouble_of
from labkit.kube.conditions import deployment_available, is_leaving, pod_ready, restarts
from labkit.kube.resources import Object

KINDS = ("Deployment", "ReplicaSet", "Pod", "Event")
EVENTS_SHOWN = 6  # what fits below a tree without scrolling
LONGEST_MESSAGE = 160  # characters of an event; some quote a whole answer of a registry
REVISION = "deployment.kubernetes.io/revision"


class Health(StrEnum):
    WELL = "well"
    UNDERWAY = "under way"
    TROUBLE = "trouble"
    RESTING = "at rest"


@dataclass(frozen=True, slots=True)
class Branch:
    """An object, and what it keeps running."""

    kind: str
    name: str
    health: Health
    words: str
    branches: tuple["Branch", ...] = ()


@dataclass(frozen=True, slots=True)
class Happened:
    """An event of the cluster."""

    time: str
    """Time of day in UTC, such as 16:20:03."""
    about: str
    text: str


@dataclass(frozen=True, slots=True)
class Tree:
    namespace: str
    branches: tuple[Branch, ...] = ()
    happened: tuple[Happened, ...] = ()
    """The newest first."""


def tree_of(namespace: str, objects: Iterable[Object]) -> Tree:
    by_kind: dict[str, list[Object]] = defaultdict(list)
    for object_ in objects:
        by_kind[object_["kind"]].append(object_)
    sets, pods = by_kind["ReplicaSet"], by_kind["Pod"]
    below = _by_owner([*sets, *pods])
    tops = [_deployment(one, below) for one in sorted(by_kind["Deployment"], key=_name)]
    known = {_uid(one) for one in (*by_kind["Deployment"], *sets)}
    tops += [_replica_set(one, below) for one in sets if _owner(one).get("uid") not in known]
    tops += _other_tops([one for one in pods if _owner(one).get("uid") not in known])
    return Tree(namespace, tuple(tops), _happened(by_kind["Event"]))


def _deployment(object_: Object, below: Mapping[str, list[Object]]) -> Branch:
    status = object_.get("status") or {}
    wanted = (object_.get("spec") or {}).get("replicas", 1)
    numbers = {"ready": status.get("readyReplicas", 0), "wanted": wanted}
    if is_leaving(object_):
        health, words = Health.UNDERWAY, say("is being removed")
    elif not deployment_available(object_):
        words = say("{ready} of {wanted} copies ready, at work on it", **numbers)
        health = Health.UNDERWAY
    elif wanted == 0:
        health, words = Health.RESTING, say("no copies wanted")
    else:
        health, words = Health.WELL, say("{ready} of {wanted} copies ready", **numbers)
    sets = sorted(below.get(_uid(object_), ()), key=_revision, reverse=True)
    branches = tuple(_replica_set(one, below) for one in sets)
    return Branch("Deployment", _name(object_), health, words, branches)


def _replica_set(object_: Object, below: Mapping[str, list[Object]]) -> Branch:
    pods = tuple(_pod(one) for one in sorted(below.get(_uid(object_), ()), key=_age))
    wanted = (object_.get("spec") or {}).get("replicas", 1)
    ready = (object_.get("status") or {}).get("readyReplicas", 0)
    if wanted == 0 and not pods:
        health, words = Health.RESTING, say("an earlier version, kept for the way back")
    else:
        health = Health.WELL if ready == wanted == len(pods) else Health.UNDERWAY
        words = say("{ready} of {wanted} copies ready", ready=ready, wanted=wanted)
    return Branch("ReplicaSet", _name(object_), health, words, pods)


def _pod(object_: Object) -> Branch:
    health, words = _pod_state(object_)
    again = restarts(object_)
    if again:
        words = say("{words} (started again: {n})", words=words, n=again)
    return Branch("Pod", _name(object_), health, words)


def _pod_state(object_: Object) -> tuple[Health, str]:
    phase = (object_.get("status") or {}).get("phase")
    node = (object_.get("spec") or {}).get("nodeName")
    trouble = trouble_of([object_])
    if is_leaving(object_):
        return Health.UNDERWAY, say("is saying goodbye")
    if trouble:
        return Health.UNDERWAY if trouble.passing else Health.TROUBLE, trouble.why
    if phase == "Succeeded":
        return Health.RESTING, say("has done its work")
    if phase == "Failed":
        return Health.TROUBLE, say("has failed")
    if not node:
        return Health.UNDERWAY, say("waits for a node")
    if pod_ready(object_):
        return Health.WELL, say("ready, on {node}", node=node)
    if phase == "Running":
        return Health.UNDERWAY, say("runs on {node}, not ready yet", node=node)
    return Health.UNDERWAY, say("is starting on {node}", node=node)


def _other_tops(pods: Iterable[Object]) -> list[Branch]:
    """Pods that stand alone, and those of owners that are not drawn themselves."""
    tops: dict[tuple[str, str], list[Branch]] = defaultdict(list)
    for pod in sorted(pods, key=_age):
        owner = _owner(pod)
        tops[owner.get("kind", ""), owner.get("name", "")].append(_pod(pod))
    alone = tops.pop(("", ""), [])
    owned = [
        Branch(kind, name, _worst(branches), say("keeps these Pods"), tuple(branches))
        for (kind, name), branches in sorted(tops.items())
    ]
    return owned + alone


def _worst(branches: Iterable[Branch]) -> Health:
    order = (Health.TROUBLE, Health.UNDERWAY, Health.WELL, Health.RESTING)
    return min((branch.health for branch in branches), key=order.index)


def _happened(events: Iterable[Object]) -> tuple[Happened, ...]:
    newest = sorted(events, key=_moment)[-EVENTS_SHOWN:][::-1]
    return tuple(Happened(_moment(one)[11:19], _about(one), _event_text(one)) for one in newest)


def _event_text(event: Object) -> str:
    message = quoted(event.get("message") or event.get("reason") or "", longest=LONGEST_MESSAGE)
    count = event.get("count") or 1
    return say("{message} ({n} times)", message=message, n=count) if count > 1 else message


def _about(event: Object) -> str:
    about = event.get("involvedObject") or {}
    return f"{about.get('kind', '?')} {about.get('name', '?')}"


def _moment(event: Object) -> str:
    """Whoever reports an event fills one of these; RFC 3339, so that texts sort as times do."""
    moments = (event.get(key) for key in ("lastTimestamp", "eventTime", "firstTimestamp"))
    return str(next(filter(None, moments), event["metadata"].get("creationTimestamp", "")))


def _by_owner(objects: Iterable[Object]) -> dict[str, list[Object]]:
    below: dict[str, list[Object]] = defaultdict(list)
    for object_ in objects:
        below[str(_owner(object_).get("uid", ""))].append(object_)
    return below


def _owner(object_: Object) -> Mapping[str, Any]:
    """Its controller's reference; {} when nobody keeps it running."""
    owners: list[dict[str, Any]] = object_["metadata"].get("ownerReferences") or []
    return next((one for one in owners if one.get("controller")), {})


def _revision(object_: Object) -> int:
    return int((object_["metadata"].get("annotations") or {}).get(REVISION, 0))


def _age(object_: Object) -> tuple[str, str]:
    return str(object_["metadata"].get("creationTimestamp", "")), _name(object_)


def _uid(object_: Object) -> str:
    return str(object_["metadata"]["uid"])


def _name(object_: Object) -> str:
    return str(object_["metadata"]["name"])
