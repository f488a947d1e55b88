"""Keys to a cloud: the emulator's own file, or where OVHcloud's clients look for theirs."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

from labkit.foundation.files import PRIVATE, write_atomically
from labkit.foundation.text import say
from labkit.remote.errors import CloudKeysUnusable

FILE_NAME = "keys.json"


@dataclass(frozen=True, slots=True)
class CloudKeys:
    """Of one account and one project. Nothing of it is ever printed, logged or recorded."""

    endpoint: str
    """The base address, http://127.0.0.1:8780/1.0, or a name that OVHcloud's clients know."""
    application_key: str = field(default="", repr=False)
    application_secret: str = field(default="", repr=False)
    consumer_key: str = field(default="", repr=False)
    project: str = ""
    """The serviceName of the project."""
    client_id: str = field(default="", repr=False)
    client_secret: str = field(default="", repr=False)
    control: str = field(default="", repr=False)
    """What the emulator's levers ask for; no cloud has such a thing."""

    def secrets(self) -> frozenset[str]:
        """What must be in no snapshot, whoever put it there."""
        told = (
            self.application_key,
            self.application_secret,
            self.consumer_key,
            self.client_secret,
            self.control,
        )
        return frozenset(filter(None, told))


def keys_from(content: Mapping[str, Any], place: Path | str) -> CloudKeys:
    """Raises CloudKeysUnusable. Fields that we do not know are left alone."""
    known = {one.name for one in fields(CloudKeys)}
    given = {name: str(value) for name, value in content.items() if name in known}
    if not given.get("endpoint") or not given.get("application_key"):
        raise CloudKeysUnusable(place, say("endpoint or application_key is missing"))
    return CloudKeys(**given)


def read_keys(path: Path) -> CloudKeys:
    """Raises CloudKeysUnusable."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise CloudKeysUnusable(path, say("it is not there")) from None
    except (OSError, ValueError):
        raise CloudKeysUnusable(path, say("it cannot be read")) from None
    return keys_from(content if isinstance(content, dict) else {}, path)


def write_keys(path: Path, keys: CloudKeys) -> None:
    write_atomically(path, json.dumps(asdict(keys), indent=1) + "\n", mode=PRIVATE)
