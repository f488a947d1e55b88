"""The API's own description as data, and what a value has against it."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Any
from uuid import UUID

FOLDER = Path(__file__).parent / "description"
FILES = ("auth.json", "cloud-project-kube.json", "cloud-project-context.json")
LEFT_OUT = "cloud.ProjectKubeCustomization"
"""Models whose fields the API leaves out where nobody set them."""
EXTRAS = {"cloud.ProjectKubeCustomizationCilium": {"clusterId"}}
"""Sent and expected by the Terraform provider, but not described."""

Models = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Described:
    """One operation."""

    method: str
    path: str
    answers: str
    body: str
    signed: bool
    deprecated: bool

    @property
    def name(self) -> str:
        return f"{self.method} {self.path}"


@cache
def operations() -> tuple[Described, ...]:
    return tuple(
        Described(
            method=operation["httpMethod"],
            path=api["path"],
            answers=operation["responseType"],
            body=next(
                (one["dataType"] for one in operation["parameters"] if one["paramType"] == "body"),
                "",
            ),
            signed=not operation["noAuthentication"],
            deprecated=operation["apiStatus"]["value"] == "DEPRECATED",
        )
        for file in FILES
        for api in json.loads((FOLDER / file).read_text())["apis"]
        for operation in api["operations"]
    )


@cache
def models() -> Models:
    found: dict[str, Mapping[str, Any]] = {}
    for file in FILES:
        found |= json.loads((FOLDER / file).read_text())["models"]
    return found


def properties(model: str) -> Mapping[str, Mapping[str, Any]]:
    found: Mapping[str, Mapping[str, Any]] = models()[model]["properties"]
    return found


def problems(value: object, type_: str, where: str = "answer") -> Iterator[str]:
    """What is wrong with a value of that type; nothing for one that fits."""
    if type_ == "void":
        if value is not None:
            yield f"{where}: {value!r} where nothing is to be"
    elif type_.endswith("[]"):
        if not isinstance(value, list):
            yield f"{where}: {value!r} is no list"
            return
        for number, one in enumerate(value):
            yield from problems(one, type_.removesuffix("[]"), f"{where}[{number}]")
    elif "properties" in models().get(type_, {}):
        yield from _problems_of_object(value, type_, where)
    elif not _fits(value, type_):
        yield f"{where}: {value!r} is no {type_}"


def _problems_of_object(value: object, model: str, where: str) -> Iterator[str]:
    if not isinstance(value, dict):
        yield f"{where}: {value!r} is no {model}"
        return
    described = properties(model)
    missing = set(described) - set(value)
    if missing and not model.startswith(LEFT_OUT):
        yield f"{where}: lacks {sorted(missing)}"
    unknown = set(value) - set(described) - EXTRAS.get(model, set())
    if unknown:
        yield f"{where}: has {sorted(unknown)}, which {model} does not know"
    for name in sorted(set(described) & set(value)):
        if value[name] is not None:
            yield from problems(value[name], described[name]["type"], f"{where}.{name}")
        elif not described[name]["canBeNull"]:
            yield f"{where}.{name}: null"


def _fits(value: object, type_: str) -> bool:
    enum = models().get(type_, {}).get("enum")
    if enum is not None:
        return value in enum
    if type_ == "boolean":
        return isinstance(value, bool)
    if type_ == "long":
        return isinstance(value, int) and not isinstance(value, bool)
    if type_ == "double":
        return isinstance(value, int | float) and not isinstance(value, bool)
    if type_ == "map[string]string":
        return isinstance(value, dict) and all(isinstance(one, str) for one in value.values())
    return isinstance(value, str) and _reads(value, type_)


def _reads(text: str, type_: str) -> bool:
    readers: Mapping[str, Callable[[str], object]] = {
        "date": date.fromisoformat,
        "datetime": datetime.fromisoformat,
        "uuid": UUID,
        "ip": ip_address,
        "ipBlock": ip_network,
        "ipv4Block": ip_network,
    }
    if type_ not in readers:
        return type_ in ("string", "password", "duration", "countryCode2LettersEnum")
    try:
        readers[type_](text)
    except ValueError:
        return False
    return True
