"""Which programs and images root holds for a cluster, noted in the cluster's folder."""

import json
from pathlib import Path
from typing import Any

from labkit.cluster.errors import ClusterError
from labkit.cluster.local.site import Site
from labkit.cluster.local.taking_over import check_readable
from labkit.cluster.local.trusted import trusted_files
from labkit.foundation.files import write_atomically
from labkit.foundation.text import say

NOTE = "installed.json"


def install(
    site: Site, arguments: dict[str, Any], user: int
) -> tuple[dict[str, Path], dict[str, Path]]:
    """Take over the files that a request names and add them to the note: programs, images.

    Its `renewals` are images that only a cluster takes which has one of that name.
    """
    known = _read(site)
    programs = _paths(arguments.get("programs") or {})
    images = _paths(arguments.get("images") or {})
    renewals = _paths(arguments.get("renewals") or {})
    images |= {name: path for name, path in renewals.items() if name in known["images"]}
    for path in (*programs.values(), *images.values()):  # before the first is copied
        check_readable(path, user)
    known["programs"] |= _text(trusted_files(programs, site.machine.programs, user))
    known["images"] |= _text(trusted_files(images, site.machine.images, user))
    _write(site, known)
    return installed(site)


def forget_image(site: Site, name: str) -> None:
    """The cluster is to do without it; the file stays, for others."""
    known = _read(site)
    if known["images"].pop(name, None):
        _write(site, known)


def installed(site: Site) -> tuple[dict[str, Path], dict[str, Path]]:
    """Raises ClusterError where nothing was installed for this cluster yet."""
    known = _read(site)
    if not known["programs"]:
        raise ClusterError(
            say("No programs are installed for cluster {name}.", name=site.name),
            say("Run `labkit up --name {name}`.", name=site.name),
        )
    return _paths(known["programs"]), _paths(known["images"])


def _read(site: Site) -> dict[str, dict[str, str]]:
    note = site.paths.data / NOTE
    if not note.exists():
        return {"programs": {}, "images": {}}
    content: dict[str, dict[str, str]] = json.loads(note.read_text())
    return content


def _write(site: Site, known: dict[str, dict[str, str]]) -> None:
    write_atomically(site.paths.data / NOTE, json.dumps(known, indent=2) + "\n")


def _text(paths: dict[str, Path]) -> dict[str, str]:
    return {name: str(path) for name, path in paths.items()}


def _paths(texts: dict[str, str]) -> dict[str, Path]:
    return {name: Path(text) for name, text in texts.items()}
