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
from labkit.workshop.cloud_offers import OF_CLOUD, cloud_way_out
from labkit.workshop.errors import CloudNotOffered, PodmanMissing, WorkshopError

CONTAINER_BUILD = "container-build"


def is_offered_here(capability: str) -> bool:
    return capability == CONTAINER_BUILD and bool(find_program(PODMAN))


def refusal(capability: str, engine: str) -> ClusterError | WorkshopError:
    """Why something that needs the capability cannot start."""
    if capability == CONTAINER_BUILD:
        return PodmanMissing(how_to_get_podman())
    if capability in OF_CLOUD:
        return CloudNotOffered(capability, cloud_way_out([capability]))
    return CapabilityMissing(capability, engine)


def way_out(missing: Collection[str]) -> str:
    """The next step for whoever lacks these capabilities."""
    if set(missing) == {CONTAINER_BUILD}:
        return how_to_get_podman()
    if set(missing) <= OF_CLOUD:
        return cloud_way_out(missing)
    return say("Use the local engine: `labkit up --engine local`.")


def how_to_get_podman() -> str:
    here = look(packages=CONTAINER_ROOM)
    return install_command(missing_packages(here, CONTAINER_ROOM) or [PODMAN], here)
