"""The files that the learner reads and edits: handed out, never overwritten, set aside."""

from collections.abc import Mapping
from pathlib import Path

from labkit.foundation.settings import Settings
from labkit.kube.manifests import fill
from labkit.workshop.handing_out import Given
from labkit.workshop.names import workspace_folder


def hand_out(
    settings: Settings, name: str, source: Path, values: Mapping[str, str]
) -> tuple[Path, ...]:
    """Write the files of `source` that are not there, and renew those that nobody touched.

    `name` is the exercise's or lesson's.
    """
    fresh = _filled_files(source, values)
    _given(settings, name).hand_out(fresh)
    return tuple(workspace_folder(settings, name) / file for file in fresh)


def changed_files(settings: Settings, name: str, source: Path) -> tuple[str, ...]:
    """Edited files, and those never handed out that are called like one of `source`.

    Deleted ones do not count.
    """
    return _given(settings, name).changed(map(str, _files(source)))


def set_aside(settings: Settings, name: str, source: Path) -> Path | None:
    """Move those files to a folder of their own, which is returned; None where there are none."""
    files = changed_files(settings, name, source)
    if not files:
        return None
    folder = workspace_folder(settings, name)
    aside = _first_free(folder)
    for file in files:
        (aside / file).parent.mkdir(parents=True, exist_ok=True)
        (folder / file).replace(aside / file)
    return aside


def _given(settings: Settings, name: str) -> Given:
    return Given(workspace_folder(settings, name), settings.home / "given" / f"{name}.json")


def _filled_files(source: Path, values: Mapping[str, str]) -> dict[str, bytes]:
    return {
        str(file): fill(
            (source / file).read_text(encoding="utf-8"), values, source=str(source / file)
        ).encode()
        for file in _files(source)
    }


def _files(source: Path) -> list[Path]:
    """Below `source`; none where there is no such folder."""
    return sorted(path.relative_to(source) for path in source.rglob("*") if path.is_file())


def _first_free(folder: Path) -> Path:
    number = 1
    while (aside := folder / f"set-aside-{number}").exists():
        number += 1
    return aside
