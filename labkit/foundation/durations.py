"""How long a step took last time, so that a reader can be told what to expect."""

import json
from pathlib import Path

from labkit.foundation.errors import LabError
from labkit.foundation.files import locked, write_atomically


def remembered(path: Path, step: str) -> float | None:
    """Seconds that `step` took when it last ended well; None when nobody knows."""
    seconds = _read(path).get(step)
    return float(seconds) if isinstance(seconds, int | float) else None


def remember(path: Path, step: str, seconds: float) -> None:
    """Keep it. A file that cannot be written is no reason to stop: then nobody remembers."""
    try:
        with locked(path.with_name(f".{path.name}.lock"), holder="durations", limit_seconds=5):
            write_atomically(path, json.dumps({**_read(path), step: round(seconds, 1)}, indent=1))
    except (LabError, OSError):
        return


def _read(path: Path) -> dict[str, object]:
    try:
        content = json.loads(path.read_text())
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}
