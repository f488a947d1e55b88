"""PersistentVolumeClaims: bound to a volume of a class, a size and a way of access."""

from collections.abc import Sequence
from dataclasses import dataclass

from labkit.foundation.text import say
from labkit.grading.criteria.events import events_of, message_of
from labkit.grading.criteria.explanation import cut
from labkit.grading.criteria.objects import evidence, name_of
from labkit.grading.snapshot import Object
from labkit.grading.verdict import Finding, not_yet, passed
from labkit.kube.quantities import quantity


@dataclass(frozen=True, slots=True)
class Wanted:
    """Of the volume behind a claim; empty means any."""

    storage_class: str = ""
    at_least: str = "0"
    access: str = ""

    def __str__(self) -> str:
        return say(
            "At least {size}, class {kind}, access {access}.",
            size=self.at_least,
            kind=self.storage_class or say("any"),
            access=self.access or say("any"),
        )


def claim_bound(
    claim: Object, volumes: Sequence[Object], wanted: Wanted, events: Sequence[Object] = ()
) -> Finding:
    """Both sides must say so."""
    volume = _volume_of(claim, volumes)
    if not volume:
        return _unbound(claim, events)
    if _fits(volume, wanted):
        return passed(_bound(claim, volume), evidence=evidence(claim, volume))
    return not_yet(
        "claim.other_volume",
        seen=_bound(claim, volume),
        expected=str(wanted),
        why=say("A bound claim keeps its volume; class and access are chosen before."),
        next_step=say("Make a claim that asks for these, and let the Pod use it."),
        evidence=evidence(claim, volume),
    )


def _fits(volume: Object, wanted: Wanted) -> bool:
    spec = volume.get("spec") or {}
    return (
        quantity(_size(volume)) >= quantity(wanted.at_least)
        and wanted.storage_class in ("", spec.get("storageClassName") or "")
        and wanted.access in ("", *(spec.get("accessModes") or ()))
    )


def _bound(claim: Object, volume: Object) -> str:
    spec = volume.get("spec") or {}
    return say(
        "Claim {name} is bound to volume {volume}: {size}, class {kind}, {ways}.",
        name=cut(name_of(claim), 60),
        volume=cut(name_of(volume), 50),
        size=_size(volume),
        kind=cut(spec.get("storageClassName") or "-", 30),
        ways=cut(", ".join(spec.get("accessModes") or ()), 40),
    )


def _size(volume: Object) -> str:
    return str(((volume.get("spec") or {}).get("capacity") or {}).get("storage") or "0")


def _volume_of(claim: Object, volumes: Sequence[Object]) -> Object | None:
    """The one that names the claim in return: a claim can name a volume that is not its own."""
    if (claim.get("status") or {}).get("phase") != "Bound":
        return None
    wanted = (claim.get("spec") or {}).get("volumeName")
    for volume in volumes:
        ref = (volume.get("spec") or {}).get("claimRef") or {}
        mine = (ref.get("namespace"), ref.get("name")) == (
            claim["metadata"].get("namespace"),
            name_of(claim),
        )
        if name_of(volume) == wanted and mine:
            return volume
    return None


def _unbound(claim: Object, events: Sequence[Object]) -> Finding:
    told = events_of(claim, events)
    reason = message_of(told[-1]) if told else ""
    phase = (claim.get("status") or {}).get("phase") or say("new")
    is_waiting = bool(told) and told[-1].get("reason") == "WaitForFirstConsumer"
    return not_yet(
        "claim.unbound",
        seen=say(
            "Claim {name} has no volume; its phase is {phase}.",
            name=cut(name_of(claim), 60),
            phase=phase,
        ),
        expected=say("It is bound to a volume."),
        why=say("The cluster says: {reason}", reason=cut(reason, 150))
        if reason
        else say("A volume comes from a storage class, or is there already and fits."),
        next_step=say("Its class waits for a Pod that uses it: start one.")
        if is_waiting
        else say("Read its events: `kubectl describe pvc {name}`.", name=cut(name_of(claim), 60)),
        evidence=evidence(claim),
        settling=not is_waiting,
    )
