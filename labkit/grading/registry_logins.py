"""Logins to registries in Secrets, as facts: where they count, as whom, and the password's hash.

A Secret of a login may be written in many ways that mean the same, so that the hash of its value
says nothing. They are read as the kubelet reads them; source: kubernetes 1.34,
pkg/credentialprovider, config.go and keyring.go.
"""

import json
from base64 import b64decode, b64encode
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any
from urllib.parse import urlsplit

from labkit.grading.hiding import fingerprint
from labkit.grading.snapshot import Object
from labkit.grading.sources import ClusterReader
from labkit.kube.exchange import Answer

FACTS = "logins"
"""The field that is added to a Secret."""
FORMS = {
    ".dockerconfigjson": "kubernetes.io/dockerconfigjson",
    ".dockercfg": "kubernetes.io/dockercfg",
}
"""The type that a Secret with this key must have, or the kubelet does not look into it."""
HIDDEN = "hidden-"
MOST_LOGINS = 20


@dataclass(frozen=True, slots=True)
class LoginReader:
    """A cluster's reader that says of each Secret which logins are in it."""

    reader: ClusterReader

    def version(self) -> str:
        return self.reader.version()

    def list(
        self,
        kind: str,
        *,
        namespace: str | None = None,
        labels: str = "",
        fields: str = "",
        at_most: int = 0,
    ) -> Sequence[Object]:
        found = self.reader.list(
            kind, namespace=namespace, labels=labels, fields=fields, at_most=at_most
        )
        return list(map(with_logins, found)) if kind == "Secret" else found

    def get(self, kind: str, name: str, *, namespace: str | None = None) -> Object:
        return self.reader.get(kind, name, namespace=namespace)

    def watch(
        self, kind: str, *, namespace: str | None = None, fields: str = "", seconds: float = 60
    ) -> Iterator[tuple[str, Object]]:
        return self.reader.watch(kind, namespace=namespace, fields=fields, seconds=seconds)

    def log(self, pod: str, namespace: str, *, tail: int = 200) -> str:
        return self.reader.log(pod, namespace, tail=tail)

    def through_service(
        self, namespace: str, service: str, port: int | str, path: str = "/"
    ) -> Answer:
        return self.reader.through_service(namespace, service, port, path)


def with_logins(secret: Object) -> Object:
    """The Secret with its logins as facts; its passwords join the values that are hidden.

    What is in `stringData` never leaves the door, but its copies elsewhere are found by it.
    """
    data = secret.get("data") or {}
    found = [login for key in FORMS if key in data for login in _logins(str(data[key]))]
    if not found:
        return secret
    facts = [
        {
            "server": server,
            "name": user,
            "password": fingerprint(password),
            "copies": [fingerprint(text) for text in _copies(user, password)],
        }
        for server, user, password in found[:MOST_LOGINS]
    ]
    hidden = {
        f"{HIDDEN}{number}-{copy}": text
        for number, (_, user, password) in enumerate(found)
        for copy, text in enumerate(_copies(user, password))
    }
    return {**secret, FACTS: facts, "stringData": {**(secret.get("stringData") or {}), **hidden}}


def is_meant_for(server: str, place: str, repository: str) -> bool:
    """Whether the kubelet takes this entry for images of the repository at host:port."""
    try:
        parsed = urlsplit(server if "://" in server else f"https://{server}")
        host, port = parsed.hostname or "", parsed.port
    except ValueError:
        return False
    path = parsed.path[3:] if parsed.path.startswith(("/v1/", "/v2/")) else parsed.path
    wanted, _, wanted_port = place.partition(":")
    parts, wanted_parts = host.split("."), wanted.split(".")
    return (
        str(port or "") == wanted_port
        and len(parts) == len(wanted_parts)
        and f"/{repository}".startswith("" if path == "/" else path)
        and all(map(fnmatchcase, wanted_parts, parts))
    )


def _copies(user: str, password: str) -> list[str]:
    """Texts that give the password away."""
    plain = [password, f"{user}:{password}"]
    return [*plain, *(b64encode(text.encode()).decode() for text in plain)]


def _logins(encoded: str) -> Iterator[tuple[str, str, str]]:
    """Server, user and password of each entry; nothing of what is no login at all."""
    try:
        content = json.loads(b64decode(encoded))
    except (ValueError, RecursionError):
        return
    entries = content.get("auths", content) if isinstance(content, Mapping) else None
    for server, entry in (entries if isinstance(entries, Mapping) else {}).items():
        if isinstance(entry, Mapping):
            user, password = _user_and_password(entry)
            yield str(server), user, password


def _user_and_password(entry: Mapping[str, Any]) -> tuple[str, str]:
    """`auth` wins over the other two."""
    if entry.get("auth"):
        written = "".join(str(entry["auth"]).split())
        try:
            both = b64decode(written + "=" * (-len(written) % 4), validate=True).decode()
        except ValueError:
            return "", ""
        user, _, password = both.partition(":")
        return user, password
    return str(entry.get("username") or ""), str(entry.get("password") or "")
