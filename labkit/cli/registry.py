"""`labkit registry`: the machine's registries of images."""

from typing import TYPE_CHECKING, Annotated

import typer

from labkit.cli.options import AsJson
from labkit.cli.output import print_json, progress_shown
from labkit.foundation.process import SystemRunner
from labkit.foundation.settings import read_settings
from labkit.foundation.text import say
from labkit.foundation.waiting import SystemClock

if TYPE_CHECKING:
    from labkit.remote.registry import RegistryAccess
    from labkit.workshop.image_registry import Registries

app = typer.Typer(
    help="The registries of images that nodes pull from: registry.lab.example:5000, open to all, "
    "and private.lab.example:5001, which wants a login.",
    no_args_is_help=True,
)
MIB = 1 << 20
Private = Annotated[bool, typer.Option("--private", help="The one that wants a login.")]


@app.command("up")
def up(private: Private = False, json: AsJson = False) -> None:
    """Start it. The first time its program may have to be built, for about two minutes."""
    from labkit.workshop.image_registry import LOCAL_PLACE, PRIVATE_PLACE, registry_up

    access = _meant(private=private)
    with progress_shown(quiet=json) as progress:
        registry_up(_registries(), progress, access)
    place = PRIVATE_PLACE if private else LOCAL_PLACE
    if json:
        print_json(_as_json(access, answers=True))
        return
    print(say("The registry answers at {url}; Pods name it {place}.", url=access.url, place=place))


@app.command("down")
def down(private: Private = False, json: AsJson = False) -> None:
    """Remove it with all images in it; with the open one goes the private one.

    `labkit down` of the last cluster removes both.
    """
    from labkit.workshop.image_registry import registry_down

    access = _meant(private=private)
    with progress_shown(quiet=json) as progress:
        registry_down(_registries(), progress, access)
    if json:
        print_json(_as_json(access, answers=False))
    else:
        print(say("Nothing of the registry is left."))


@app.command("status")
def status(json: AsJson = False, private: Private = False) -> None:
    """Say whether it answers, where, and whose signature to trust. Exit code 1 if it does not."""
    from labkit.workshop.image_registry import registry_answers

    access = _meant(private=private)
    answers = registry_answers(access)
    if json:
        print_json(_as_json(access, answers=answers))
    elif answers:
        sentence = say(
            "The registry answers at {url}; its authority: {ca}.",
            url=access.url,
            ca=access.authority,
        )
        print(sentence)
    else:
        up = "labkit registry up" + (" --private" if private else "")
        print(say("No registry answers at {url}: `{up}`.", url=access.url, up=up))
    raise typer.Exit(0 if answers else 1)


@app.command("list")
def list_images(json: AsJson = False, private: Private = False) -> None:
    """List its images: name, size as it is pulled, digest."""
    from labkit.workshop.image_registry import registry_content
    from labkit.workshop.private_shelf import writing

    if private:
        with progress_shown(quiet=json) as progress, writing(_registries(), progress) as access:
            content = registry_content(access)
    else:
        content = registry_content()
    rows = [
        (f"{name}:{image.tag}", image.size, image.digest)
        for name, images in content.items()
        for image in images
    ]
    if json:
        keys = ("image", "bytes", "digest")
        print_json({"images": [dict(zip(keys, row, strict=True)) for row in rows]})
        return
    width = max((len(name) for name, _, _ in rows), default=0)
    for name, size, digest in rows:
        print(f"{name:<{width}}  {size / MIB:>8.1f} MiB  {digest}")


def _as_json(access: "RegistryAccess", *, answers: bool) -> dict[str, object]:
    return {"answers": answers, "url": access.url, "ca": str(access.authority)}


def _meant(*, private: bool) -> "RegistryAccess":
    from labkit.workshop.image_registry import LOCAL_REGISTRY, PRIVATE_REGISTRY

    return PRIVATE_REGISTRY if private else LOCAL_REGISTRY


def _registries() -> "Registries":
    from labkit.workshop.image_registry import Registries

    return Registries(read_settings(), SystemRunner(), SystemClock())
