"""Environment variables of a container, by what they come to, not by how they are written."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from labkit.foundation.text import say
from labkit.grading.criteria.explanation import cut
from labkit.grading.criteria.objects import name_of
from labkit.grading.snapshot import Object

REFERENCE = re.compile(r"\$(\$|\((?P<name>[A-Za-z_.][\w.-]*)\))")
KEY_REFS = {"configMapKeyRef": "ConfigMap", "secretKeyRef": "Secret"}
BULK_REFS = {"configMapRef": "ConfigMap", "secretRef": "Secret"}


@dataclass(frozen=True, slots=True)
class Variable:
    name: str
    kind: str
    """"value", "ConfigMap", "Secret", "field", "resource" or "file"."""
    value: str | None = None
    """None where it is not known: of a Secret, of a field of a Pod, or where the source is gone."""
    source: str = ""
    """Name of the object, path of the field."""
    key: str = ""

    @property
    def seen(self) -> str:
        if self.kind == "value":
            return say("{name} is {value!r}.", name=cut(self.name), value=cut(self.value or "", 60))
        source = f"{self.kind} {self.source}" + (f", {self.key}" if self.key else "")
        return say("{name} comes from {source}.", name=cut(self.name), source=cut(source))


def environment(
    container: Mapping[str, Any], config_maps: Sequence[Object] = (), secrets: Sequence[Object] = ()
) -> dict[str, Variable]:
    """By name. Later entries win, and `env` wins over `envFrom`, as for the kubelet."""
    held = {"ConfigMap": config_maps, "Secret": secrets}
    found: dict[str, Variable] = {}
    for bulk in container.get("envFrom") or ():
        found.update(_bulk(bulk, held))
    for entry in container.get("env") or ():
        found[entry["name"]] = _one(entry, found, held)
    return found


def _one(
    entry: Mapping[str, Any], before: Mapping[str, Variable], held: Mapping[str, Sequence[Object]]
) -> Variable:
    name, given = str(entry["name"]), entry.get("valueFrom") or {}
    for field, kind in KEY_REFS.items():
        if ref := given.get(field):
            value = _data(held[kind], kind, str(ref.get("name"))).get(ref.get("key"))
            return Variable(name, kind, value, str(ref.get("name")), str(ref.get("key")))
    if ref := given.get("fieldRef"):
        return Variable(name, "field", source=str(ref.get("fieldPath")))
    if ref := given.get("resourceFieldRef"):
        return Variable(name, "resource", source=str(ref.get("resource")))
    if ref := given.get("fileKeyRef"):
        return Variable(name, "file", source=str(ref.get("path")), key=str(ref.get("key")))
    return Variable(name, "value", _expanded(str(entry.get("value") or ""), before))


def _bulk(bulk: Mapping[str, Any], held: Mapping[str, Sequence[Object]]) -> dict[str, Variable]:
    prefix = str(bulk.get("prefix") or "")
    found = {}
    for field, kind in BULK_REFS.items():
        source = str((bulk.get(field) or {}).get("name") or "")
        for key, value in _data(held[kind], kind, source).items():
            found[prefix + key] = Variable(prefix + key, kind, value, source, key)
    return found


def _data(objects: Sequence[Object], kind: str, name: str) -> dict[str, str | None]:
    """Of a Secret only the keys are known."""
    for item in objects:
        if name and name_of(item) == name:
            data = item.get("data") or {}
            return {key: value if kind == "ConfigMap" else None for key, value in data.items()}
    return {}


def _expanded(text: str, before: Mapping[str, Variable]) -> str:
    """$(NAME) of a variable before it; one that is not known stays as it is written."""

    def filled(found: re.Match[str]) -> str:
        if found[1] == "$":
            return "$"
        known = before.get(found["name"])
        return found[0] if known is None or known.value is None else known.value

    return REFERENCE.sub(filled, text)
