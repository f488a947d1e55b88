"""`labkit registry`: the machine's registry of images."""

from typing import TYPE_CHECKING

import typer

from labkit.cli.options import AsJson
from labkit.cli.output import print_json, progress_shown
from labkit.foundation.process import SystemRunner
from labkit.foundation.settings import read_settings
from labkit.foundation.text import say
from labkit.foundation.waiting import SystemClock

if TYPE_CHECKING:
    from labkit.workshop.image_registry import Registries

app = typer.Typer(
    help="The registry of images that nodes pull from: registry.lab.example:5000.",
    no_args_is_help=True,
)
MIB = 1 << 20


@app.command("up")
def up() -> None:
    """Start it. The first time its program may have to be built, for about two minutes."""
    from labkit.workshop.image_registry import LOCAL_REGISTRY, registry_up

    with progress_shown() as progress:
        registry_up(_registries(), progress)
    print(
        say(
            "The registry answers at {url}; Pods name it registry.lab.example:5000.",
            url=LOCAL_REGISTRY.url,
        )
    )


@app.command("down")
def down() -> None:
    """Remove it with all images in it. `labkit down` of the last cluster does so, too."""
    from labkit.workshop.image_registry import registry_down

    with progress_shown() as progress:
        registry_down(_registries(), progress)
    print(say("Nothing of the registry is left."))


@app.command("status")
def status(json: AsJson = False) -> None:
    """Say whether it answers, where, and whose signature to trust. Exit code 1 if it does not."""
    from labkit.workshop.image_registry import LOCAL_REGISTRY, registry_answers

    answers = registry_answers()
    if json:
        print_json(
            {"answers": answers, "url": LOCAL_REGISTRY.url, "ca": str(LOCAL_REGISTRY.authority)}
        )
    elif answers:
        print(
            say(
                "The registry answers at {url}; its authority: {ca}.",
                url=LOCAL_REGISTRY.url,
                ca=LOCAL_REGISTRY.authority,
            )
        )
    else:
        print(say("No registry answers at {url}: `labkit registry up`.", url=LOCAL_REGISTRY.url))
    raise typer.Exit(0 if answers else 1)


@app.command("list")
def list_images(json: AsJson = False) -> None:
    """List its images: name, size as it is pulled, digest."""
    from labkit.workshop.image_registry import registry_content

    rows = [
        (f"{name}:{image.tag}", image.size, image.digest)
        for name, images in registry_content().items()
        for image in images
    ]
    if json:
        print_json(
            [{"image": name, "bytes": size, "digest": digest} for name, size, digest in rows]
        )
        return
    width = max((len(name) for name, _, _ in rows), default=0)
    for name, size, digest in rows:
        print(f"{name:<{width}}  {size / MIB:>8.1f} MiB  {digest}")


def _registries() -> "Registries":
    from labkit.workshop.image_registry import Registries

    return Registries(read_settings(), SystemRunner(), SystemClock())
