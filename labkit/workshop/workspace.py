"""The files that the learner reads and edits: handed out, never overwritten, set aside."""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path

from labkit.foundation.files import write_atomically
from labkit.foundation.settings import Settings
from labkit.kube.manifests import fill
from labkit.workshop.names import workspace_folder


def hand_out(
    settings: Settings, name: str, source: Path, values: Mapping[str, str]
) -> tuple[Path, ...]:
    """Write the files of `source` that are not there, and renew those that nobody touched.

    `name` is the exercise's or lesson's. What was given is noted first, so that a crash in
    between never makes a file look edited.
    """
    fresh = _filled_files(source, values)
    folder = workspace_folder(settings, name)
    touched = set(changed_files(settings, name))
    hashes = {file: _hash(content) for file, content in fresh.items() if file not in touched}
    if fresh:
        given = {**_given(settings, name), **hashes}
        write_atomically(_note(settings, name), json.dumps(given, indent=1))
    for file in hashes:
        if not _holds(folder / file, fresh[file]):
            write_atomically(folder / file, fresh[file])
    return tuple(folder / file for file in fresh)


def changed_files(settings: Settings, name: str) -> tuple[str, ...]:
    """Handed-out files that differ from what was given; deleted ones do not count."""
    folder = workspace_folder(settings, name)
    return tuple(
        file
        for file, given in _given(settings, name).items()
        if (folder / file).is_file() and _hash((folder / file).read_bytes()) != given
    )


def set_aside(settings: Settings, name: str) -> Path | None:
    """Move edited files to a folder of their own, which is returned; None when none is edited."""
    files = changed_files(settings, name)
    if not files:
        return None
    folder = workspace_folder(settings, name)
    aside = _first_free(folder)
    for file in files:
        (aside / file).parent.mkdir(parents=True, exist_ok=True)
        (folder / file).replace(aside / file)
    return aside


def _filled_files(source: Path, values: Mapping[str, str]) -> dict[str, bytes]:
    if not source.is_dir():
        return {}
    files = sorted(path for path in source.rglob("*") if path.is_file())
    return {
        str(path.relative_to(source)): fill(
            path.read_text(encoding="utf-8"), values, source=str(path)
        ).encode()
        for path in files
    }


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _holds(path: Path, content: bytes) -> bool:
    return path.is_file() and path.read_bytes() == content


def _note(settings: Settings, name: str) -> Path:
    return settings.home / "given" / f"{name}.json"


def _given(settings: Settings, name: str) -> dict[str, str]:
    try:
        noted = json.loads(_note(settings, name).read_text())
    except (OSError, ValueError):
        return {}
    return noted if isinstance(noted, dict) else {}


def _first_free(folder: Path) -> Path:
    number = 1
    while (aside := folder / f"set-aside-{number}").exists():
        number += 1
    return aside
