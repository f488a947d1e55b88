"""Keep a Snapshot as JSON that a person can read and compare: indented, uids and times made plain.

A saved snapshot gives the same verdict as the live one did, without a cluster.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from labkit.foundation.files import write_atomically
from labkit.grading.seed import SeedRecord
from labkit.grading.snapshot import Failed, Line, Reply, Snapshot
from labkit.remote.registry import TaggedImage

SAVED_AT = datetime(2026, 1, 1, tzinfo=UTC)
"""Every saved snapshot was taken at this moment; other times keep their distance to it."""
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")


def save_snapshot(path: Path, snapshot: Snapshot) -> None:
    write_atomically(path, snapshot_text(snapshot))


def snapshot_text(snapshot: Snapshot) -> str:
    """What a saved snapshot's file holds."""
    text = json.dumps(normalised(snapshot), indent=1, sort_keys=True, ensure_ascii=False)
    # A page may send half a surrogate pair, which no file can hold.
    return text.encode(errors="replace").decode() + "\n"


def load_snapshot(path: Path) -> Snapshot:
    return snapshot_from_json(json.loads(path.read_text(encoding="utf-8")))


def normalised(snapshot: Snapshot) -> dict[str, Any]:
    """As JSON, with uid-1, uid-2 … for uids and every time moved as far as `taken_at` is."""
    data = asdict(snapshot)
    names = {uid: f"uid-{n}" for n, uid in enumerate(dict.fromkeys(_uids(data)), start=1)}
    shift = SAVED_AT - _moment(snapshot.taken_at)

    def plain(text: str) -> str:
        if TIME.fullmatch(text):
            return (_moment(text) + shift).isoformat().replace("+00:00", "Z")
        return names.get(text, text)

    changed: dict[str, Any] = _strings_changed(data, plain)
    return changed


def snapshot_from_json(data: Mapping[str, Any]) -> Snapshot:
    return Snapshot(
        exercise=data["exercise"],
        taken_at=data["taken_at"],
        namespaces=data["namespaces"],
        lists={key: _failed(found) or tuple(found) for key, found in data["lists"].items()},
        pages={
            key: _failed(found) or tuple(Reply(**reply) for reply in found)
            for key, found in data["pages"].items()
        },
        logs={
            key: _failed(found) or tuple(Line(**line) for line in found)
            for key, found in data["logs"].items()
        },
        images={
            key: _failed(found) or tuple(TaggedImage.from_json(image) for image in found)
            for key, found in data.get("images", {}).items()
        },
        api={key: _failed(found) or tuple(found) for key, found in data.get("api", {}).items()},
        version=_failed(data["version"]) or data["version"],
        seed=_failed(data["seed"]) or SeedRecord(**data["seed"]),
        answers=_failed(data["answers"]) or data["answers"],
    )


def _failed(found: Any) -> Failed | None:
    """A Failed read is the only table with a field called reason beside what."""
    if isinstance(found, dict) and set(found) == {"what", "reason", "next_step"}:
        return Failed(**found)
    return None


def _uids(value: Any, key: str = "") -> Iterator[str]:
    """Values of fields called uid, and of notes that setup made of them."""
    if isinstance(value, dict):
        for name in sorted(value):
            yield from _uids(value[name], name)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _uids(item, key)
    elif isinstance(value, str) and key.rpartition(".")[2] == "uid":
        yield value


def _strings_changed(value: Any, change: Callable[[str], str]) -> Any:
    if isinstance(value, dict):
        return {key: _strings_changed(item, change) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_strings_changed(item, change) for item in value]
    return change(value) if isinstance(value, str) else value


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text.replace("Z", "+00:00"))
