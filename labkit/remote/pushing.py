"""Push an image archive of ours into a registry, over its HTTP interface.

Source: the OCI distribution specification, 1.1, "Pushing". What is there already is not sent again.
"""

import json
import tarfile
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from labkit.foundation.text import say
from labkit.remote.errors import RegistryFailed
from labkit.remote.registry import RegistryAccess, registry_client

if TYPE_CHECKING:
    import httpx

CHUNK_BYTES = 1 << 20
MISSING = 404
PUSH_SECONDS = 120  # of one blob


def push_archive(
    archive: Path,
    repository: str,
    tag: str,
    access: RegistryAccess,
    *,
    transport: "httpx.BaseTransport | None" = None,
) -> str:
    """The digest under which the image is there now. Raises RegistryFailed.

    `archive` is an OCI layout as one tar file, as `labkit.toolchain.archive` writes it.
    """
    import httpx  # noqa: PLC0415  0.1 s to import

    try:
        with registry_client(access, transport) as client, tarfile.open(archive) as layout:
            pushing = _Pushing(client, repository, layout, access.url)
            described = pushing.document("index.json")["manifests"][0]
            manifest = pushing.document(_path(described["digest"]))
            for blob in (manifest["config"], *manifest["layers"]):
                pushing.blob(str(blob["digest"]))
            pushing.manifest(tag, described)
            return str(described["digest"])
    except (httpx.TransportError, OSError) as problem:
        reason = str(problem) or type(problem).__name__
        raise RegistryFailed(access.url, f"{repository}:{tag}", reason) from problem


class _Pushing:
    def __init__(
        self, client: "httpx.Client", repository: str, layout: tarfile.TarFile, url: str
    ) -> None:
        self._client = client
        self._base = f"/v2/{repository}"
        self._layout = layout
        self._url = url

    def document(self, member: str) -> dict[str, Any]:
        with self._content(member) as content:
            found: dict[str, Any] = json.load(content)
            return found

    def blob(self, digest: str) -> None:
        if self._client.head(f"{self._base}/blobs/{digest}").status_code != MISSING:
            return
        begun = self._sent("POST", f"{self._base}/blobs/uploads/")
        member = _path(digest)
        with self._content(member) as content:
            pieces = iter(lambda: content.read(CHUNK_BYTES), b"")
            self._sent(
                "PUT",
                begun.headers["location"],
                params={"digest": digest},
                content=pieces,
                headers={"content-length": str(self._layout.getmember(member).size)},
                timeout=PUSH_SECONDS,
            )

    def manifest(self, tag: str, described: dict[str, Any]) -> None:
        with self._content(_path(described["digest"])) as content:
            headers = {"content-type": described["mediaType"]}
            path = f"{self._base}/manifests/{tag}"
            self._sent("PUT", path, content=content.read(), headers=headers)

    def _sent(self, method: str, path: str, **more: Any) -> "httpx.Response":
        import httpx  # noqa: PLC0415

        if "params" in more:  # a registry keeps its own in the address; httpx would replace them
            path = str(httpx.URL(path).copy_merge_params(more.pop("params")))
        response = self._client.request(method, path, **more)
        if response.is_error:
            asked = f"{self._base.removeprefix('/v2/')} ({method})"
            reason = say("status {status}", status=response.status_code)
            raise RegistryFailed(self._url, asked, reason)
        return response

    def _content(self, member: str) -> IO[bytes]:
        content = self._layout.extractfile(member)
        if content is None:
            raise OSError(f"{member} is no file in the archive")
        return content


def _path(digest: str) -> str:
    return f"blobs/{digest.replace(':', '/')}"
