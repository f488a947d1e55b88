"""What the lab's cloud offers to lessons while it is up, and how to get it."""

import json
import socket
from collections.abc import Collection, Iterable
from pathlib import Path
from urllib.parse import urlsplit

from labkit.foundation.text import say
from labkit.remote.cloud_keys import FILE_NAME, read_keys
from labkit.remote.errors import CloudKeysUnusable

OVH_API = "ovh-api"
NODE_POOLS = "node-pools"
OF_CLOUD = frozenset({OVH_API, NODE_POOLS})
REAL_NODES = "local"
LOOK_SECONDS = 0.5


def cloud_offers(folder: Path) -> frozenset[str]:
    """Node pools only where nodes are real: Pods must run on what an order brings."""
    if not _answers(folder):
        return frozenset()
    return OF_CLOUD if _engine(folder) == REAL_NODES else frozenset({OVH_API})


def cloud_lacks(folder: Path, needed: Iterable[str]) -> frozenset[str]:
    """What it will not have; one that is not up is started by the lesson, and lacks nothing yet."""
    return OF_CLOUD.intersection(needed) - cloud_offers(folder) if _answers(folder) else frozenset()


def cloud_way_out(missing: Collection[str]) -> str:
    if OVH_API in missing:
        return say("Start the lab's own cloud: `labkit cloud up`.")
    return say(
        "Its nodes are simulated. For real ones: `labkit cloud down`, then "
        "`labkit cloud up --engine local`."
    )


def _answers(folder: Path) -> bool:
    try:
        address = urlsplit(read_keys(folder / FILE_NAME).endpoint)
    except CloudKeysUnusable:
        return False
    with socket.socket() as probe:
        probe.settimeout(LOOK_SECONDS)
        return probe.connect_ex((address.hostname or "", address.port or 443)) == 0


def _engine(folder: Path) -> str:
    try:
        return str(json.loads((folder / "running.json").read_text(encoding="utf-8"))["engine"])
    except (OSError, ValueError, KeyError):
        return ""
