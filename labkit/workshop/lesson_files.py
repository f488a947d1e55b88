"""The notebooks that a learner opens: copies of their own, renewed while nobody touched them."""

from pathlib import Path

from labkit.foundation.settings import Settings
from labkit.workshop.handing_out import Given


def hand_out_lessons(settings: Settings, source: Path) -> tuple[str, ...]:
    """Copy `source`/*.ipynb to the learner's notebooks; names of those kept though newer exist."""
    given = Given(lessons_folder(settings), settings.home / "given" / "notebooks.json")
    return given.hand_out({path.name: path.read_bytes() for path in sorted(source.glob("*.ipynb"))})


def lessons_folder(settings: Settings) -> Path:
    return settings.home / "notebooks"
