"""Take a snapshot: every declared read at once, as the grader, reduced at the door."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Place:
    """Where one attendee's exercise is on the cluster."""

    namespaces: Mapping[str, str]
    """Names by suffix, "" for the exercise's own."""
    seed_namespace: str
    seed_name: str
    """Of the ConfigMap that holds the SeedRecord."""


# take_snapshot(exercise: Exercise, place: Place, sources: Sources) -> Snapshot
#   Sources(reader: labkit.kube.reader.Reader, fetch: labkit.remote.web.fetch, clock: Clock)
