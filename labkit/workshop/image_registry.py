"""The lab's registry of images: one a machine, which every node of its local clusters reaches."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING

from labkit.foundation.process import Runner
from labkit.foundation.progress import Progress, shown
from labkit.foundation.settings import Settings
from labkit.foundation.text import say
from labkit.foundation.waiting import Clock
from labkit.grading.exercise import Exercise, ImageRead
from labkit.remote.registry import Registry, RegistryAccess, TaggedImage
from labkit.workshop.lab import Lab
from labkit.workshop.offers import CONTAINER_BUILD

if TYPE_CHECKING:
    from labkit.cluster.local.registry_face import LocalRegistry

CAPABILITY = "registry"
BASES = ("base", "hello")
"""What Containerfiles of exercises start FROM."""
LOCAL_REGISTRY = RegistryAccess("https://198.18.0.1:5000", Path("/var/lib/labkit/registry/ca.crt"))
"""Written out, because a check must not import an engine to know it; a test compares."""


@dataclass(frozen=True, slots=True)
class Registries:
    """What acts for the machine's registry."""

    settings: Settings
    run: Runner
    clock: Clock

    def local(self) -> "LocalRegistry":
        from labkit.cluster.local.registry_face import LocalRegistry

        return LocalRegistry(self.settings, self.run, self.clock)


def registry_up(registries: Registries, progress: Progress) -> None:
    """Again: finds it running. The program may have to be built first, for two minutes."""
    if not registry_answers():
        registries.local().start(progress)


def registry_down(registries: Registries, progress: Progress) -> None:
    """The registry and all images in it."""
    registries.local().end(progress)


def registry_answers() -> bool:
    with Registry(LOCAL_REGISTRY) as registry:
        return registry.is_there()


def ensure_registry(lab: Lab, capabilities: Iterable[str]) -> None:
    """Before an exercise that asks for it starts."""
    if CAPABILITY in capabilities:
        registries = Registries(lab.settings, lab.run, lab.clock)
        registry_up(registries, lab.progress)
        if CONTAINER_BUILD in capabilities:
            push_images(registries, BASES, lab.progress)


def forget_images(exercise: Exercise, values: Mapping[str, str]) -> None:
    """Before an exercise is set up, and after the proof: what an attempt pushed must not stay."""
    from labkit.remote.removing import remove_images

    for read in exercise.reads:
        if isinstance(read, ImageRead):
            remove_images(LOCAL_REGISTRY, Template(read.repository).substitute(values))


def registry_content() -> Mapping[str, Sequence[TaggedImage]]:
    """Images by repository. Raises RegistryFailed."""
    with Registry(LOCAL_REGISTRY) as registry:
        return {
            name: [image for tag in registry.tags(name) if (image := registry.image(name, tag))]
            for name in registry.repositories()
        }


def push_images(
    registries: Registries, names: Sequence[str], progress: Progress
) -> Mapping[str, str]:
    """Images of ours, by recipe name; the digest of each by its full name."""
    from labkit.remote.pushing import push_archive
    from labkit.toolchain.images import provide_images
    from labkit.toolchain.recipes import RECIPES, read_recipe

    archives = provide_images(
        names,
        settings=registries.settings,
        run=registries.run,
        progress=progress,
        clock=registries.clock,
    )
    registry_up(registries, progress)
    pushed = {}
    for name, archive in archives.items():
        recipe = read_recipe(name, RECIPES)
        with shown(progress, say("Push {image}", image=recipe.reference())):
            pushed[recipe.reference()] = push_archive(archive, name, recipe.tag, LOCAL_REGISTRY)
    return pushed
