"""What Pods use, as the metrics show it, and what an attendee noted of it."""

from collections.abc import Mapping
from decimal import Decimal

from labkit.foundation.text import say
from labkit.grading.criteria.answers import plain
from labkit.grading.criteria.noted import noted_right, noted_wrong, nothing_noted
from labkit.grading.criteria.objects import labelled
from labkit.grading.snapshot import Object, Snapshot
from labkit.grading.verdict import Finding, cannot_check
from labkit.kube.quantities import quantity

MILLI = 1000
WORDS = ("millicores", "millicore", "millicpu", "milli", "cores", "core", "vcpus", "vcpu", "cpu")


def says_mean_use(
    view: Snapshot, key: str, *, labels: Mapping[str, str], within_percent: int
) -> Finding:
    """The CPU that one of these Pods uses on average, in thousandths of a core."""
    said = view.answer(key)
    if said is None:
        return nothing_noted("use.none", key, say("Measure with `kubectl top pods`."))
    used = [_used(one) for one in labelled(view.objects("PodMetrics"), labels)]
    if not used:
        return _no_readings()
    mean, noted = sum(used, Decimal()) / len(used), millicores(said)
    if noted is not None and abs(noted - mean) * 100 <= mean * within_percent:
        return noted_right(said)
    together = sum(used, Decimal())
    all_of_them = noted is not None and abs(noted - together) * 100 <= together * within_percent
    return noted_wrong(
        said,
        [
            ("use.no_amount", noted is None, say("That is no amount of CPU, such as 250m.")),
            ("use.of_all", all_of_them, say("That is what all copies use together.")),
            ("use.other_amount", True, say("The metrics of this moment show another amount.")),
        ],
        expected=say("The mean of one copy, in millicores, give or take a third."),
        next_step=say("Read the column CPU of `kubectl top pods`, one line a copy."),
    )


def millicores(text: str) -> Decimal | None:
    """120m, 120, "120 millicores" and 0.12 for 120; None for what is no amount."""
    words = plain(text).replace(",", ".").replace(" ", "")
    for word in WORDS:
        bare = words.removesuffix(word)
        if bare != words:
            words = bare + ("m" if word.startswith("milli") else "")
            break
    try:
        found = quantity(words)
    except ValueError:
        return None
    return found if words.isdecimal() else found * MILLI


def _used(metrics: Object) -> Decimal:
    return sum(
        (quantity(str(one["usage"]["cpu"])) * MILLI for one in metrics["containers"]), Decimal()
    )


def _no_readings() -> Finding:
    return cannot_check(
        "use.no_readings",
        seen=say("The metrics show none of these Pods."),
        why=say("New Pods have no reading for about half a minute."),
        next_step=say("Check again when `kubectl top pods` shows them."),
        settling=True,
    )
