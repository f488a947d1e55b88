"""How large the images are that labkit builds: `python -m tools.bench images`."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from labkit.foundation.process import SystemRunner
from labkit.foundation.progress import Quiet
from labkit.foundation.settings import read_settings
from labkit.foundation.waiting import SystemClock
from labkit.toolchain.images import provide_images
from labkit.toolchain.recipes import RECIPES, image_names


def measure() -> Mapping[str, list[float]]:
    """MB (10^6 bytes) of each image's archive, those made first that are not there."""
    archives = provide_images(
        image_names(),
        settings=read_settings(),
        run=SystemRunner(),
        progress=Quiet(),
        clock=SystemClock(),
    )
    return {name: [round(path.stat().st_size / 1e6, 1)] for name, path in archives.items()}


def table(measured: Mapping[str, Sequence[float]]) -> str:
    lines = ["| image | what it is | MB |", "| --- | --- | --- |"]
    lines += [f"| {name} | {_purpose(name)} | {size[0]:.1f} |" for name, size in measured.items()]
    return "\n".join(lines)


def _purpose(name: str, recipes: Path = RECIPES) -> str:
    """The first sentence of the comment over its recipe."""
    lines = (recipes / name / "image.toml").read_text().splitlines()
    comment = " ".join(line.removeprefix("#").strip() for line in lines if line.startswith("#"))
    return comment.split(". ")[0].split(": ")[0].rstrip(".:")
