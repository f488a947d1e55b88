"""Events: what the cluster's own parts said of an object. Clusters forget them after a while."""

from collections.abc import Sequence
from datetime import timedelta

from labkit.foundation.text import say
from labkit.grading.criteria.objects import evidence, name_of, uid_of
from labkit.grading.criteria.times import moment
from labkit.grading.snapshot import Failed, Object, Snapshot, list_key
from labkit.grading.verdict import Finding, cannot_check

SHORTEST_LIFE = timedelta(hours=1)  # an API server's default; one of ours keeps them for a day
FIRST_WORD = timedelta(seconds=10)  # in which something is said of whatever is made


def events_in(snapshot: Snapshot, suffix: str = "") -> Sequence[Object]:
    """None where the exercise did not declare them or they could not be read: they only explain.

    Where they decide, `snapshot.objects("Event")` says that they could not be read.
    """
    found = snapshot.lists.get(list_key("Event", suffix), ())
    return () if isinstance(found, Failed) else found


def events_of(found: Object, events: Sequence[Object], *reasons: str) -> list[Object]:
    """Those about this very object, the newest last."""
    about = [
        event
        for event in events
        if _is_about(event, found) and (not reasons or event.get("reason") in reasons)
    ]
    return sorted(about, key=_moment)


def forgotten(snapshot: Snapshot, made: Object) -> Finding | None:
    """CANNOT_CHECK where what was said since this object was made may be gone, else None.

    The oldest go first: as long as one of that moment is left, so are all that came after it.
    """
    created = str(made["metadata"]["creationTimestamp"])
    since = moment(created)
    if moment(snapshot.taken_at) - since <= SHORTEST_LIFE:
        return None
    left = [moment(time) for event in events_in(snapshot) if (time := _moment(event))]
    if any(time <= since + FIRST_WORD for time in left):
        return None
    return cannot_check(
        "events.expired",
        seen=say(
            "No event is left from {time}, when {name} was made.", time=created, name=name_of(made)
        ),
        why=say("Events tell who did what, and a cluster forgets them, often after an hour."),
        next_step=say(
            "Run `labkit reset {id}`, solve it again and check at once, or ask your instructor.",
            id=snapshot.exercise,
        ),
        evidence=evidence(made),
    )


def message_of(event: Object) -> str:
    return str(event.get("message") or "")


def container_of(event: Object) -> str:
    """web, of an event about spec.containers{web}."""
    path = str((event.get("involvedObject") or {}).get("fieldPath") or "")
    return path.partition("{")[2].rstrip("}")


def _is_about(event: Object, found: Object) -> bool:
    """By uid: an event outlives its object, and the next of that name is another."""
    subject = event.get("involvedObject") or {}
    if subject.get("uid") and uid_of(found):
        return bool(subject["uid"] == uid_of(found))
    same_kind = found.get("kind") in (None, subject.get("kind"))
    return same_kind and subject.get("name") == name_of(found)


def _moment(event: Object) -> str:
    series = event.get("series") or {}
    times = (event.get("lastTimestamp"), series.get("lastObservedTime"), event.get("eventTime"))
    return max((time for time in times if time), default="")
