"""`labkit addon`: what runs on a local cluster besides Kubernetes itself."""

from typing import Annotated

import typer

from labkit.cli.options import AsJson, Name, running_from
from labkit.cli.output import print_json, progress_shown
from labkit.foundation.text import say

app = typer.Typer(
    help="Add-ons of the local cluster: DNS and metrics, and others that you ask for.",
    no_args_is_help=True,
)


@app.command("list")
def list_addons(name: Name = "", json: AsJson = False) -> None:
    """List the add-ons with their states."""
    found = running_from(name).engine().status().addons
    if json:
        print_json(dict(found))
        return
    for addon, state in found:
        print(f"{addon:<16} {state}")


@app.command("add")
def add(
    addon: Annotated[
        str, typer.Argument(help="traefik (Ingress); none: those that every cluster has.")
    ] = "",
    name: Name = "",
    json: AsJson = False,
) -> None:
    """Install an add-on and return when it is ready; its program may have to be built first.

    Those that every cluster has come with `labkit up` by themselves, behind it.
    """
    from labkit.workshop.addons import add_addon
    from labkit.workshop.running import install_addons

    running = running_from(name)
    with progress_shown(quiet=json) as progress:
        if addon:
            add_addon(running.engine(), addon, progress)
        else:
            install_addons(running, progress)
    if json:
        print_json({"name": running.settings.cluster, "addon": addon, "state": "installed"})
    elif addon:
        print(say("{addon} is ready.", addon=addon))


@app.command("remove")
def remove(
    addon: Annotated[str, typer.Argument(help="One that was added: traefik.")],
    name: Name = "",
    json: AsJson = False,
) -> None:
    """Remove an add-on that was added; Ingresses and the like stay, without effect."""
    from labkit.workshop.addons import remove_addon

    running = running_from(name)
    with progress_shown(quiet=json) as progress:
        remove_addon(running.engine(), addon, progress)
    if json:
        print_json({"name": running.settings.cluster, "addon": addon, "state": "removed"})
    else:
        print(say("{addon} is gone.", addon=addon))
