"""The seed record: what was drawn for an attendee, and what setup noted. Learners cannot write it.

It is a ConfigMap that holds `SeedRecord.to_data()`.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from labkit.foundation.text import say
from labkit.grading.errors import ReadFailed

SEED_KEY = "seed.json"
SHAKEN = "shaken"
"""The note that says when a disturbance was started."""


@dataclass(frozen=True, slots=True)
class SeedRecord:
    values: Mapping[str, str] = field(default_factory=dict)
    """Drawn values by name."""
    notes: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """Fields of objects that setup remembered: notes["neighbour"]["metadata.uid"]."""

    def to_data(self) -> dict[str, str]:
        """The `data` of the ConfigMap."""
        record = {"values": dict(self.values), "notes": {k: dict(v) for k, v in self.notes.items()}}
        return {SEED_KEY: json.dumps(record, sort_keys=True)}

    @staticmethod
    def from_data(data: Mapping[str, str]) -> "SeedRecord":
        """Raises ReadFailed for what is not a seed record."""
        try:
            record = json.loads(data[SEED_KEY])
            return SeedRecord(record["values"], record["notes"])
        except (KeyError, ValueError, TypeError) as problem:
            raise ReadFailed(
                say("The seed record of this exercise cannot be read."),
                say("Run `labkit reset` for the exercise; it writes a new one."),
            ) from problem
