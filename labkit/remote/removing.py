"""Remove the images of a repository from a registry.

Source: the OCI distribution specification, 1.1, "Deleting manifests". Layers stay on its disk.
"""

from typing import TYPE_CHECKING

from labkit.foundation.text import say
from labkit.remote.errors import RegistryFailed
from labkit.remote.registry import MISSING, Registry, RegistryAccess, registry_client

if TYPE_CHECKING:
    import httpx


def remove_images(
    access: RegistryAccess, repository: str, *, transport: "httpx.BaseTransport | None" = None
) -> tuple[str, ...]:
    """Tags that are gone now; none where nothing was. Raises RegistryFailed."""
    import httpx  # noqa: PLC0415  0.1 s to import

    with Registry(access, transport=transport) as registry:
        tags = tuple(registry.tags(repository))
    if not tags:
        return ()
    try:
        with registry_client(access, transport) as client:
            for tag in tags:
                _remove(client, access, f"{repository}/manifests", tag)
    except (httpx.TransportError, OSError) as problem:
        reason = str(problem) or type(problem).__name__
        raise RegistryFailed(access.url, repository, reason) from problem
    return tags


def _remove(client: "httpx.Client", access: RegistryAccess, place: str, tag: str) -> None:
    """The manifest behind a tag, and with it every tag that stands for it."""
    found = client.head(f"/v2/{place}/{tag}")
    if found.status_code == MISSING:  # it went with another tag
        return
    digest = found.headers.get("docker-content-digest", tag)
    removed = client.delete(f"/v2/{place}/{digest}")
    if removed.is_error and removed.status_code != MISSING:
        asked = f"{place}/{tag} (DELETE)"
        raise RegistryFailed(access.url, asked, say("status {status}", status=removed.status_code))
