"""Everything that an API server serves, for those who must look at all of it."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from labkit.kube.discovery import EVERY_GROUP
from labkit.kube.exchange import JSON, Request, understood
from labkit.kube.resources import Resource

if TYPE_CHECKING:
    from labkit.kube.connection import Connection


def deletable(connection: "Connection", *, namespaced: bool = True) -> tuple[Resource, ...]:
    """Every resource that can be listed and deleted, each kind in its preferred version once."""
    found: dict[tuple[str, str], Resource] = {}
    for path in ("/api", "/apis"):
        request = Request(path, accept=f"{EVERY_GROUP},{JSON}")
        answer = understood(request, connection.ask(request))
        for group in answer.get("items") or ():
            for resource in _in_group(group):
                found.setdefault((_group(resource), resource.plural), resource)
    return tuple(resource for resource in found.values() if resource.namespaced is namespaced)


def _in_group(group: dict[str, Any]) -> Iterator[Resource]:
    name = group["metadata"].get("name") or ""
    for version in group.get("versions") or ():
        api_version = "/".join(filter(None, (name, version["version"])))
        for served in version.get("resources") or ():
            if {"list", "delete"} <= set(served.get("verbs") or ()):
                kind = (served.get("responseKind") or {}).get("kind") or ""
                namespaced = served["scope"] == "Namespaced"
                yield Resource(kind, api_version, served["resource"], namespaced)


def _group(resource: Resource) -> str:
    return resource.api_version.rpartition("/")[0]
