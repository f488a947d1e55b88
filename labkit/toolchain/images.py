"""Images that nodes run, as archives that nodes import: one program each, or Debian's.

Why no container tool is needed for that is in `archive.py`. Archives are kept in the cache under
a name that changes with their content.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import certifi

from labkit.foundation.process import Runner
from labkit.foundation.progress import Progress
from labkit.foundation.settings import Settings
from labkit.foundation.text import say
from labkit.foundation.waiting import Clock
from labkit.toolchain.archive import Image, ImageFile, write_archive
from labkit.toolchain.errors import ToolchainError
from labkit.toolchain.means import Means
from labkit.toolchain.packages import packaged_files
from labkit.toolchain.programs import machine_architecture
from labkit.toolchain.provide import opened_releases, provide_tool
from labkit.toolchain.recipes import RECIPES, Packaged, Recipe, read_recipe

if TYPE_CHECKING:
    from labkit.toolchain.releases import Releases

PASSWD = b"root:x:0:0:root:/:/none\nlab:x:65532:65532:lab:/:/none\n"
GROUP = b"root:x:0:\nlab:x:65532:\n"
# without it Go's resolver asks DNS before /etc/hosts
NAME_ORDER = b"hosts: files dns\n"


def provide_images(
    names: Iterable[str],
    *,
    settings: Settings,
    run: Runner,
    progress: Progress,
    clock: Clock,
    recipes: Path = RECIPES,
) -> dict[str, Path]:
    """Raises ToolchainError: ToolMissing without a recipe, BuildFailed without a program."""
    means = Means(settings, run, progress, clock)
    asked = {name: read_recipe(name, recipes) for name in names}
    archives = {name: _archive(recipe, settings) for name, recipe in asked.items()}
    if not all(archive.exists() for archive in archives.values()):
        with opened_releases(means) as releases:
            for name, recipe in asked.items():
                _make(recipe, archives[name], means, releases)
    return archives


def images_at_hand(
    names: Iterable[str], *, settings: Settings, recipes: Path = RECIPES
) -> dict[str, Path]:
    """Those of the images that the cache holds already; nothing is downloaded or built."""
    found = {}
    for name in names:
        archive = _archive(read_recipe(name, recipes), settings)
        if archive.exists():
            found[name] = archive
    return found


def _certificates(recipe: Recipe) -> bytes:
    return Path(certifi.where()).read_bytes() if recipe.certificates else b""


def _archive(recipe: Recipe, settings: Settings) -> Path:
    return settings.cache / "images" / recipe.archive_name(_certificates(recipe))


def _make(recipe: Recipe, archive: Path, means: Means, releases: "Releases") -> None:
    if archive.exists():
        return
    try:
        with (
            means.alone(f"archive-{recipe.name}"),
            means.work_folder(f"archive-{recipe.name}") as work,
        ):
            if not archive.exists():
                programs = _programs(recipe, means, releases, work)
                write_archive(_image(recipe, programs), work / archive.name)
                archive.parent.mkdir(parents=True, exist_ok=True)
                (work / archive.name).rename(archive)
    except OSError as problem:
        raise ToolchainError(
            say(
                "Image {name} could not be written to {path} ({reason}).",
                name=recipe.name,
                path=archive,
                reason=problem.strerror,
            ),
            say("Free disk space or mend the folder's rights, then run it again."),
        ) from problem


def _programs(
    recipe: Recipe, means: Means, releases: "Releases", work: Path
) -> Sequence[ImageFile]:
    origin = recipe.origin
    if isinstance(origin, Packaged):
        return packaged_files(recipe.name, origin, means, work)
    found = provide_tool(origin.tool, [origin.program], means, releases)
    return [ImageFile(name, path, mode=0o755) for name, path in found.items()]


def _image(recipe: Recipe, programs: Sequence[ImageFile]) -> Image:
    files = [
        ImageFile("etc/passwd", PASSWD),
        ImageFile("etc/group", GROUP),
        ImageFile("etc/nsswitch.conf", NAME_ORDER),
        *programs,
    ]
    if certificates := _certificates(recipe):
        files.append(ImageFile("etc/ssl/certs/ca-certificates.crt", certificates))
    return Image(
        reference=recipe.reference(),
        architecture=machine_architecture(),
        user=recipe.user,
        entrypoint=recipe.entrypoint,
        command=recipe.command,
        environment=recipe.environment,
        ports=recipe.ports,
        files=tuple(files),
    )
