"""What is remembered of a cluster that somebody else made, in its folder of the home."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from labkit.cluster.engine import Capability
from labkit.foundation.errors import FileProblem
from labkit.foundation.files import PRIVATE, write_atomically
from labkit.foundation.text import say

NAME = "attached.json"


@dataclass(frozen=True, slots=True)
class Attached:
    """Where the access came from, and what a probe found; None before the first probe."""

    source: Path
    context: str
    capabilities: frozenset[Capability] | None = None


def attached_path(home: Path, name: str) -> Path:
    return home.absolute() / "clusters" / name / NAME


def attached_names(home: Path) -> list[str]:
    return sorted(path.parent.name for path in (home / "clusters").glob(f"*/{NAME}"))


def read_attached(home: Path, name: str) -> Attached | None:
    """None when no such cluster is attached. Raises FileProblem for a file that is not ours."""
    path = attached_path(home, name)
    if not path.exists():
        return None
    try:
        content = json.loads(path.read_text())
        found = content["capabilities"]
        return Attached(
            Path(content["source"]),
            str(content["context"]),
            None if found is None else frozenset(map(Capability, found)),
        )
    except (OSError, ValueError, TypeError, KeyError) as problem:
        raise FileProblem(
            path,
            say("is not a note about a cluster ({problem})", problem=problem),
            say("Run `labkit down`, then `labkit up`."),
        ) from problem


def write_attached(home: Path, name: str, attached: Attached) -> None:
    found = attached.capabilities
    content = {
        "source": str(attached.source),
        "context": attached.context,
        "capabilities": None if found is None else sorted(found),
    }
    text = json.dumps(content, indent=1) + "\n"
    write_atomically(attached_path(home, name), text, mode=PRIVATE)


def keep_offers(home: Path, name: str, capabilities: Iterable[Capability]) -> None:
    """Remember what a probe found; of a cluster that is not attached there is nothing to keep."""
    attached = read_attached(home, name)
    if attached:
        kept = replace(attached, capabilities=frozenset(capabilities))
        write_attached(home, name, kept)
