"""What an exercise keeps in the private registry: an image, and a login for its attendee alone.

The reader's password follows from the lab's seed, as drawn values do, but stays out of the seed
record, which snapshots hold. Whoever pushes gets a login for that moment, which nobody keeps.
"""

import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from hashlib import sha256
from string import Template

from labkit.foundation.progress import Progress, shown
from labkit.foundation.text import say
from labkit.grading.exercise import Exercise
from labkit.remote.registry import Login, RegistryAccess
from labkit.workshop.image_registry import PRIVATE_PLACE, PRIVATE_REGISTRY, Registries
from labkit.workshop.lab import Lab

EASY = "abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"  # none is taken for another
TRICKY = "$!&:"
"""What a shell, a URL or a careless reader of user:password trips over."""
GROUP = 5  # easy characters between two tricky ones
ROUNDS = 5
"""Of bcrypt, a power of two: few, because each request computes it, and what is drawn from so many
characters is not guessed however quick a guess is."""


def shelf_values(exercise: Exercise, attendee: str, seed: int) -> dict[str, str]:
    """What files of the exercise may name beside drawn values."""
    if not exercise.shelf:
        return {}
    password = drawn_password(attendee, exercise.id, str(seed))
    return {"shelf_user": reader_of(attendee), "shelf_password": password}


def reader_of(attendee: str) -> str:
    """A user for each: one for all would have one password, and the next lab would change it."""
    return f"reader-{attendee}"


def drawn_password(*parts: str) -> str:
    digest = sha256("\n".join((*parts, "shelf")).encode()).digest()
    easy = [EASY[byte % len(EASY)] for byte in digest[: GROUP * (len(TRICKY) + 1)]]
    groups = ["".join(easy[start : start + GROUP]) for start in range(0, len(easy), GROUP)]
    return "".join(map("".join, zip(groups, (*TRICKY, ""), strict=True)))


def hashed(password: str) -> str:
    import bcrypt

    return bcrypt.hashpw(password.encode(), bcrypt.gensalt(ROUNDS)).decode()


def fill_shelf(lab: Lab, exercise: Exercise, values: Mapping[str, str]) -> None:
    """The image lies there, nothing else of the attendee's, and their login is good."""
    if not exercise.shelf:
        return
    from labkit.remote.pushing import push_archive
    from labkit.remote.removing import remove_images
    from labkit.toolchain.images import provide_images

    shelf, registries = exercise.shelf, Registries(lab.settings, lab.run, lab.clock)
    archives = provide_images(
        [shelf.image], settings=lab.settings, run=lab.run, progress=lab.progress, clock=lab.clock
    )
    repository = Template(shelf.repository).substitute(values)
    reader = {values["shelf_user"]: hashed(values["shelf_password"])}
    title = f"{PRIVATE_PLACE}/{repository}:{shelf.tag}"
    with (
        shown(lab.progress, say("Push {image}", image=title)),
        writing(registries, lab.progress, also=reader) as access,
    ):
        remove_images(access, repository)
        push_archive(archives[shelf.image], repository, shelf.tag, access)


def clear_shelf(lab: Lab, exercise: Exercise, values: Mapping[str, str]) -> None:
    """After the proof: neither image nor login stays."""
    if not exercise.shelf:
        return
    from labkit.remote.removing import remove_images

    registries = Registries(lab.settings, lab.run, lab.clock)
    gone = {reader_of(lab.attendee): ""}
    with writing(registries, lab.progress, also=gone) as access:
        remove_images(access, Template(exercise.shelf.repository).substitute(values))


@contextmanager
def writing(
    registries: Registries, progress: Progress, *, also: Mapping[str, str] | None = None
) -> Iterator[RegistryAccess]:
    """The private registry, opened by a login that is gone afterwards.

    `also` are further logins to change: hashes by user, empty for one to take away.
    """
    login = Login(f"writer-{secrets.token_hex(8)}", secrets.token_urlsafe(24))
    registry = registries.private()
    registry.set_logins({**(also or {}), login.user: hashed(login.password)}, progress)
    try:
        yield replace(PRIVATE_REGISTRY, login=login)
    finally:
        registry.set_logins({login.user: ""}, progress)
