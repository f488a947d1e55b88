"""The lab's registries of images: one of each kind a machine, which its local clusters reach."""

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
PRIVATE_CAPABILITY = "private-registry"
BASES = ("base", "hello")
"""What Containerfiles of exercises start FROM."""
LOCAL_REGISTRY = RegistryAccess("https://198.18.0.1:5000", Path("/var/lib/labkit/registry/ca.crt"))
"""Written out, because a check must not import an engine to know it; a test compares."""
PRIVATE_REGISTRY = RegistryAccess("https://198.18.0.1:5001", LOCAL_REGISTRY.authority)
LOCAL_PLACE, PRIVATE_PLACE = "registry.lab.example:5000", "private.lab.example:5001"
"""As images name them."""


@dataclass(frozen=True, slots=True)
class Registries:
    """What acts for the machine's registries."""

    settings: Settings
    run: Runner
    clock: Clock

    def local(self) -> "LocalRegistry":
        from labkit.cluster.local.registry_face import LocalRegistry

        return LocalRegistry(self.settings, self.run, self.clock)

    def private(self) -> "LocalRegistry":
        from labkit.cluster.local.registry_face import LocalRegistry
        from labkit.cluster.local.registry_files import PRIVATE

        return LocalRegistry(self.settings, self.run, self.clock, realm=PRIVATE)

    def of(self, access: RegistryAccess) -> "LocalRegistry":
        return self.private() if access == PRIVATE_REGISTRY else self.local()


def registry_up(
    registries: Registries, progress: Progress, access: RegistryAccess = LOCAL_REGISTRY
) -> None:
    """Again: finds it running. The program may have to be built first, for two minutes."""
    if not registry_answers(access):
        registries.of(access).start(progress)


def registry_down(
    registries: Registries, progress: Progress, access: RegistryAccess = LOCAL_REGISTRY
) -> None:
    """The registry and all images in it; with the open one goes the private one."""
    registries.of(access).end(progress)


def registry_answers(access: RegistryAccess = LOCAL_REGISTRY) -> bool:
    with Registry(access) as registry:
        return registry.is_there()


def ensure_registry(lab: Lab, capabilities: Iterable[str]) -> None:
    """Before an exercise that asks for one starts."""
    registries = Registries(lab.settings, lab.run, lab.clock)
    if PRIVATE_CAPABILITY in capabilities:
        registry_up(registries, lab.progress, PRIVATE_REGISTRY)
    if CAPABILITY in capabilities:
        registry_up(registries, lab.progress)
        if CONTAINER_BUILD in capabilities:
            push_images(registries, BASES, lab.progress)


def forget_images(exercise: Exercise, values: Mapping[str, str]) -> None:
    """Before an exercise is set up, and after the proof: what an attempt pushed must not stay."""
    from labkit.remote.removing import remove_images

    for read in exercise.reads:
        if isinstance(read, ImageRead):
            remove_images(LOCAL_REGISTRY, Template(read.repository).substitute(values))


def registry_content(
    access: RegistryAccess = LOCAL_REGISTRY,
) -> Mapping[str, Sequence[TaggedImage]]:
    """Images by repository. Raises RegistryFailed."""
    with Registry(access) as registry:
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
