"""What must stay as setup left it: the same object, by its uid, with the same content."""

from collections.abc import Iterable

from labkit.grading.criteria.objects import uid_of
from labkit.grading.snapshot import Object, Snapshot


def is_noted(snapshot: Snapshot, note: str, found: Object) -> bool:
    """The very object that setup remembered, not another of its name."""
    return uid_of(found) == str(snapshot.noted(note, "metadata.uid"))


def strangers(snapshot: Snapshot, note: str, objects: Iterable[Object]) -> list[Object]:
    """Those that setup did not make."""
    return [item for item in objects if not is_noted(snapshot, note, item)]


def is_kept(snapshot: Snapshot, note: str, objects: Iterable[Object], *fields: str) -> bool:
    """It is still among them, and each field (of the top level) is what it was."""
    return any(
        is_noted(snapshot, note, item)
        and all(item.get(field) == snapshot.noted(note, field) for field in fields)
        for item in objects
    )
