"""Read a registry of images: tags, manifests, configs, layers.

Source: the OCI distribution and image specifications, 1.1. The registry is the lab's own; what is
in it may be anybody's, so that nothing is read without a bound.
"""

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from labkit.foundation.text import say
from labkit.foundation.tls import client_context
from labkit.remote.errors import LoginWanted, RegistryFailed
from labkit.remote.layers import LayerUnreadable, words_in_layer

if TYPE_CHECKING:
    import httpx

MANIFEST = "application/vnd.oci.image.manifest.v1+json"
INDEX = "application/vnd.oci.image.index.v1+json"
DOCKER_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"
DOCKER_LIST = "application/vnd.docker.distribution.manifest.list.v2+json"
ACCEPTED = ", ".join((MANIFEST, INDEX, DOCKER_MANIFEST, DOCKER_LIST))
LARGEST_DOCUMENT_BYTES = 1 << 20  # a manifest or config; ours have a few KiB
MOST_LAYERS = 64
MOST_REPOSITORIES = 1000
TIMEOUT_SECONDS = 5
MISSING = 404
UNKNOWN = 401
"""Whoever asked, to the registry."""


@dataclass(frozen=True, slots=True)
class Layer:
    digest: str
    size: int
    """Bytes as they lie in the registry, packed."""
    found: tuple[str, ...] = ()
    """Of the words that were searched, those that some file or name in it holds."""
    problem: str = ""
    """Why it could not be searched."""


@dataclass(frozen=True, slots=True)
class TaggedImage:
    tag: str
    digest: str
    """Of what the tag stands for, sha256:…; a Pod that runs it names the same one."""
    config: Mapping[str, Any] = field(default_factory=dict)
    """With `config.User`, `config.Env`, `history`, as the image specification has it."""
    config_digest: str = ""
    layers: tuple[Layer, ...] = ()

    @property
    def size(self) -> int:
        """Bytes of all layers, packed."""
        return sum(layer.size for layer in self.layers)

    @staticmethod
    def from_json(data: Mapping[str, Any]) -> "TaggedImage":
        layers = [Layer(**{**one, "found": tuple(one["found"])}) for one in data["layers"]]
        return TaggedImage(**{**data, "layers": tuple(layers)})


@dataclass(frozen=True, slots=True)
class Login:
    user: str
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class RegistryAccess:
    url: str
    """https://198.18.0.1:5000"""
    authority: Path | None = None
    """Who signed its certificate, a PEM file; None for what the system trusts."""
    login: Login | None = None


class Registry:
    """A client to read with, to be closed at its end. Every method raises RegistryFailed."""

    def __init__(
        self, access: RegistryAccess, *, transport: "httpx.BaseTransport | None" = None
    ) -> None:
        self._access = access
        self._transport = transport
        self._client: httpx.Client | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._client:
            self._client.close()

    def is_there(self) -> bool:
        """Whether it answers as a registry does, be it by asking for a login."""
        try:
            return self._document("") is not None
        except LoginWanted:
            return True
        except RegistryFailed:
            return False

    def repositories(self) -> Sequence[str]:
        """Names of all of them, up to MOST_REPOSITORIES."""
        found = self._document(f"_catalog?n={MOST_REPOSITORIES}")
        return sorted(found[1].get("repositories") or []) if found else []

    def tags(self, repository: str) -> Sequence[str]:
        """In alphabetical order; none where nobody ever pushed."""
        found = self._document(f"{repository}/tags/list")
        return sorted(found[1].get("tags") or []) if found else []

    def image(self, repository: str, tag: str, *, find: Collection[str] = ()) -> TaggedImage | None:
        """What a tag (or a digest) stands for; None where there is no such tag."""
        found = self._document(f"{repository}/manifests/{tag}")
        if not found:
            return None
        digest, manifest = found
        if "manifests" in manifest:
            found = self._document(f"{repository}/manifests/{_for_this_machine(manifest)}")
            manifest = found[1] if found else {}
        config_digest = str((manifest.get("config") or {}).get("digest") or "")
        config = self._document(f"{repository}/blobs/{config_digest}") if config_digest else None
        layers = [
            self._layer(repository, one, find)
            for one in (manifest.get("layers") or [])[:MOST_LAYERS]
        ]
        return TaggedImage(tag, digest, config[1] if config else {}, config_digest, tuple(layers))

    def _layer(self, repository: str, described: Mapping[str, Any], find: Collection[str]) -> Layer:
        digest, size = str(described["digest"]), int(described["size"])
        if not find:
            return Layer(digest, size)
        try:
            chunks = self._chunks(f"{repository}/blobs/{digest}")
            return Layer(digest, size, words_in_layer(chunks, find))
        except LayerUnreadable as problem:
            return Layer(digest, size, problem=str(problem))

    def _document(self, path: str) -> tuple[str, dict[str, Any]] | None:
        """Its digest and what it says; None for what is not there."""
        body = b""
        for chunk in self._chunks(path):
            body += chunk
            if len(body) > LARGEST_DOCUMENT_BYTES:
                raise self._failed(path, say("more than {most} bytes", most=LARGEST_DOCUMENT_BYTES))
        if not body:
            return None
        try:
            said = json.loads(body)
        except (ValueError, RecursionError) as problem:
            raise self._failed(path, say("no JSON")) from problem
        if not isinstance(said, dict):
            raise self._failed(path, say("no JSON object"))
        return f"sha256:{sha256(body).hexdigest()}", said

    def _chunks(self, path: str) -> Iterator[bytes]:
        """What lies there, in pieces; nothing where there is nothing."""
        import httpx  # noqa: PLC0415  0.1 s to import

        try:
            with self._opened().stream("GET", f"/v2/{path}") as response:
                if response.status_code == MISSING:
                    return
                if response.status_code == UNKNOWN:
                    reason = say("status {status}", status=UNKNOWN)
                    raise LoginWanted(self._access.url, path, reason)
                if response.is_error:
                    raise self._failed(path, say("status {status}", status=response.status_code))
                yield from response.iter_raw()
        except (httpx.TransportError, httpx.InvalidURL, OSError) as problem:
            raise self._failed(path, str(problem) or type(problem).__name__) from problem

    def _opened(self) -> "httpx.Client":
        if self._client is None:
            self._client = registry_client(self._access, self._transport)
        return self._client

    def _failed(self, asked: str, reason: str) -> RegistryFailed:
        return RegistryFailed(self._access.url, asked, reason)


def registry_client(
    access: RegistryAccess, transport: "httpx.BaseTransport | None" = None
) -> "httpx.Client":
    """Trusts the registry's own authority only. OSError where its file is not there."""
    import httpx  # noqa: PLC0415

    authority = access.authority
    trusted = authority.read_text(encoding="ascii") if authority else None
    own = transport or httpx.HTTPTransport(verify=client_context(trusted), trust_env=False)
    login = access.login
    return httpx.Client(
        base_url=access.url,
        transport=own,
        auth=(login.user, login.password) if login else None,
        headers={"accept": ACCEPTED, "accept-encoding": "identity"},
        timeout=TIMEOUT_SECONDS,
        follow_redirects=False,
    )


def _for_this_machine(index: Mapping[str, Any]) -> str:
    """The digest of the image for Linux on amd64, else of the first."""
    offered = index["manifests"] or [{}]
    fitting = [one for one in offered if (one.get("platform") or {}).get("architecture") == "amd64"]
    return str((fitting or offered)[0].get("digest", ""))
