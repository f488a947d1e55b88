"""A card of one's own: pushed, not root's, run by a Pod, and with the motto on its page."""

from labkit.grading.criteria.image_contents import image_there, runs_without_root
from labkit.grading.criteria.image_pods import pod_runs_image
from labkit.grading.criteria.page_texts import page_says
from labkit.grading.snapshot import Snapshot
from labkit.grading.verdict import Finding

REPOSITORY = "${ns}/card"
TAG = "1.0"
CARD = {"app": "card"}


def image_pushed(snapshot: Snapshot) -> Finding:
    return image_there(snapshot, REPOSITORY, TAG)


def image_non_root(snapshot: Snapshot) -> Finding:
    return runs_without_root(snapshot, REPOSITORY, TAG)


def pod_from_image(snapshot: Snapshot) -> Finding:
    return pod_runs_image(snapshot, CARD, REPOSITORY, TAG)


def motto_served(snapshot: Snapshot) -> Finding:
    return page_says(snapshot, CARD, snapshot.drawn("motto"))
