"""Images of ours that an exercise needs beside those that every node has from the start."""

import re
from pathlib import Path
from typing import TYPE_CHECKING

from labkit.foundation.progress import shown
from labkit.foundation.text import say
from labkit.grading.exercise import Exercise
from labkit.workshop.image_registry import Registries, push_images, registry_answers
from labkit.workshop.lab import Lab

if TYPE_CHECKING:
    from labkit.cluster.local.engine import LocalEngine


def ensure_images(lab: Lab, exercise: Exercise) -> None:
    """Before an exercise starts. Nodes that are not ours find them in the registry, if it runs."""
    names = images_named(exercise.folder)
    if not names:
        return
    from labkit.cluster.local.engine import LocalEngine
    from labkit.cluster.local.site import NODE_IMAGES

    wanted = sorted(names - {*NODE_IMAGES})
    if not wanted:
        return
    engine = lab.engine()
    if isinstance(engine, LocalEngine):
        for name in wanted:
            _load(lab, engine, name)
    elif registry_answers():
        push_images(Registries(lab.settings, lab.run, lab.clock), wanted, lab.progress)


def images_named(folder: Path) -> set[str]:
    """Images with a recipe here that some file of the folder names, with registry and tag."""
    from labkit.toolchain.recipes import REGISTRY, image_names

    named = re.compile(rf"{re.escape(REGISTRY)}/([a-z0-9-]+):")
    files = [path for path in folder.rglob("*") if path.suffix in (".yaml", ".toml", ".sh")]
    found = {name for path in files for name in named.findall(path.read_text(encoding="utf-8"))}
    return found & {*image_names()}


def _load(lab: Lab, engine: "LocalEngine", name: str) -> None:
    """Onto the nodes that lack it."""
    from labkit.toolchain.images import provide_images
    from labkit.toolchain.recipes import image_reference

    reference = image_reference(name)
    held: dict[str, list[str]] = engine.host("list_images", lab.progress)
    nodes = [node for node, images in held.items() if reference not in images]
    if not nodes:
        return
    archives = provide_images(
        [name], settings=lab.settings, run=lab.run, progress=lab.progress, clock=lab.clock
    )
    with shown(lab.progress, say("Bring {image} to the nodes", image=reference)):
        engine.host("load_image", lab.progress, archive=str(archives[name]), nodes=nodes)
