"""Who may call the API server of a cluster of the cloud: its ipRestrictions, as networks."""

from dataclasses import dataclass

from labkit.cluster.lab_range import LAB_RANGE
from labkit.foundation.text import say
from labkit.grading.criteria.cloud_clusters import not_ready
from labkit.grading.criteria.cloud_networks import beyond, missing, networks, wider_than
from labkit.grading.criteria.ranges import Network, network_of, within
from labkit.grading.snapshot import Snapshot
from labkit.grading.verdict import Finding, State, not_started, not_yet, passed

WIDEST = 16
WORLD = "0.0.0.0/0"


@dataclass(frozen=True, slots=True)
class Door:
    """`server` is the address at which the API server is called."""

    cluster: str
    office: str
    partner: str
    server: str

    @property
    def caller(self) -> str:
        """The address that the cluster sees: on loopback the server's, else .254 beside it."""
        if not within(self.server, str(LAB_RANGE)):
            return self.server
        return f"{self.server.rpartition('.')[0]}.254"


def all_in(snapshot: Snapshot, door: Door) -> Finding:
    """Exactly office, partner and caller; the caller's range of the lab will do."""
    have = _listed(snapshot, door)
    if _as_at_start(have, door):
        return _untouched("restrictions.untouched", have)
    if not have:
        return _wrong(
            "restrictions.empty",
            door,
            seen=say("The list is empty."),
            why=say("An empty list restricts nobody: the whole world may call."),
            next_step=say("PUT a list that holds all who may call."),
        )
    others = [str(one) for one in networks(have) if not _is_caller(one, door)]
    lost = missing(others, [door.office, door.partner])
    if lost:
        return _lost(door, have, lost)
    if len(others) == len(networks(have)):
        return _no_caller(door, have)
    strangers = beyond(others, [door.office, door.partner])
    if strangers:
        return _strangers(door, strangers)
    return passed(say("The list is {list}.", list=_told(have)))


def world_is_out(snapshot: Snapshot, door: Door) -> Finding:
    """The office is in, and nothing wider than a /16."""
    have = _listed(snapshot, door)
    if _as_at_start(have, door):
        return _untouched("restrictions.world", have)
    wide = wider_than(have, WIDEST)
    if not have or wide:
        return not_yet(
            "restrictions.world",
            seen=say("Wide open: {networks}.", networks=", ".join(wide) or say("an empty list")),
            expected=say("No network with more addresses than a /{prefix}.", prefix=WIDEST),
            why=say("Whoever steals a kubeconfig could use it from anywhere in there."),
            next_step=say("Take it off the list: DELETE removes one entry, PUT replaces all."),
        )
    if not any(within(door.office, str(one)) for one in networks(have)):
        return _lost(door, have, [door.office])
    return passed(say("Nobody is let in by a network wider than a /{prefix}.", prefix=WIDEST))


def answers_us(snapshot: Snapshot, door: Door) -> Finding:
    """The list is right, the cluster has taken it, and answers the grader on this machine."""
    right = all_in(snapshot, door)
    if right.state is State.NOT_STARTED:
        return _untouched("restrictions.list_first", _listed(snapshot, door))
    if not right.holds:
        return not_yet(
            "restrictions.list_first",
            seen=right.seen,
            expected=say("The list is right first."),
            next_step=say("Mend the list; then it shows whether the cluster answers."),
        )
    trouble = not_ready(snapshot.cloud(f"/kube/@{door.cluster}"), door.cluster, "cluster")
    if trouble:
        return trouble
    count = len(snapshot.objects("Namespace", cluster=door.cluster))
    return passed(say("It is READY and answers; it has {count} namespaces.", count=count))


def _as_at_start(have: tuple[str, ...], door: Door) -> bool:
    """Setup lets in the world, and the partner."""
    return networks(have) == networks([WORLD, door.partner])


def _untouched(message: str, have: tuple[str, ...]) -> Finding:
    return not_started(
        message,
        seen=say("The list is as you found it: {list}.", list=_told(have)),
        next_step=say("Read it with GET …/ipRestrictions; then choose between POST and PUT."),
    )


def _listed(snapshot: Snapshot, door: Door) -> tuple[str, ...]:
    return snapshot.cloud(f"/kube/@{door.cluster}/ipRestrictions")


def _is_caller(one: Network, door: Door) -> bool:
    return one.prefixlen >= WIDEST and within(door.caller, str(one))


def _told(have: tuple[str, ...]) -> str:
    return ", ".join(map(str, sorted(networks(have), key=str)))


def _lost(door: Door, have: tuple[str, ...], lost: list[str]) -> Finding:
    is_partner = str(network_of(door.partner)) in lost
    return _wrong(
        "restrictions.no_partner" if is_partner else "restrictions.no_office",
        door,
        seen=say("Not on the list: {lost}. It holds {list}.", lost=lost[0], list=_told(have)),
        why=say("POST adds to the list, PUT replaces the whole of it."),
        next_step=say("Put it on the list, with exactly this mask."),
    )


def _no_caller(door: Door, have: tuple[str, ...]) -> Finding:
    return _wrong(
        "restrictions.no_caller",
        door,
        seen=say("Your own address is not on the list: {list}.", list=_told(have)),
        why=say(
            "The cluster sees the address that this machine calls from, no Pod's and no other."
        ),
        next_step=say("`ip route get {server}` names it after src.", server=door.server),
    )


def _strangers(door: Door, strangers: list[str]) -> Finding:
    return _wrong(
        "restrictions.strangers",
        door,
        seen=say("Also on the list: {networks}.", networks=", ".join(strangers)),
        why=say("Each entry lets somebody in; one for the world lets in everybody."),
        next_step=say("DELETE …/ipRestrictions/NETWORK, its slash as %2F, removes one entry."),
    )


def _wrong(message: str, door: Door, *, seen: str, why: str, next_step: str) -> Finding:
    wanted = say(
        "Office {office}, partner {partner}, and you.", office=door.office, partner=door.partner
    )
    return not_yet(message, seen=seen, expected=wanted, why=why, next_step=next_step)
