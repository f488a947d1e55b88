"""The same behaviour in a third of the size, without the secret and without root."""

from labkit.grading.criteria.image_contents import (
    MIB,
    holds_nothing_of,
    is_smaller,
    runs_without_root,
)
from labkit.grading.criteria.image_pods import pod_runs_image
from labkit.grading.criteria.page_texts import page_tells
from labkit.grading.snapshot import Snapshot
from labkit.grading.verdict import Finding

REPOSITORY = "${ns}/legacy"
BAD, GOOD = "bad", "good"
LEGACY = {"app": "legacy"}
SHARE = 3
LARGEST_BAD = 16 * MIB
STOPS = "6"


def good_smaller(snapshot: Snapshot) -> Finding:
    return is_smaller(snapshot, REPOSITORY, (BAD, GOOD), share=SHARE, largest=LARGEST_BAD)


def no_secret_layer(snapshot: Snapshot) -> Finding:
    password = f"depot-{snapshot.drawn('password')}-key"
    return holds_nothing_of(snapshot, REPOSITORY, GOOD, password)


def good_runs(snapshot: Snapshot) -> Finding:
    for finding in (
        runs_without_root(snapshot, REPOSITORY, GOOD),
        pod_runs_image(snapshot, LEGACY, REPOSITORY, GOOD),
    ):
        if not finding.holds:
            return finding
    return page_tells(snapshot, LEGACY, {"line": snapshot.drawn("line"), "stops": STOPS})
