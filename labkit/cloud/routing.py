"""Which operation a method and a path mean. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from urllib.parse import unquote

from labkit.cloud.calls import Operation


@dataclass(slots=True)
class _Place:
    """One step of a path: what may follow, and what may be done here."""

    words: dict[str, "_Place"] = field(default_factory=dict)
    part: str = ""
    """Name of the part that varies here, if one does."""
    varying: "_Place | None" = None
    operations: dict[str, Operation] = field(default_factory=dict)


class Routes:
    """A tree by parts of the path: the number of operations costs nothing."""

    def __init__(self, operations: Iterable[Operation]) -> None:
        self._root = _Place()
        for operation in operations:
            self._add(operation)

    def find(self, method: str, path: str) -> tuple[Operation, Mapping[str, str]] | None:
        """`path` as it was sent. None where the real API knows no such address."""
        place, parts = self._root, {}
        words = path.removeprefix("/").removesuffix("/").split("/")
        for position, word in enumerate(words):
            if word in place.words:
                place = place.words[word]
            elif place.varying is None or not word:
                return None
            else:
                last = not (place.varying.words or place.varying.varying)
                rest = "/".join(words[position:]) if last else word  # a block, with its slash
                parts[place.part] = unquote(rest)
                place = place.varying
                if last:
                    break
        operation = place.operations.get(method)
        return (operation, parts) if operation else None

    def _add(self, operation: Operation) -> None:
        place = self._root
        for word in operation.path.strip("/").split("/"):
            if word.startswith("{"):
                place.part = word.strip("{}")
                place.varying = place.varying or _Place()
                place = place.varying
            else:
                place = place.words.setdefault(word, _Place())
        place.operations[operation.method] = operation
