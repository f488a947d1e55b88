"""`labkit image`: put images onto the local cluster's nodes, and list them."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from labkit.cli.options import AsJson, Name, running_from
from labkit.cli.output import print_json, progress_shown
from labkit.foundation.text import say

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
