"""Image recipes: `manifests/images/<name>/image.toml`, and the name an image has everywhere."""

import hashlib
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from labkit.foundation.text import say
from labkit.toolchain.errors import ToolchainError, ToolMissing
from labkit.toolchain.programs import TOOLS, Program, Tool, grouped

REGISTRY = "registry.lab.example:5000"
RECIPES = Path(__file__).resolve().parents[2] / "manifests" / "images"
FORMAT = "1"  # raise it when archives are to be written anew


FORM: Mapping[str, tuple[type, object]] = {
    "tag": (str, ""),
    "program": (str, ""),
    "user": (str, None),
    "entrypoint": (list, None),
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
class Recipe:
    name: str
    folder: Path
    tag: str
    tool: Tool
    program: str
    user: str
    entrypoint: tuple[str, ...]
    environment: dict[str, str]
    ports: tuple[int, ...]
    certificates: bool

    def reference(self) -> str:
        return f"{REGISTRY}/{self.name}:{self.tag}"

    def archive_name(self, certificates: bytes) -> str:
        """Changes with everything that is in the archive."""
        digest = hashlib.sha256(f"{FORMAT}\n{self.tool.cache_name()}\n".encode())
        digest.update((self.folder / "image.toml").read_bytes())
        if self.certificates:
            digest.update(certificates)
        return f"{self.name}-{self.tag}-{digest.hexdigest()[:12]}.tar"


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
    rules = {
        "user": given["user"] is not None and USER.fullmatch(given["user"]),
        "tag": not given["tag"] or TAG.fullmatch(given["tag"]),
        "entrypoint": given["entrypoint"] and all(type(w) is str for w in given["entrypoint"]),
        "environment": all(type(value) is str for value in given["environment"].values()),
        "port": given["port"] in range(HIGHEST_PORT + 1),
    }
    for key, is_well in rules.items():
        if not is_well:
            raise ValueError(f"{key} = {given[key]!r} is missing or not of its form")
    return given


def _recipe(name: str, folder: Path, content: dict[str, Any], tools: Sequence[Tool]) -> Recipe:
    if content["program"]:
        [(tool, [program])] = grouped([content["program"]], tools)
    else:
        tool, program = own_tool(name, folder, content["tag"]), name
    return Recipe(
        name=name,
        folder=folder,
        tag=content["tag"] or tool.version(),
        tool=tool,
        program=program,
        user=content["user"],
        entrypoint=tuple(content["entrypoint"]),
        environment=content["environment"],
        ports=(content["port"],) if content["port"] else (),
        certificates=content["certificates"],
    )


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
