"""What this machine offers to lessons by itself, whatever the cluster, and how to get it."""

from collections.abc import Collection, Sequence

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


def refusal(missing: Sequence[str], engine: str) -> ClusterError | WorkshopError:
    """Why something that needs these capabilities cannot start; the first of them decides.

    What the cloud lacks is told at once: only all of it says whether a cloud is up.
    """
    first = missing[0]
    if first == CONTAINER_BUILD:
        return PodmanMissing(how_to_get_podman())
    if first in OF_CLOUD:
        of_cloud = [name for name in missing if name in OF_CLOUD]
        return CloudNotOffered(of_cloud, cloud_way_out(of_cloud))
    return CapabilityMissing(first, engine)


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
