"""What an image in the lab's registry holds: who it runs as, how big it is, what is left in it."""

import json

from labkit.foundation.text import say
from labkit.grading.criteria.answers import quoted
from labkit.grading.snapshot import Snapshot
from labkit.grading.verdict import Finding, not_started, not_yet, passed
from labkit.remote.registry import TaggedImage

MIB = 1 << 20


def image_there(snapshot: Snapshot, repository: str, tag: str) -> Finding:
    """The tag stands for an image that can be run."""
    image = snapshot.image(repository, tag)
    if image is None:
        return not_pushed(snapshot, repository, tag)
    if not image.layers or not image.config:
        return not_yet(
            "image.no_image",
            seen=say("{image} holds no image for this machine.", image=full_name(snapshot, image)),
            expected=say("It has a config and at least one layer."),
            next_step=say("Build it with `podman build`, then `podman push` it."),
        )
    return passed(say("{image} is in the registry.", image=full_name(snapshot, image)))


def not_pushed(snapshot: Snapshot, repository: str, tag: str) -> Finding:
    others = ", ".join(image.tag for image in snapshot.tagged(repository) if image.tag != tag)
    name = f"{named(snapshot, repository)}:{tag}"
    if others:
        seen = say(
            "The registry has no {name}, but these tags: {others}.", name=name, others=others
        )
    else:
        seen = say("The registry has no {name}.", name=name)
    return not_started(
        "image.not_pushed",
        seen=seen,
        next_step=say("A built image is on your machine only: `podman push` carries it over."),
    )


def runs_without_root(snapshot: Snapshot, repository: str, tag: str) -> Finding:
    """The image itself says so, with a number that a kubelet can judge."""
    image = snapshot.image(repository, tag)
    if image is None:
        return not_pushed(snapshot, repository, tag)
    user = user_of(image)
    name, _, _ = user.partition(":")
    is_number = name.isascii() and name.isdecimal()
    if name in ("", "root") or (is_number and int(name) == 0):
        return _as_root(snapshot, image, user)
    if not is_number:
        return not_yet(
            "image.user_by_name",
            seen=say("The image's user is {user!r}.", user=quoted(user)),
            expected=say("It is a number other than 0, such as 65532."),
            why=say("A node cannot tell which number a name stands for, so it may be root's."),
            next_step=say("Write the number in the USER line, build and push again."),
        )
    return passed(say("The image runs as user {user}.", user=quoted(user)))


def _as_root(snapshot: Snapshot, image: TaggedImage, user: str) -> Finding:
    seen = (
        say("The image's user is {user!r}, which is root.", user=quoted(user))
        if user
        else say("{image} names no user, so it runs as root.", image=full_name(snapshot, image))
    )
    return not_yet(
        "image.runs_as_root",
        seen=seen,
        expected=say("The image itself names a user other than 0, by number."),
        why=say("What breaks out of a container has the rights of its user."),
        next_step=say("Add a USER line with a number, then build and push again."),
    )


def is_smaller(
    snapshot: Snapshot, repository: str, tags: tuple[str, str], *, share: int, largest: int
) -> Finding:
    """The second tag's layers have at most one `share`th of the first's bytes.

    The first is what setup pushed; one above `largest` is not.
    """
    before, after = (snapshot.image(repository, tag) for tag in tags)
    if after is None:
        return not_pushed(snapshot, repository, tags[1])
    if before is None or before.size > largest:
        return _measure_changed(snapshot, repository, tags[0])
    sizes = say(
        "{tag} has {size}, {other} has {whole}.",
        tag=tags[1],
        size=in_mib(after.size),
        other=tags[0],
        whole=in_mib(before.size),
    )
    if after.size * share <= before.size:
        return passed(sizes)
    return not_yet(
        "image.too_big",
        seen=sizes,
        expected=say(
            "At most {size}, one part in {share}.", size=in_mib(before.size // share), share=share
        ),
        why=say("A file that a later layer deletes is still in the layer that brought it."),
        next_step=say("`podman history` shows each layer's size. Which of them does a page need?"),
    )


def _measure_changed(snapshot: Snapshot, repository: str, tag: str) -> Finding:
    name = named(snapshot, repository)
    return not_yet(
        "image.measure_changed",
        seen=say("{name}:{tag} is not what it was at the start.", name=name, tag=tag),
        expected=say("It stays, so that the two can be compared."),
        next_step=say("`labkit reset {id}` pushes it again.", id=snapshot.exercise),
    )


def holds_nothing_of(snapshot: Snapshot, repository: str, tag: str, word: str) -> Finding:
    """Neither a layer, whiteouts or not, nor the config has the word. A read must search for it."""
    image = snapshot.image(repository, tag)
    if image is None:
        return not_pushed(snapshot, repository, tag)
    unread = next((layer.problem for layer in image.layers if layer.problem), "")
    if unread:
        return _unsearchable(unread)
    holding = [n for n, layer in enumerate(image.layers, start=1) if word in layer.found]
    if holding:
        return _in_layer(image, holding)
    if word in json.dumps(dict(image.config), ensure_ascii=False):
        return _in_config()
    return passed(
        say("{count} layers and the config were searched: nothing of it.", count=len(image.layers))
    )


def _in_layer(image: TaggedImage, holding: list[int]) -> Finding:
    return not_yet(
        "image.secret_in_layer",
        seen=say(
            "The secret is in layer {layer} of {count}.",
            layer=", ".join(map(str, holding)),
            count=len(image.layers),
        ),
        expected=say("No layer holds it."),
        why=say("A layer is never changed: a later one hides a file, and whoever pulls has both."),
        next_step=say("Let the file never get into the last stage, then build and push again."),
    )


def _in_config() -> Finding:
    return not_yet(
        "image.secret_in_config",
        seen=say("The secret is in the image's config: a variable, a label or the history."),
        expected=say("The config holds nothing of it."),
        why=say("ENV, LABEL and build arguments are written down for everybody who pulls."),
        next_step=say("Look at `podman inspect` and `podman history --no-trunc`."),
    )


def _unsearchable(problem: str) -> Finding:
    return not_yet(
        "image.unsearchable",
        seen=say("A layer cannot be searched: {problem}.", problem=problem),
        expected=say("Every layer can be read."),
        next_step=say("Build and push it the usual way, without options for compression."),
    )


def user_of(image: TaggedImage) -> str:
    return str((image.config.get("config") or {}).get("User") or "")


def variable_of(image: TaggedImage, name: str) -> str | None:
    """What the image sets an environment variable to."""
    for line in (image.config.get("config") or {}).get("Env") or ():
        key, _, value = str(line).partition("=")
        if key == name:
            return value
    return None


def named(snapshot: Snapshot, repository: str) -> str:
    """A declared repository as it is called in the registry."""
    return repository.replace("${ns}", snapshot.namespace)


def full_name(snapshot: Snapshot, image: TaggedImage) -> str:
    found = (
        name for name, held in snapshot.images.items() if isinstance(held, tuple) and image in held
    )
    return f"{named(snapshot, next(found, '?'))}:{image.tag}"


def in_mib(size: int) -> str:
    return say("{size:.1f} MiB", size=size / MIB)
