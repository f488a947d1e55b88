from hashlib import sha256
from pathlib import Path

import httpx
import pytest

from labkit.remote.errors import RegistryFailed
from labkit.remote.pushing import push_archive
from labkit.remote.registry import RegistryAccess
from labkit.toolchain.archive import Image, ImageFile, write_archive

ACCESS = RegistryAccess("https://registry.test")


class HeldRegistry:
    """What was pushed, in memory; refuses content that is not what its digest says."""

    def __init__(self) -> None:
        self.blobs: dict[str, bytes] = {}
        self.manifests: dict[str, tuple[str, bytes]] = {}
        self.asked: list[str] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(f"{request.method} {request.url.path}")
        path = request.url.path.removeprefix("/v2/me/card/")
        if request.method == "HEAD":
            return httpx.Response(200 if path.removeprefix("blobs/") in self.blobs else 404)
        if request.method == "POST":
            return httpx.Response(202, headers={"location": "/v2/me/card/blobs/uploads/1?state=s"})
        if path.startswith("blobs/uploads/"):
            return self._blob(request)
        kind = request.headers["content-type"]
        self.manifests[path.removeprefix("manifests/")] = (kind, request.read())
        return httpx.Response(201)

    def _blob(self, request: httpx.Request) -> httpx.Response:
        content, digest = request.read(), request.url.params["digest"]
        good = digest == f"sha256:{sha256(content).hexdigest()}"
        if not good or request.url.params["state"] != "s":
            return httpx.Response(400)
        self.blobs[digest] = content
        return httpx.Response(201)


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    image = Image(
        reference="registry.lab.example:5000/card:1.0",
        architecture="amd64",
        user="65532:65532",
        entrypoint=("/card",),
        environment={},
        ports=(8080,),
        files=(ImageFile("card", b"program" * 1000, mode=0o755),),
    )
    path = tmp_path / "card.tar"
    write_archive(image, path)
    return path


def push(archive: Path, registry: HeldRegistry) -> str:
    transport = httpx.MockTransport(registry)
    return push_archive(archive, "me/card", "1.0", ACCESS, transport=transport)


def test_blobs_arrive_before_the_manifest_that_names_them(archive: Path) -> None:
    registry = HeldRegistry()
    digest = push(archive, registry)
    kind, manifest = registry.manifests["1.0"]
    assert kind == "application/vnd.oci.image.manifest.v1+json"
    assert digest == f"sha256:{sha256(manifest).hexdigest()}"
    assert len(registry.blobs) == 2
    assert registry.asked[-1] == "PUT /v2/me/card/manifests/1.0"


def test_what_is_there_is_not_sent_again(archive: Path) -> None:
    registry = HeldRegistry()
    push(archive, registry)
    registry.asked.clear()
    push(archive, registry)
    assert [line.split()[0] for line in registry.asked] == ["HEAD", "HEAD", "PUT"]


def test_refusal_names_the_repository_and_the_status(archive: Path) -> None:
    def full(request: httpx.Request) -> httpx.Response:
        return httpx.Response(404 if request.method == "HEAD" else 507)

    with pytest.raises(RegistryFailed, match=r"me/card \(POST\): status 507"):
        push_archive(archive, "me/card", "1.0", ACCESS, transport=httpx.MockTransport(full))


def test_what_is_no_archive_is_said(tmp_path: Path) -> None:
    with pytest.raises(RegistryFailed, match="No such file"):
        push_archive(tmp_path / "absent.tar", "me/card", "1.0", ACCESS)
