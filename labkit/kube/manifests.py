"""Texts of ours to objects: YAML with one or more documents, and places to fill in."""

import re
from collections.abc import Mapping
from typing import Any

import yaml

from labkit.foundation.text import say
from labkit.kube.errors import ManifestInvalid
from labkit.kube.resources import Object, Objects

PLACE = re.compile(r"\$(?P<escaped>\$(?=\{))|\$\{(?P<name>[A-Za-z_][A-Za-z0-9_]*)\}")


class _Loader(yaml.SafeLoader):
    """As Kubernetes reads YAML: a date is a string, and a key written twice is a mistake."""

    yaml_implicit_resolvers = {  # noqa: RUF012  the base class declares it
        letter: [(tag, pattern) for tag, pattern in resolvers if not tag.endswith(":timestamp")]
        for letter, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:  # noqa: FBT001, FBT002  theirs
        seen = set()
        for key in (entry[0] for entry in node.value if isinstance(entry[0], yaml.ScalarNode)):
            if key.value in seen:
                raise yaml.constructor.ConstructorError(
                    None, None, say("key {key} is written twice", key=key.value), key.start_mark
                )
            seen.add(key.value)
        return super().construct_mapping(node, deep)


def load(text: str, *, source: str = "") -> Objects:
    """The objects of a text; empty documents are skipped, a List gives its items.

    Raises ManifestInvalid with `source` (a file's name) and the line.
    """
    name = source or say("The manifest")
    try:
        documents = list(yaml.load_all(text, Loader=_Loader))
    except yaml.MarkedYAMLError as trouble:
        raise ManifestInvalid(name, _place(trouble), _next_step()) from trouble
    except yaml.YAMLError as trouble:
        problem = say("is not YAML: {reason}", reason=str(trouble).splitlines()[0])
        raise ManifestInvalid(name, problem, _next_step()) from trouble
    return [item for document in documents for item in _objects(name, document)]


def fill(text: str, values: Mapping[str, object], *, source: str = "") -> str:
    """Put values in the places written ${name}; every other dollar sign stays as it is.

    `$${name}` gives `${name}`. Raises ManifestInvalid for a name that has no value.
    """

    def filled(place: re.Match[str]) -> str:
        if place["escaped"]:
            return "$"
        if place["name"] not in values:
            line = text.count("\n", 0, place.start()) + 1
            raise ManifestInvalid(
                source or say("The manifest"),
                say(
                    "has a place {place} in line {line} without a value", place=place[0], line=line
                ),
                say(
                    "Known are: {names}. A dollar sign that stays is written $${{…}}.",
                    names=", ".join(sorted(values)) or say("none"),
                ),
            )
        return str(values[place["name"]])

    return PLACE.sub(filled, text)


def _objects(name: str, document: object) -> Objects:
    if document is None:
        return []
    if not isinstance(document, dict):
        problem = say("holds {kind} where an object must be", kind=type(document).__name__)
        raise ManifestInvalid(name, problem, _next_step())
    missing = [key for key in ("apiVersion", "kind") if not document.get(key)]
    if missing:
        problem = say("holds an object without {missing}", missing=" and ".join(missing))
        raise ManifestInvalid(name, problem, _next_step())
    if str(document["kind"]).endswith("List") and isinstance(document.get("items"), list):
        return [item for entry in document["items"] for item in _objects(name, entry)]
    found: Object = document
    return [found]


def _place(trouble: yaml.MarkedYAMLError) -> str:
    mark = trouble.problem_mark or trouble.context_mark
    reason = trouble.problem or trouble.context or ""
    if mark is None:
        return say("is not YAML: {reason}", reason=reason)
    return say(
        "is not YAML in line {line}, column {column}: {reason}",
        line=mark.line + 1,
        column=mark.column + 1,
        reason=reason,
    )


def _next_step() -> str:
    return say("Correct it there; two spaces a level, no tabs.")
