"""Moments that objects and snapshots note, and how far they are apart."""

from collections.abc import Iterable
from datetime import datetime

from labkit.grading.snapshot import Object


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def clock_time(when: datetime) -> str:
    """As a message shows it, in UTC like the logs."""
    return f"{when:%H:%M:%S}"


def last_change(objects: Iterable[Object]) -> datetime:
    """The newest moment at which any of them was made or changed its conditions."""
    return max(moment(text) for item in objects for text in _moments(item))


def _moments(item: Object) -> Iterable[str]:
    yield item["metadata"]["creationTimestamp"]
    for found in (item.get("status") or {}).get("conditions") or ():
        yield from filter(None, (found.get("lastTransitionTime"), found.get("lastUpdateTime")))
