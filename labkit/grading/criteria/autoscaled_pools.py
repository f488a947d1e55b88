"""Pools that an autoscaler moves: their bounds, and whether it was the autoscaler who moved them.

It leaves events: TriggeredScaleUp on Pods that found no place, ScaleDown or ScaleDownEmpty on
nodes that it took away. A size that was set by hand leaves none.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from labkit.foundation.text import say
from labkit.grading.criteria.cloud_clusters import Found, called, differing, nodes_of_pool
from labkit.grading.criteria.events import forgotten
from labkit.grading.criteria.objects import evidence, name_of
from labkit.grading.criteria.times import moment
from labkit.grading.snapshot import Object, Snapshot
from labkit.grading.verdict import Finding, State, not_started, not_yet, passed

GREW = "TriggeredScaleUp"
SHRANK = ("ScaleDown", "ScaleDownEmpty")
UNSET = {"autoscale": False, "minNodes": 0, "maxNodes": 100}
"""What the cloud gives a pool that was ordered without a word of it."""


@dataclass(frozen=True, slots=True)
class Bounds:
    low: int
    high: int


def bounds_set(pools: Sequence[Found], name: str, bounds: Bounds) -> Finding:
    """The pool of this name may move by itself, between exactly these sizes."""
    found = called(pools, name)
    if not found:
        return not_started(
            "pool.missing",
            seen=say("The cluster has no pool called {name}.", name=name),
            next_step=say("Run `labkit reset` for the exercise; it makes it anew."),
        )
    wanted = {"autoscale": True, "minNodes": bounds.low, "maxNodes": bounds.high}
    wrong = differing(found[0], wanted)
    if not wrong:
        return passed(
            say(
                "Pool {name} moves by itself between {low} and {high} nodes.",
                name=name,
                low=bounds.low,
                high=bounds.high,
            )
        )
    if not differing(found[0], UNSET):
        return _never_set(name, wanted)
    is_on = found[0].get("autoscale") is True
    return not_yet(
        "pool.other_bounds" if is_on else "pool.autoscale_off",
        seen=say("Pool {name}: {wrong}.", name=name, wrong="; ".join(wrong)),
        expected=say("autoscale is on, from {low} to {high}.", low=bounds.low, high=bounds.high),
        why=say("Bounds without the switch move nothing, and the switch alone moves too far."),
        next_step=_patch(name, wanted),
    )


def _never_set(name: str, wanted: Mapping[str, Any]) -> Finding:
    return not_started(
        "pool.autoscale_off",
        seen=say("Pool {name} does not move by itself, as you found it.", name=name),
        next_step=_patch(name, wanted),
    )


def _patch(name: str, wanted: Mapping[str, Any]) -> str:
    patch = json.dumps({"spec": wanted})
    command = f"kubectl patch nodepool {name} --type=merge --patch '{patch}'"
    return say("Change it: `{command}`.", command=command)


def grown_by_need(view: Snapshot, pool: str, deployment: str, *, before: Finding) -> Finding:
    """A Pod of the Deployment found no place, and then a node of the pool was made.

    `before` is the finding of what the autoscaler needs in order to act.
    """
    nodes = nodes_of_pool(view.objects("Node"), pool)
    if not before.holds:
        return _first("pool.not_allowed", before, say("Then look again whether it grew."))
    cries = [
        event
        for event in view.objects("Event")
        if event.get("reason") == GREW and _about_pod_of(event, deployment)
    ]
    if not cries:
        came = sorted(nodes, key=_made)[1:]  # the first was there before anybody asked
        lost = forgotten(view, came[-1]) if came else None
        return lost or _nobody_cried(pool, deployment, nodes)
    begun = min(moment(str(event["firstTimestamp"])) for event in cries)
    new = [one for one in nodes if _made(one) >= begun]
    if new:
        return passed(
            say("Node {node} came because Pods found no place.", node=name_of(new[0])),
            evidence=evidence(*new),
        )
    return not_yet(
        "pool.growing",
        seen=say("The autoscaler has ordered a node for pool {pool}.", pool=pool),
        expected=say("The node is there."),
        next_step=say("Watch it come with `kubectl get nodes --watch`."),
        evidence=evidence(*nodes),
        settling=True,
    )


def _made(found: Object) -> datetime:
    return moment(found["metadata"]["creationTimestamp"])


def _about_pod_of(event: Object, deployment: str) -> bool:
    """By the name's beginning: the Pod itself may be gone since."""
    about = event.get("involvedObject") or {}
    return about.get("kind") == "Pod" and str(about.get("name")).startswith(f"{deployment}-")


def _nobody_cried(pool: str, deployment: str, nodes: Sequence[Object]) -> Finding:
    return not_yet(
        "pool.not_by_need",
        seen=say(
            "Pool {pool} has this many nodes: {count}. No Pod of {deployment} asked for one.",
            pool=pool,
            count=len(nodes),
            deployment=deployment,
        ),
        expected=say("An event {reason} on one of its Pods, and then a new node.", reason=GREW),
        why=say("The autoscaler acts on Pods that find no place; where all fit, it has no reason."),
        next_step=say("Set the pool back to one node, let it arrive there, and scale again."),
        evidence=evidence(*nodes),
    )


def shrunk_to(
    view: Snapshot, pool: Found | None, size: int, *, before: Sequence[Finding]
) -> Finding:
    """The pool is at its size again, and it was the autoscaler who took nodes away."""
    missing = next((one for one in before if not one.holds), None)
    if missing or pool is None:
        step = say("Then give the autoscaler a moment.")
        return _first("pool.not_yet_idle", missing, step)
    desired, current = pool.get("desiredNodes"), pool.get("currentNodes")
    if (desired, current) != (size, size):
        return _too_large(pool, size)
    gone = [
        event
        for event in view.objects("Event")
        if event.get("reason") in SHRANK and event["involvedObject"].get("kind") == "Node"
    ]
    if gone:
        node = gone[-1]["involvedObject"]["name"]
        return passed(say("The autoscaler took {node} away; {size} is left.", node=node, size=size))
    # It shrank at some time after setup had made its Deployments.
    earlier = sorted(view.objects("Deployment"), key=_made)[:1]
    lost = forgotten(view, earlier[0]) if earlier else None
    return lost or _not_by_itself(size)


def _not_by_itself(size: int) -> Finding:
    return not_yet(
        "pool.not_by_autoscaler",
        seen=say("The pool has {size}, but no event says that it shrank by itself.", size=size),
        expected=say("An event {reason} on a node that left.", reason=SHRANK[0]),
        why=say("A node that is removed by hand is not there for the next rush either."),
        next_step=say("Start over with `labkit reset`, and remove what holds the node."),
    )


def _too_large(pool: Found, size: int) -> Finding:
    moving = pool.get("desiredNodes") == size
    return not_yet(
        "pool.still_large",
        seen=say(
            "Pool {name} wants {desired} and has {current}.",
            name=pool.get("name"),
            desired=pool.get("desiredNodes"),
            current=pool.get("currentNodes"),
        ),
        expected=say("It wants {size} and has {size}.", size=size),
        why=say("A node is emptied politely before it goes; a Pod's budget may say no."),
        next_step=say(
            "Read why each stays: `kubectl -n kube-system describe cm cluster-autoscaler-status`."
        ),
        settling=moving,
    )


def _first(message: str, missing: Finding | None, step: str) -> Finding:
    """Another criterion comes before this one."""
    seen = missing.seen if missing else say("There is no such pool.")
    if missing and missing.state is State.NOT_STARTED:
        return not_started(
            message,
            seen=say("Another criterion comes first: {seen}", seen=seen),
            next_step=say("Go on with the criterion that says so."),
        )
    return not_yet(
        message,
        seen=seen,
        expected=missing.expected if missing else "",
        why=say("Another criterion comes before this one; it says what to do."),
        next_step=step,
        settling=bool(missing and missing.settling),
    )
