"""Whole lists, page by page, and the resource version that a watch can go on from."""

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from labkit.kube.discovery import Kinds
from labkit.kube.errors import AnswerNotUnderstood, HistoryExpired, ListTooLong, TooManyObjects
from labkit.kube.exchange import LONGEST_QUOTE, Request, understood
from labkit.kube.resources import Object, Objects, Resource, Selection

if TYPE_CHECKING:
    from labkit.kube.connection import Connection

LONGEST_PAGE_BYTES = 20_000_000  # of a limited list: objects may be large as well as many
PAGE = 500  # as kubectl: a page stays below what etcd and a proxy like to send at once


class Lists:
    def __init__(self, connection: "Connection", kinds: Kinds, *, page: int = PAGE) -> None:
        self.connection = connection
        self._kinds = kinds
        self._page = page

    def whole(self, selection: Selection, *, at_most: int = 0) -> tuple[Objects, str]:
        """Every object, and the resource version of the list.

        Raises TooManyObjects above `at_most` (0: no limit), ListTooLong for a limited list of
        very large ones: never a part taken for the whole.
        """
        try:
            return self._pages(selection, at_most, self._page)
        except HistoryExpired:
            # The pages took longer than history is kept; in one piece it cannot happen.
            return self._pages(selection, at_most, 0)

    def resource(self, selection: Selection) -> Resource:
        return self._kinds.find(selection.kind)

    def request(self, selection: Selection, **query: str) -> Request:
        resource = self._kinds.find(selection.kind)
        return Request(
            resource.path(selection.namespace or ""),
            query={**selection.query(), **query},
            what=str(selection),
            kind=selection.kind,
        )

    def _pages(self, selection: Selection, at_most: int, page: int) -> tuple[Objects, str]:
        resource = self._kinds.find(selection.kind)
        objects: Objects = []
        limit = min(page, at_most + 1) if at_most else page
        query = {"limit": str(limit)} if limit else {}
        most_bytes = LONGEST_PAGE_BYTES if at_most else 0
        while True:
            request = replace(self.request(selection, **query), at_most_bytes=most_bytes)
            reply = self.connection.ask(request)
            if most_bytes and len(reply.body) >= most_bytes:
                raise ListTooLong(str(selection), most_bytes)
            answer = understood(request, reply)
            metadata: dict[str, Any] = answer.get("metadata") or {}
            objects += [complete(resource, item) for item in answer.get("items") or ()]
            if at_most and len(objects) > at_most:
                raise TooManyObjects(str(selection), at_most)
            if not metadata.get("continue"):
                return objects, str(metadata.get("resourceVersion", ""))
            query["continue"] = metadata["continue"]


def complete(resource: Resource, item: Any) -> Object:
    """An item of a list comes without what the list says once for all.

    Raises AnswerNotUnderstood for one without a name: no API server keeps such an object.
    """
    metadata = item.get("metadata") if isinstance(item, Mapping) else None
    if not (metadata or {}).get("name"):
        raise AnswerNotUnderstood(resource.kind, str(item)[:LONGEST_QUOTE])
    return {"apiVersion": resource.api_version, "kind": resource.kind, **item}
