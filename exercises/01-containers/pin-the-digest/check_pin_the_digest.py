"""An image named by its fingerprint: the right one, and it is what visitors see."""

from labkit.grading.criteria.image_pins import digest_stands_for, pinned_by_digest
from labkit.grading.criteria.page_texts import page_says
from labkit.grading.snapshot import Snapshot
from labkit.grading.verdict import Finding

REPOSITORY = "${ns}/moving"
STAND = {"app": "season"}


def pinned(snapshot: Snapshot) -> Finding:
    return pinned_by_digest(snapshot, STAND)


def right_digest(snapshot: Snapshot) -> Finding:
    season = snapshot.drawn("season")
    return digest_stands_for(snapshot, STAND, REPOSITORY, variable=("SEASON", season))


def season_served(snapshot: Snapshot) -> Finding:
    first = pinned(snapshot)
    if not first.holds:
        return first
    return page_says(snapshot, STAND, snapshot.drawn("season"))
