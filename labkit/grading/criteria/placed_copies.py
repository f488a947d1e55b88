"""Copies of a Deployment that ask for something of a node, and where they run."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from labkit.foundation.text import say
from labkit.grading.criteria.kept import is_noted
from labkit.grading.criteria.objects import evidence, name_of
from labkit.grading.criteria.workloads import deployment_called, exactly, pods_of, settled
from labkit.grading.snapshot import Object, Snapshot
from labkit.grading.verdict import Finding, State, not_started, not_yet, passed
from labkit.kube.quantities import quantity

MILLI = 1000


def copies_settled(view: Snapshot, name: str, copies: int, *, at_start: int = 0) -> Finding:
    """The Deployment has exactly so many Pods, all available; `at_start` it asked for another."""
    found = deployment_called(view, name)
    if found is None:
        return missing_deployment(name)
    other = _other_count(found, copies)
    if other and found["spec"].get("replicas", 1) == at_start:
        return not_started(other.message, seen=other.seen, next_step=other.next_step)
    return other or settled(view, found)


def _other_count(found: Object, copies: int) -> Finding | None:
    """As `exactly`, for a Deployment that setup made: its file need not be in anybody's folder."""
    other = exactly(found, copies)
    scale = f"kubectl scale deployment/{name_of(found)} --replicas={copies}"
    return other and replace(other, next_step=say("Set it with `{command}`.", command=scale))


def missing_deployment(name: str) -> Finding:
    return not_started(
        "deployment.gone",
        seen=say("There is no Deployment {name}.", name=name),
        next_step=say("Run `labkit reset` for the exercise; it makes it anew."),
    )


def spread_copies(view: Snapshot, name: str, least_nodes: int, *, before: Finding) -> Finding:
    """`before` says that they are settled."""
    found = deployment_called(view, name)
    if found is None or not before.holds:
        return before
    pods = pods_of(found, view.objects("Pod"))
    nodes = {str(pod["spec"].get("nodeName")) for pod in pods}
    if len(nodes) >= least_nodes:
        return passed(
            say(
                "{name} runs with {count} copies on {nodes}.",
                name=name,
                count=len(pods),
                nodes=", ".join(sorted(nodes)),
            ),
            evidence=evidence(found),
        )
    return not_yet(
        "copies.one_place",
        seen=say("All copies of {name} run on {nodes}.", name=name, nodes=", ".join(nodes)),
        expected=say("They run on at least this many nodes: {least}.", least=least_nodes),
        why=say("What all fits on one node calls no second one."),
        next_step=say("Compare what they ask for with Allocatable in `kubectl describe node`."),
        evidence=evidence(found),
    )


def asked_millicores(found: Object) -> Decimal | None:
    """What a Pod of the template asks for, in thousandths of a core; None for nothing."""
    return _sum(found["spec"]["template"]["spec"]["containers"])


def pods_ask(pods: Sequence[Object]) -> list[Decimal | None]:
    """What each asks for in truth: a LimitRange fills in what a template leaves out."""
    return [_sum(pod["spec"]["containers"]) for pod in pods]


def _sum(containers: Sequence[Object]) -> Decimal | None:
    asked = [
        quantity(str(cpu)) * MILLI
        for one in containers
        if (cpu := ((one.get("resources") or {}).get("requests") or {}).get("cpu")) is not None
    ]
    return sum(asked, Decimal()) if asked else None


def asks_exactly(view: Snapshot, name: str, millicores: int) -> Finding | None:
    """None when its template asks for so much CPU."""
    found = deployment_called(view, name)
    if found is None:
        return missing_deployment(name)
    asked = asked_millicores(found)
    if asked == millicores:
        return None
    return not_yet(
        "copies.other_request",
        seen=_asked_words(name, asked),
        expected=say("It asks for {wanted}m.", wanted=millicores),
        why=say("The scheduler counts what Pods ask for; with less, they crowd on one node."),
        next_step=say("Set resources.requests.cpu of its container back, and apply."),
        evidence=evidence(found),
    )


def _asked_words(name: str, asked: Decimal | None) -> str:
    if asked is None:
        return say("A copy of {name} asks for no CPU.", name=name)
    return say("A copy of {name} asks for {asked}m of CPU.", name=name, asked=f"{asked:.0f}")


def asks_between(view: Snapshot, name: str, *, copies: int, lowest: int, highest: int) -> Finding:
    """Settled at so many, and each Pod asks for CPU in this range of thousandths of a core.

    Pods of an older template may still be there, while those of the newest find no place.
    """
    found = deployment_called(view, name)
    if found is None:
        return missing_deployment(name)
    other = _other_count(found, copies)
    if other:
        return other
    template = asked_millicores(found)
    asked = pods_ask(pods_of(found, view.objects("Pod"))) if template is None else [template]
    wrong = [one for one in asked if one is None or not lowest <= one <= highest]
    if not wrong and asked:
        return settled(view, found)
    few = wrong[0] if wrong else None
    return not_yet(
        _asking(few, lowest),
        seen=_asked_words(name, few),
        expected=say("About what it uses, between {low}m and {high}m.", low=lowest, high=highest),
        why=say("The scheduler reads what a Pod asks for, never what it uses."),
        next_step=say("Measure with `kubectl top pods`, and write that into its requests."),
        evidence=evidence(found),
    )


def _asking(few: Decimal | None, lowest: int) -> str:
    if few is None:
        return "copies.ask_nothing"
    return "copies.ask_too_little" if few < lowest else "copies.ask_too_much"


def still_runs(view: Snapshot, name: str, *, note: str, before: Finding) -> Finding:
    """The very Deployment that setup made, with at least one Pod.

    `before` is what might have been bought with its loss.
    """
    found = deployment_called(view, name)
    if found is None or not is_noted(view, note, found):
        return _replaced(name, is_there=found is not None)
    if before.state is State.NOT_STARTED:
        return not_started(
            "copies.too_early",
            seen=say("Deployment {name} is there.", name=name),
            next_step=say("Another criterion comes first; this one is looked at after it."),
        )
    if before.state is State.CANNOT_CHECK:
        return before
    if not before.holds:
        return not_yet(
            "copies.too_early",
            seen=say("Deployment {name} is there.", name=name),
            expected=say("It is still there when the rest is done."),
            why=say("Another criterion comes before this one; it says what to do."),
            next_step=say("Go on; this one is looked at again then."),
            settling=before.settling,
        )
    return settled(view, found)


def _replaced(name: str, *, is_there: bool) -> Finding:
    return not_yet(
        "copies.replaced" if is_there else "copies.deleted",
        seen=say("Deployment {name} was deleted and made anew.", name=name)
        if is_there
        else say("Deployment {name} is not there any more.", name=name),
        expected=say("The Deployment that was there at the beginning."),
        why=say("Who deletes what is in the way loses what it was there for."),
        next_step=say("Start over with `labkit reset`, and let it move instead."),
    )
