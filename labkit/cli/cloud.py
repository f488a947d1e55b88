"""`labkit cloud`: OVHcloud's Managed Kubernetes API on this machine, with clusters behind it."""

from typing import TYPE_CHECKING, Annotated

import typer

from labkit.cli import cloud_bill
from labkit.cli.options import AsJson
from labkit.cli.output import print_json, progress_shown
from labkit.foundation.process import SystemRunner
from labkit.foundation.settings import read_settings
from labkit.foundation.text import say
from labkit.foundation.waiting import SystemClock

if TYPE_CHECKING:
    from labkit.workshop.cloud import CloudPlace, CloudStatus

app = typer.Typer(
    help="OVHcloud's Managed Kubernetes API on this machine: no account, no bill, real clusters.",
    no_args_is_help=True,
)
app.add_typer(cloud_bill.app)
EngineName = Annotated[
    str,
    typer.Option(
        help="What its clusters are: local (real nodes) or simulated (no rights needed). "
        "Unless given: local where root or a running lab makes it possible."
    ),
]


@app.command("up")
def up(
    engine: EngineName = "",
    port: Annotated[int, typer.Option(help="Of 127.0.0.1; 0 takes the usual or a free one.")] = 0,
    json: AsJson = False,
) -> None:
    """Start it. Clusters that an earlier run made are there again."""
    from labkit.workshop.cloud import cloud_engine, cloud_up

    place = _place()
    with progress_shown(quiet=json) as progress:
        status = cloud_up(place, progress, engine=cloud_engine(place, engine), port=port)
    _show(status, json=json)


@app.command("down")
def down(json: AsJson = False) -> None:
    """Remove it: its clusters, its keys, everything that it kept."""
    from labkit.workshop.cloud import cloud_down

    with progress_shown(quiet=json) as progress:
        cloud_down(_place(), progress)
    if json:
        print_json({"state": "absent"})
    else:
        print(say("Nothing of the emulated cloud is left."))


@app.command("status")
def status(json: AsJson = False) -> None:
    """Say whether it runs, where, and which clusters it has. Exit code 1 if it does not run."""
    from labkit.workshop.cloud import cloud_status

    found = cloud_status(_place())
    _show(found, json=json)
    raise typer.Exit(0 if found.running else 1)


@app.command("reset")
def reset(json: AsJson = False) -> None:
    """Remove every cluster, credential and setting of it; its own keys and project stay."""
    from labkit.workshop.cloud import cloud_reset

    with progress_shown(quiet=json) as progress:
        found = cloud_reset(_place(), progress)
    _show(found, json=json)


@app.command("credentials")
def credentials(json: AsJson = False) -> None:
    """Print what a client needs, as lines for an `ovh.conf`; with --json as one object."""
    from dataclasses import asdict

    from labkit.workshop.cloud import cloud_keys

    keys = asdict(cloud_keys(_place()))
    if json:
        print_json(keys)
        return
    print(f"[default]\nendpoint={keys['endpoint']}\n\n[{keys['endpoint']}]")
    for name in ("application_key", "application_secret", "consumer_key"):
        print(f"{name}={keys[name]}")
    print(f"; project (serviceName): {keys['project']}")


def _show(status: "CloudStatus", *, json: bool) -> None:
    if json:
        from dataclasses import asdict

        print_json(asdict(status))
        return
    if not status.running:
        print(say("No emulated cloud runs: `labkit cloud up`."))
        return
    print(
        say(
            "The emulated cloud answers at {endpoint}; its clusters are {engine}.",
            endpoint=status.endpoint,
            engine=status.engine,
        )
    )
    print(say("Project: {project}. Keys: `labkit cloud credentials`.", project=status.project))
    for cluster in status.clusters:
        print(f"  {cluster['name']:<20} {cluster['status']:<12} {cluster['version']}")
        for name, state in cluster["nodes"].items():
            print(f"    {name:<40} {state}")
        if cluster["trouble"]:
            print(f"    {cluster['trouble']}")


def _place() -> "CloudPlace":
    from labkit.workshop.cloud import CloudPlace

    return CloudPlace(read_settings(), SystemRunner(), SystemClock())
