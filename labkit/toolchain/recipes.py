"""Image recipes: `manifests/images/<name>/image.toml`, and the name an image has everywhere."""

import hashlib
import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from labkit.foundation.text import say
from labkit.toolchain.errors import ToolchainError, ToolMissing
from labkit.toolchain.programs import TOOLS, Program, Tool, grouped, machine_architecture

REGISTRY = "registry.lab.example:5000"
RECIPES = Path(__file__).resolve().parents[2] / "manifests" / "images"
FORMAT = "1"  # raise it when archives are to be written anew


FORM: Mapping[str, tuple[type, object]] = {
    "tag": (str, ""),
    "program": (str, ""),
    "packages": (list, []),
    "programs": (list, []),
    "links": (dict, {}),
    "user": (str, None),
    "entrypoint": (list, []),
    "command": (list, []),
    "environment": (dict, {}),
    "port": (int, 0),
    "certificates": (bool, False),
}
"""Type and default of each key; None where it must be given. By hand, since pydantic would take
0.1 s of each `labkit up`."""

USER = re.compile(r"\d+:\d+")
TAG = re.compile(r"[\w][\w.-]*")
HIGHEST_PORT = 65535


@dataclass(frozen=True, slots=True)
class Built:
    """One static program, downloaded or built from Go modules."""

    tool: Tool
    program: str

    def mark(self) -> str:
        """Changes with everything that it is made of, besides the recipe."""
        return self.tool.cache_name()

    def folders(self) -> tuple[Path, ...]:
        return (self.tool.folder,)


@dataclass(frozen=True, slots=True)
class Packaged:
    """Programs of Debian packages, with the libraries they need and nothing else."""

    packages: tuple[str, ...]
    programs: tuple[str, ...]
    """Names of files in the packages' folders for programs."""
    links: Mapping[str, Sequence[str]]
    """More names by program: those of a box of many tools, or the usual one."""

    def mark(self) -> str:
        return machine_architecture()

    def folders(self) -> tuple[Path, ...]:
        return ()


@dataclass(frozen=True, slots=True)
class Recipe:
    name: str
    folder: Path
    tag: str
    origin: Built | Packaged
    user: str
    entrypoint: tuple[str, ...]
    command: tuple[str, ...]
    environment: dict[str, str]
    ports: tuple[int, ...]
    certificates: bool

    def reference(self) -> str:
        return f"{REGISTRY}/{self.name}:{self.tag}"

    def archive_name(self, certificates: bytes) -> str:
        """Changes with everything that is in the archive."""
        digest = hashlib.sha256(f"{FORMAT}\n{self.origin.mark()}\n".encode())
        digest.update((self.folder / "image.toml").read_bytes())
        if self.certificates:
            digest.update(certificates)
        return f"{self.name}-{self.tag}-{digest.hexdigest()[:12]}.tar"

    def sources(self) -> tuple[Path, ...]:
        """The folders whose files make it what it is."""
        return (self.folder, *self.origin.folders())


def image_reference(name: str, *, recipes: Path = RECIPES) -> str:
    """The full name of an image of ours: registry.lab.example:5000/hello:1.0."""
    return read_recipe(name, recipes).reference()


def image_names(recipes: Path = RECIPES) -> list[str]:
    return sorted(path.parent.name for path in recipes.glob("*/image.toml"))


def read_recipe(name: str, recipes: Path, tools: Sequence[Tool] = TOOLS) -> Recipe:
    """Raises ToolMissing for an image without a recipe, ToolchainError for a wrong recipe."""
    folder = recipes / name
    try:
        text = (folder / "image.toml").read_text()
    except FileNotFoundError as problem:
        raise ToolMissing(
            say("There is no recipe for an image {name!r} in {folder}.", name=name, folder=recipes),
            say("Ask for one of: {known}.", known=", ".join(image_names(recipes)) or say("none")),
        ) from problem
    try:
        content = _checked(tomllib.loads(text))
    except ValueError as problem:  # no TOML, or not of this form
        raise ToolchainError(
            say("{file} is no image recipe.", file=folder / "image.toml"),
            say("Mend what is named below."),
            str(problem),
        ) from problem
    return _recipe(name, folder, content, tools)


def _checked(content: Mapping[str, Any]) -> dict[str, Any]:
    """With defaults filled in. Raises ValueError naming the key."""
    for key, value in content.items():
        kind = FORM.get(key, (None,))[0]
        if kind is None or type(value) is not kind:
            raise ValueError(f"{key} = {value!r}: known are {', '.join(FORM)}, each of its type")
    given = {key: content.get(key, default) for key, (_, default) in FORM.items()}
    rules = _started(given) | _made(given)
    for key, is_well in rules.items():
        if not is_well:
            raise ValueError(f"{key} = {given[key]!r} is missing or not of its form")
    return given


def _started(given: Mapping[str, Any]) -> dict[str, object]:
    """Whether each key about the running program is of its form."""
    started, command = given["entrypoint"], given["command"]
    return {
        "user": given["user"] is not None and USER.fullmatch(given["user"]),
        "entrypoint": _are_words(started) and bool(started or command),
        "command": _are_words(command),
        "environment": _are_words(given["environment"].values()),
        "port": given["port"] in range(HIGHEST_PORT + 1),
    }


def _made(given: Mapping[str, Any]) -> dict[str, object]:
    """And each about what is in the image."""
    tag, packages, programs = given["tag"], given["packages"], given["programs"]
    links = given["links"].items()
    return {
        "tag": TAG.fullmatch(tag) or not (tag or packages),
        "packages": _are_words(packages) and not (packages and given["program"]),
        "programs": _are_words(programs) and bool(programs) == bool(packages),
        "links": all(
            name in programs and type(more) is list and _are_words(more) for name, more in links
        ),
    }


def _are_words(value: Iterable[object]) -> bool:
    return all(type(word) is str for word in value)


def _recipe(name: str, folder: Path, content: dict[str, Any], tools: Sequence[Tool]) -> Recipe:
    origin = _origin(name, folder, content, tools)
    return Recipe(
        name=name,
        folder=folder,
        tag=content["tag"] or (origin.tool.version() if isinstance(origin, Built) else ""),
        origin=origin,
        user=content["user"],
        entrypoint=tuple(content["entrypoint"]),
        command=tuple(content["command"]),
        environment=content["environment"],
        ports=(content["port"],) if content["port"] else (),
        certificates=content["certificates"],
    )


def _origin(
    name: str, folder: Path, content: dict[str, Any], tools: Sequence[Tool]
) -> Built | Packaged:
    if content["packages"]:
        links = {program: tuple(more) for program, more in content["links"].items()}
        return Packaged(tuple(content["packages"]), tuple(content["programs"]), links)
    if content["program"]:
        [(tool, [program])] = grouped([content["program"]], tools)
        return Built(tool, program)
    return Built(own_tool(name, folder, content["tag"]), name)


def own_tool(name: str, folder: Path, tag: str) -> Tool:
    """A program of ours: its Go sources lie beside the recipe."""
    return Tool(
        name=name,
        folder=folder,
        module="",
        programs={name: Program(".")},
        link_flags="-X main.version={version}",
        settled=f"v{tag}",
    )
