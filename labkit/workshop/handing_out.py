"""Give the learner files of their own: renewed while nobody touched them, else kept."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from labkit.foundation.files import write_atomically


@dataclass(frozen=True, slots=True)
class Given:
    """A folder of the learner's, and what was ever given there."""

    folder: Path
    note: Path
    """The hashes of every content that a file was ever given with, by its name."""

    def hand_out(self, fresh: Mapping[str, bytes]) -> tuple[str, ...]:
        """Write what is not there, renew what nobody touched; names of those kept, though newer.

        A file that we never gave is the learner's. What is given is noted first, so that a crash in
        between never makes a file look edited.
        """
        known = self._known()
        ours = [
            name
            for name, content in fresh.items()
            if self._content(name) == content or not self._is_learners(name, known)
        ]
        noted = known | {name: sorted({*known.get(name, ()), _hash(fresh[name])}) for name in ours}
        if noted != known:
            write_atomically(self.note, json.dumps(noted, indent=1) + "\n")
        for name in ours:
            if self._content(name) != fresh[name]:
                write_atomically(self.folder / name, fresh[name])
        return tuple(name for name in fresh if _hash(fresh[name]) not in noted.get(name, ()))

    def changed(self, names: Iterable[str]) -> tuple[str, ...]:
        """Of what was given, and of `names`: files whose content we never gave."""
        known = self._known()
        return tuple(
            name for name in {**known, **dict.fromkeys(names)} if self._is_learners(name, known)
        )

    def _is_learners(self, name: str, known: Mapping[str, list[str]]) -> bool:
        content = self._content(name)
        return content is not None and _hash(content) not in known.get(name, ())

    def _content(self, name: str) -> bytes | None:
        path = self.folder / name
        return path.read_bytes() if path.is_file() else None

    def _known(self) -> dict[str, list[str]]:
        try:
            noted = json.loads(self.note.read_text())
        except (OSError, ValueError):
            return {}
        if not isinstance(noted, dict):
            return {}
        # Notes of earlier releases hold one hash for a file, instead of a list.
        lists = {name: one if isinstance(one, list) else [one] for name, one in noted.items()}
        return {name: list(map(str, hashes)) for name, hashes in lists.items()}


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
