"""Image recipes: `manifests/images/<name>/image.toml`, and the name an image has everywhere."""

import hashlib
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from labkit.foundation.text import say
from labkit.toolchain.errors import ToolchainError, ToolMissing
from labkit.toolchain.programs import TOOLS, Program, Tool, grouped

REGISTRY = "registry.lab.example:5000"
RECIPES = Path(__file__).resolve().parents[2] / "manifests" / "images"
FORMAT = "1"  # raise it when archives are to be written anew


class _ImageToml(BaseModel):
    model_config = ConfigDict(extra="forbid")

    tag: str = Field("", pattern=r"^[\w][\w.-]*$|^$")
    program: str = ""
    user: str = Field(pattern=r"^\d+:\d+$")
    entrypoint: tuple[str, ...] = Field(min_length=1)
    environment: dict[str, str] = {}
    port: int | None = Field(None, ge=1, le=65535)
    certificates: bool = False


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
        content = _ImageToml.model_validate(tomllib.loads(text))
    except (tomllib.TOMLDecodeError, ValidationError) as problem:
        raise ToolchainError(
            say("{file} is no image recipe.", file=folder / "image.toml"),
            say("Mend what is named below."),
            str(problem),
        ) from problem
    return _recipe(name, folder, content, tools)


def _recipe(name: str, folder: Path, content: _ImageToml, tools: Sequence[Tool]) -> Recipe:
    if content.program:
        [(tool, [program])] = grouped([content.program], tools)
    else:
        tool, program = own_tool(name, folder, content.tag), name
    return Recipe(
        name=name,
        folder=folder,
        tag=content.tag or tool.version(),
        tool=tool,
        program=program,
        user=content.user,
        entrypoint=content.entrypoint,
        environment=content.environment,
        ports=(content.port,) if content.port else (),
        certificates=content.certificates,
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
