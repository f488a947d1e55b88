"""HorizontalPodAutoscalers: whom they move, between which numbers, by what, and whether they did.

Older forms of the API are read as autoscaling/v2: the API server translates.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from labkit.foundation.text import say
from labkit.grading.criteria.objects import evidence, name_of
from labkit.grading.criteria.placed_copies import pods_ask
from labkit.grading.criteria.times import moment
from labkit.grading.criteria.workloads import deployment_called, pods_of
from labkit.grading.snapshot import Object, Snapshot
from labkit.grading.verdict import Finding, not_started, not_yet, passed
from labkit.kube.conditions import is_leaving, pod_ready

KIND = "HorizontalPodAutoscaler"
ACTIVE = "ScalingActive"


@dataclass(frozen=True, slots=True)
class Wish:
    """`percent` is of the CPU that a Pod asks for."""

    deployment: str
    lowest: int
    highest: int
    percent: int


def follows(snapshot: Snapshot, wish: Wish) -> Finding:
    """An autoscaler with exactly these bounds and this one aim moves the Deployment."""
    found = _best(snapshot, wish)
    if found is None:
        return _none(wish)
    spec = found["spec"]
    target = spec["scaleTargetRef"]
    if (target.get("kind"), target.get("name")) != ("Deployment", wish.deployment):
        return _wrong(
            "hpa.other_target",
            found,
            say("It moves {kind} {name}.", kind=target.get("kind"), name=target.get("name")),
            say("It moves Deployment {name}.", name=wish.deployment),
        )
    bounds = (spec.get("minReplicas", 1), spec.get("maxReplicas"))
    if bounds != (wish.lowest, wish.highest):
        return _wrong(
            "hpa.other_bounds",
            found,
            say("It moves between {low} and {high}.", low=bounds[0], high=bounds[1]),
            say("Between {low} and {high}.", low=wish.lowest, high=wish.highest),
        )
    return _aim(found, wish) or passed(
        say("Autoscaler {name} is as asked.", name=name_of(found)), evidence=evidence(found)
    )


def _aim(found: Object, wish: Wish) -> Finding | None:
    metrics = found["spec"].get("metrics") or []
    resources = [(one.get("resource") or {}) for one in metrics]
    if [one.get("name") for one in resources] != ["cpu"]:
        names = ", ".join(str(one.get("name", "?")) for one in resources)
        return _wrong(
            "hpa.other_metric",
            found,
            say("It goes by: {names}.", names=names or say("nothing")),
            say("It goes by CPU alone."),
        )
    target = resources[0].get("target") or {}
    if target.get("averageUtilization") == wish.percent:
        return None
    aim = target.get("averageUtilization") or target.get("averageValue")
    return _wrong(
        "hpa.other_aim",
        found,
        say("It aims at {aim}.", aim=f"{aim} %" if isinstance(aim, int) else aim),
        say("It aims at {percent} % of what a Pod asks for.", percent=wish.percent),
    )


def _wrong(message: str, found: Object, seen: str, expected: str) -> Finding:
    return not_yet(
        message,
        seen=f"{name_of(found)}: {seen}",
        expected=expected,
        next_step=say(
            "Change it in a file and apply it, or make {name} anew.", name=name_of(found)
        ),
        evidence=evidence(found),
    )


def _none(wish: Wish) -> Finding:
    return not_started(
        "hpa.none",
        seen=say("There is no HorizontalPodAutoscaler here."),
        next_step=say("Make one for {name}; `kubectl autoscale` helps.", name=wish.deployment),
    )


def _best(snapshot: Snapshot, wish: Wish) -> Object | None:
    """Several may be there: the one for this Deployment counts."""
    there = snapshot.objects(KIND)
    ours = [one for one in there if one["spec"]["scaleTargetRef"].get("name") == wish.deployment]
    return next(iter([*ours, *there]), None)


def reads(snapshot: Snapshot, wish: Wish) -> Finding:
    """Its status shows the CPU of the Pods, and that it acts on it."""
    found = _best(snapshot, wish)
    if found is None:
        return _none(wish)
    status = found.get("status") or {}
    value = _current(status)
    active = _condition(status, ACTIVE)
    if value is not None and active.get("status") == "True":
        seen = say("The Pods use {value} % of what they ask for.", value=value)
        return passed(seen, evidence=evidence(found))
    is_ours = found["spec"]["scaleTargetRef"].get("name") == wish.deployment
    return _blind(found, active, lacks_base=is_ours and _asks_nothing(snapshot, wish))


def _current(status: Mapping[str, Any]) -> Any:
    for metric in status.get("currentMetrics") or ():
        resource = (metric or {}).get("resource") or {}
        if resource.get("name") == "cpu":
            return (resource.get("current") or {}).get("averageUtilization")
    return None


def _condition(status: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    conditions = status.get("conditions") or ()
    return next((one for one in conditions if one.get("type") == name), {})


def _asks_nothing(snapshot: Snapshot, wish: Wish) -> bool:
    """Some Pod of the Deployment asks for no CPU."""
    pods = _pods(snapshot, wish.deployment)
    return None in pods_ask(pods)


def _blind(found: Object, active: Mapping[str, Any], *, lacks_base: bool) -> Finding:
    if lacks_base:
        why = say("A percentage needs a base: its Pods ask for no CPU.")
        step = say("Give the container resources.requests.cpu, and apply.")
    elif active.get("reason") == "FailedGetScale":
        why = say("What it is to move is not there.")
        step = say("Compare scaleTargetRef with `kubectl get deployments`.")
    else:
        why = say("New Pods have no reading for about half a minute.")
        step = say("Read the conditions in `kubectl describe hpa`.")
    return not_yet(
        "hpa.no_base" if lacks_base else "hpa.blind",
        seen=say("Autoscaler {name} has no reading of the CPU.", name=name_of(found)),
        expected=say("A reading, and the condition ScalingActive."),
        why=why,
        next_step=step,
        evidence=evidence(found),
        settling=not lacks_base and active.get("reason") != "FailedGetScale",
    )


def rose(snapshot: Snapshot, wish: Wish) -> Finding:
    """After the disturbance it asked for more Pods than its lowest, and all of them are ready."""
    shaken = snapshot.shaken_at()
    if shaken is None:
        return not_started(
            "hpa.not_shaken",
            seen=say("The rush has not begun."),
            next_step=say("Start it: `labkit shake {id}`.", id=snapshot.exercise),
        )
    found = _best(snapshot, wish)
    if found is None:
        return _alone(snapshot, wish)
    status = found.get("status") or {}
    last, desired = status.get("lastScaleTime"), status.get("desiredReplicas", 0)
    if not last or moment(last) < moment(shaken) or desired <= wish.lowest:
        return _not_risen(found, desired, wish)
    ready = _ready(snapshot, wish.deployment)
    if ready >= desired:
        seen = say("It went up to {desired}, and all of them are ready.", desired=desired)
        return passed(seen, evidence=evidence(found))
    return not_yet(
        "hpa.pods_starting",
        seen=say("It asks for {desired} Pods; ready: {ready}.", desired=desired, ready=ready),
        expected=say("As many are ready as it asks for."),
        next_step=say("Watch them start with `kubectl get pods --watch`."),
        evidence=evidence(deployment_called(snapshot, wish.deployment) or found),
        settling=True,
    )


def _alone(snapshot: Snapshot, wish: Wish) -> Finding:
    ready = _ready(snapshot, wish.deployment)
    return not_yet(
        "hpa.by_hand",
        seen=say("The rush has begun, and nothing moves the {ready} Pods.", ready=ready),
        expected=say("An autoscaler moves them."),
        why=say("A number set by hand stays what it is, after the rush as well."),
        next_step=say("Make an autoscaler, then start the rush again."),
    )


def _not_risen(found: Object, desired: int, wish: Wish) -> Finding:
    """A reading that stays below the goal is no reason to grow."""
    status = found.get("status") or {}
    active = _condition(status, ACTIVE).get("status") == "True"
    value = _current(status)
    is_low = active and value is not None and value <= wish.percent and not _aim(found, wish)
    why = say("It looks every 15 s, and goes by readings of the last half minute.")
    step = say("Watch `kubectl get hpa --watch`; without a reading it cannot move.")
    if value is not None:
        step = say("Watch what it reads: `kubectl get hpa --watch`.")
    if is_low:
        why = say(
            "Its reading, {value} %, is not above the goal, {goal} %: there is no reason to grow.",
            value=value,
            goal=wish.percent,
        )
        step = say(
            "If it stays there, the Pods ask for much more than they use: compare their requests "
            "with `kubectl top pods`."
        )
    return not_yet(
        "hpa.not_risen",
        seen=say("Since the rush began it has not gone up; it asks for {count}.", count=desired),
        expected=say("It asks for more Pods than before the rush."),
        why=why,
        next_step=step,
        evidence=evidence(found),
        settling=active,
    )


def _ready(snapshot: Snapshot, deployment: str) -> int:
    return sum(pod_ready(pod) for pod in _pods(snapshot, deployment))


def _pods(snapshot: Snapshot, deployment: str) -> list[Object]:
    """Without those that are leaving."""
    found = deployment_called(snapshot, deployment)
    pods = pods_of(found, snapshot.objects("Pod")) if found else []
    return [pod for pod in pods if not is_leaving(pod)]
