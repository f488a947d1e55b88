"""Events: what the cluster's own parts said of an object. They are gone after an hour."""

from collections.abc import Sequence

from labkit.grading.criteria.objects import name_of, uid_of
from labkit.grading.snapshot import Failed, Object, Snapshot, list_key


def events_in(snapshot: Snapshot, suffix: str = "") -> Sequence[Object]:
    """None where the exercise did not declare them or they could not be read: they only explain."""
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
