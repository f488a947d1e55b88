"""`labkit image`: put images onto the local cluster's nodes, and list them."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from labkit.cli.options import AsJson, Name, running_from
from labkit.cli.output import print_json, progress_shown
from labkit.foundation.errors import SettingInvalid
from labkit.foundation.process import SystemRunner
from labkit.foundation.settings import read_settings
from labkit.foundation.text import say
from labkit.foundation.waiting import SystemClock

if TYPE_CHECKING:
    from labkit.cluster.local.engine import LocalEngine

app = typer.Typer(help="Images on the local cluster's nodes.", no_args_is_help=True)


@app.command("load")
def load(
    archive: Annotated[Path, typer.Argument(help="An OCI or Docker archive (`docker save`).")],
    node: Annotated[
        list[str] | None, typer.Option("--node", help="Only this node; may be repeated.")
    ] = None,
    name: Name = "",
    json: AsJson = False,
) -> None:
    """Put the images of an archive onto the nodes, so that Pods start without a registry."""
    with progress_shown(quiet=json) as progress:
        loaded = _local(name).host(
            "load_image", progress, archive=str(archive.absolute()), nodes=node or []
        )
    if json:
        print_json(loaded)
        return
    for place, images in loaded.items():
        shown = ", ".join(images) or say("nothing new")
        print(f"{place}: {shown}")


@app.command("push")
def push(
    images: Annotated[
        list[str] | None, typer.Argument(help="Names of images of ours, such as hello.")
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="All of them.")] = False,
    json: AsJson = False,
) -> None:
    """Push images of ours into the machine's registry, which is started if need be."""
    from labkit.toolchain.recipes import image_names
    from labkit.workshop.image_registry import Registries, push_images

    known = image_names()
    chosen = known if every else images or []
    if not chosen:
        raise SettingInvalid("images", "", say("some of {known}, or --all", known=", ".join(known)))
    registries = Registries(read_settings(), SystemRunner(), SystemClock())
    with progress_shown(quiet=json) as progress:
        pushed = push_images(registries, chosen, progress)
    if json:
        print_json(pushed)
        return
    for name, digest in pushed.items():
        print(f"{name}  {digest}")


@app.command("list")
def list_images(name: Name = "", json: AsJson = False) -> None:
    """List the images that each node holds."""
    from labkit.foundation.progress import Quiet

    found = _local(name).host("list_images", Quiet())
    if json:
        print_json(found)
        return
    for place, images in found.items():
        for image in images:
            print(f"{place}: {image}")


def _local(name: str) -> "LocalEngine":
    from labkit.cluster.errors import CapabilityMissing
    from labkit.cluster.local.engine import LocalEngine

    engine = running_from(name).engine()
    if not isinstance(engine, LocalEngine):
        raise CapabilityMissing(say("loading of images"), engine.name)
    return engine
