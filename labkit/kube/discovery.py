"""Finds the resource of a kind: from the table of built-in kinds, else by asking the API server."""

from typing import TYPE_CHECKING, Any

from labkit.kube.errors import KindUnknown, ObjectNotFound
from labkit.kube.exchange import JSON, Request, understood
from labkit.kube.resources import Resource, built_in

if TYPE_CHECKING:
    from labkit.kube.connection import Connection

# One request for all groups; an API server older than 1.30 answers the plain list of groups.
EVERY_GROUP = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList"


class Kinds:
    def __init__(self, connection: "Connection") -> None:
        self._connection = connection
        self._found: dict[tuple[str, str], Resource] = {}

    def find(self, kind: str, api_version: str = "") -> Resource:
        """`kind` as Kubernetes writes it, or Kind.group where two groups share a name."""
        known = built_in(kind, api_version) or self._found.get((kind, api_version))
        if known:
            return known
        found = self._in_version(kind, api_version) if api_version else self._anywhere(kind)
        if not found:
            raise KindUnknown(f"{api_version}/{kind}".strip("/"), self._connection.access.server)
        self._found[kind, api_version] = found
        return found

    def serves(self, kind: str, api_version: str) -> bool:
        """Whether the API server lists the kind by now."""
        try:
            return bool(self.find(kind, api_version))
        except KindUnknown:
            return False

    def _in_version(self, kind: str, api_version: str) -> Resource | None:
        root = "/apis/" if "/" in api_version else "/api/"
        request = Request(root + api_version)
        try:
            listed = understood(request, self._connection.ask(request))
        except ObjectNotFound:
            return None
        for served in listed.get("resources") or ():
            if served["kind"] == kind and "/" not in served["name"]:
                return Resource(kind, api_version, served["name"], served["namespaced"])
        return None

    def _anywhere(self, kind: str) -> Resource | None:
        word, _, group = kind.partition(".")
        request = Request("/apis", accept=f"{EVERY_GROUP},{JSON}")
        listed = understood(request, self._connection.ask(request))
        for served in listed.get("items") or ():
            name = served["metadata"]["name"]
            if group in ("", name):
                found = _in_group(word, name, served["versions"])
                if found:
                    return found
        return None


def _in_group(kind: str, group: str, versions: list[dict[str, Any]]) -> Resource | None:
    """Versions come with the preferred one first."""
    for version in versions:
        for served in version.get("resources") or ():
            if (served.get("responseKind") or {}).get("kind") == kind:
                api_version = f"{group}/{version['version']}"
                namespaced = served["scope"] == "Namespaced"
                return Resource(kind, api_version, served["resource"], namespaced)
    return None
