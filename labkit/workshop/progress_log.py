"""What the learner did, one JSON line an event, only ever appended to."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from labkit.foundation.errors import FileProblem
from labkit.foundation.files import PRIVATE
from labkit.foundation.settings import Settings
from labkit.foundation.text import say


class Happening(StrEnum):
    STARTED = "started"
    CHECKED = "checked"
    HINTED = "hinted"
    ANSWERED = "answered"
    SHAKEN = "shaken"
    SOLUTION_SHOWN = "solution-shown"
    SOLVED = "solved"
    RESET = "reset"


@dataclass(frozen=True, slots=True)
class Event:
    time: datetime
    exercise: str
    happening: Happening
    details: Mapping[str, Any] = field(default_factory=dict)


def log_path(settings: Settings) -> Path:
    return settings.home / "progress.jsonl"


def append(settings: Settings, event: Event) -> None:
    """Add one line, whole or not at all: one write at the file's end."""
    path = log_path(settings)
    line = json.dumps(
        {
            "time": event.time.isoformat(timespec="seconds"),
            "exercise": event.exercise,
            "event": event.happening.value,
            **event.details,
        }
    )
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, PRIVATE)
        try:
            os.write(handle, f"{_mend(path)}{line}\n".encode())
        finally:
            os.close(handle)
    except OSError as problem:
        raise FileProblem(
            path,
            say("could not be written ({reason})", reason=problem.strerror),
            say("Free space or mend the rights."),
        ) from problem


def read_events(settings: Settings) -> tuple[Event, ...]:
    """All events, oldest first. A line torn by a crash is passed over."""
    try:
        lines = log_path(settings).read_text(encoding="utf-8", errors="replace").splitlines()
    except FileNotFoundError:
        return ()
    return tuple(event for line in lines if (event := _read(line)))


def _mend(path: Path) -> str:
    """A line break where a crash tore the last line, so that it swallows no other."""
    with path.open("rb") as content:
        if content.seek(0, os.SEEK_END) == 0:
            return ""
        content.seek(-1, os.SEEK_END)
        return "" if content.read(1) == b"\n" else "\n"


def _read(line: str) -> Event | None:
    try:
        written = json.loads(line)
        time = datetime.fromisoformat(written.pop("time"))
        exercise = str(written.pop("exercise"))
        return Event(time, exercise, Happening(written.pop("event")), written)
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
