"""What this machine offers to lessons by itself, whatever the cluster, and how to get it."""

from collections.abc import Collection

from labkit.cluster.errors import CapabilityMissing, ClusterError
from labkit.foundation.text import say
from labkit.preflight.packages import (
    CONTAINER_ROOM,
    PODMAN,
    find_program,
    install_command,
    look,
    missing_packages,
)
from labkit.workshop.errors import PodmanMissing

CONTAINER_BUILD = "container-build"


def is_offered_here(capability: str) -> bool:
    return capability == CONTAINER_BUILD and bool(find_program(PODMAN))


def refusal(capability: str, engine: str) -> ClusterError | PodmanMissing:
    """Why something that needs the capability cannot start."""
    if capability == CONTAINER_BUILD:
        return PodmanMissing(how_to_get_podman())
    return CapabilityMissing(capability, engine)


def way_out(missing: Collection[str]) -> str:
    """The next step for whoever lacks these capabilities."""
    if set(missing) == {CONTAINER_BUILD}:
        return how_to_get_podman()
    return say("Use the local engine: `labkit up --engine local`.")


def how_to_get_podman() -> str:
    here = look(packages=CONTAINER_ROOM)
    return install_command(missing_packages(here, CONTAINER_ROOM) or [PODMAN], here)
