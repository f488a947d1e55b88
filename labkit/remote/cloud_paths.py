"""Paths of the cloud's API as authors write them: below the project, with names instead of ids.

`/kube/@night/nodepool` is the list of pools of the cluster called night; `/kube/{each}` is every
cluster, asked for one by one because that list holds ids only.
"""

from collections.abc import Sequence
from typing import Any, Protocol

from labkit.remote.errors import CloudListTooLong, CloudNameUnknown, CloudRefused
from labkit.remote.ovhcloud import is_missing, quoted

EACH = "{each}"
NAMED = "@"
WHOLE = ("/me", "/auth/", "/cloud/")
"""What begins so is not below the project."""
MOST_ITEMS = 100  # of a list that is asked for one by one


class Getter(Protocol):
    def get(self, path: str) -> Any: ...


def whole(project: str, path: str) -> str:
    return path if path.startswith(WHOLE) else f"/cloud/project/{quoted(project)}{path}"


def read_path(cloud: Getter, project: str, path: str) -> list[Any]:
    """Everything that the path means, as a list; nothing for what has no such name.

    Raises RemoteError.
    """
    bare, _, query = path.partition("?")
    return _read(cloud, "", whole(project, bare).strip("/").split("/"), query)


def resolved(cloud: Getter, project: str, path: str) -> str:
    """The path with ids for names. Raises CloudNameUnknown."""
    base = ""
    bare, _, query = path.partition("?")
    for part in whole(project, bare).strip("/").split("/"):
        if part.startswith(NAMED):
            items = _items(cloud, base)
            found = [item for item in items if _name(item) == part[1:]]
            if not found:
                raise CloudNameUnknown(base, part[1:], [_name(item) for item in items])
            part = quoted(_id(found[0]))
        base += f"/{part}"
    return f"{base}?{query}" if query else base


def _read(cloud: Getter, base: str, parts: Sequence[str], query: str) -> list[Any]:
    asked = f"?{query}" if query else ""
    for position, part in enumerate(parts):
        if part != EACH and not part.startswith(NAMED):
            base += f"/{part}"
            continue
        rest = parts[position + 1 :]
        items = _items(cloud, base, "" if rest else asked)
        chosen = [one for one in items if part == EACH or _name(one) == part[1:]]
        if not rest:
            return chosen
        return [
            found
            for one in chosen
            for found in _unless_gone(cloud, f"{base}/{quoted(_id(one))}", rest, query)
        ]
    answer = cloud.get(base + asked)
    return list(answer) if isinstance(answer, list) else [answer]


def _unless_gone(cloud: Getter, base: str, parts: Sequence[str], query: str) -> list[Any]:
    """What was listed a moment ago may have been deleted since."""
    try:
        return _read(cloud, base, parts, query)
    except CloudRefused as problem:
        if is_missing(problem):
            return []
        raise


def _items(cloud: Getter, base: str, query: str = "") -> list[Any]:
    """Objects of a list: it holds them, or their ids. Raises CloudListTooLong."""
    listed = list(cloud.get(base + query))
    if len(listed) > MOST_ITEMS:
        raise CloudListTooLong(base, len(listed), MOST_ITEMS)
    found: list[Any] = []
    for item in listed:
        if isinstance(item, dict):
            found.append(item)
        else:
            found += _unless_gone(cloud, f"{base}/{quoted(str(item))}", (), "")
    return found


def _name(item: Any) -> str:
    return str(item.get("name", "")) if isinstance(item, dict) else ""


def _id(item: Any) -> str:
    return str(item["id"])
