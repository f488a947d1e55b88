"""Image archives, written byte for byte the same from the same program.

An image of one static program is a tar with that file in it, and three JSON documents. So nothing
like buildah is needed, nor its root rights, its storage or its minute of installing: what follows
is the whole of `FROM scratch`, `COPY program /`. The archive is an OCI layout that also carries
Docker's `manifest.json`: `ctr images import`, `podman load` and `docker load` all take it. The
layer is not compressed: a node unpacks it at once, and the archive never leaves the machine.
"""

import hashlib
import io
import json
import tarfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

NO_TIME = "1970-01-01T00:00:00Z"  # the same bytes on every machine, whenever it was made


@dataclass(frozen=True, slots=True)
class ImageFile:
    path: str
    content: bytes | Path
    mode: int = 0o644
    link: str = ""
    """Where a symbolic link leads; such a file has no content."""


@dataclass(frozen=True, slots=True)
class Image:
    reference: str
    architecture: str
    user: str
    entrypoint: tuple[str, ...]
    environment: Mapping[str, str]
    ports: tuple[int, ...]
    files: tuple[ImageFile, ...]
    command: tuple[str, ...] = ()
    """What is run unless somebody says otherwise; arguments where there is an entrypoint."""


@dataclass(frozen=True, slots=True)
class _Blob:
    digest: str
    size: int
    content: bytes | Path

    @classmethod
    def of_document(cls, document: object) -> "_Blob":
        data = _as_bytes(document)
        return cls(hashlib.sha256(data).hexdigest(), len(data), data)

    @classmethod
    def of_file(cls, path: Path) -> "_Blob":
        with path.open("rb") as content:
            digest = hashlib.file_digest(content, "sha256").hexdigest()
        return cls(digest, path.stat().st_size, path)

    def path(self) -> str:
        return f"blobs/sha256/{self.digest}"

    def described(self, media_type: str) -> dict[str, object]:
        return {
            "mediaType": f"application/vnd.oci.image.{media_type}",
            "digest": f"sha256:{self.digest}",
            "size": self.size,
        }


def write_archive(image: Image, path: Path) -> None:
    """Write beside `path` a layer of the same name with `.layer`, too; the caller removes it."""
    layer_file = path.with_name(f"{path.name}.layer")
    _write_tar(layer_file, image.files, folders=_folders(image.files))
    layer = _Blob.of_file(layer_file)
    config = _Blob.of_document(_config(image, layer))
    manifest = _Blob.of_document(
        {
            "schemaVersion": 2,
            "mediaType": "application/vnd.oci.image.manifest.v1+json",
            "config": config.described("config.v1+json"),
            "layers": [layer.described("layer.v1.tar")],
        }
    )
    documents = {
        "oci-layout": {"imageLayoutVersion": "1.0.0"},
        "index.json": _index(image, manifest),
        "manifest.json": [
            {"Config": config.path(), "RepoTags": [image.reference], "Layers": [layer.path()]}
        ],
    }
    blobs = [ImageFile(blob.path(), blob.content) for blob in (config, manifest, layer)]
    files = [ImageFile(name, _as_bytes(content)) for name, content in documents.items()]
    _write_tar(path, [*files, *blobs], folders={"blobs": 0o755, "blobs/sha256": 0o755})


def _config(image: Image, layer: _Blob) -> dict[str, object]:
    started = {"Entrypoint": list(image.entrypoint), "Cmd": list(image.command)}
    return {
        "created": NO_TIME,
        "architecture": image.architecture,
        "os": "linux",
        "config": {
            "User": image.user,
            "Env": [f"{key}={value}" for key, value in sorted(image.environment.items())],
            "WorkingDir": "/",
            "ExposedPorts": {f"{port}/tcp": {} for port in image.ports},
            **{key: words for key, words in started.items() if words},
        },
        "rootfs": {"type": "layers", "diff_ids": [f"sha256:{layer.digest}"]},
        "history": [{"created": NO_TIME, "created_by": "labkit"}],
    }


def _index(image: Image, manifest: _Blob) -> dict[str, object]:
    described = {
        **manifest.described("manifest.v1+json"),
        "platform": {"architecture": image.architecture, "os": "linux"},
        "annotations": {
            "io.containerd.image.name": image.reference,
            "org.opencontainers.image.ref.name": image.reference.rpartition(":")[2],
        },
    }
    return {
        "schemaVersion": 2,
        "mediaType": "application/vnd.oci.image.index.v1+json",
        "manifests": [described],
    }


def _as_bytes(document: object) -> bytes:
    return json.dumps(document, sort_keys=True, separators=(",", ":")).encode()


def _folders(files: Sequence[ImageFile]) -> dict[str, int]:
    parents = {
        str(parent): 0o755 for file in files for parent in Path(file.path).parents if parent.name
    }
    return {**parents, "tmp": 0o1777}  # programs expect a place for temporary files


def _write_tar(path: Path, files: Sequence[ImageFile], *, folders: Mapping[str, int]) -> None:
    with tarfile.open(path, "w", format=tarfile.USTAR_FORMAT) as tar:
        for name, mode in sorted(folders.items()):
            entry = tarfile.TarInfo(name)
            entry.type, entry.mode = tarfile.DIRTYPE, mode
            tar.addfile(entry)
        for file in files:
            entry = tarfile.TarInfo(file.path)
            entry.mode = file.mode
            if file.link:
                entry.type, entry.linkname = tarfile.SYMTYPE, file.link
                tar.addfile(entry)
            elif isinstance(file.content, Path):
                entry.size = file.content.stat().st_size
                with file.content.open("rb") as content:
                    tar.addfile(entry, content)
            else:
                entry.size = len(file.content)
                tar.addfile(entry, io.BytesIO(file.content))
