"""The daily verbs of the cluster: up, down, stop, status, logs."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from labkit.cli.options import AsJson, EngineName, Flavor, Name, running_from
from labkit.cli.output import print_json, progress_shown
from labkit.foundation.errors import SettingInvalid
from labkit.foundation.text import say

if TYPE_CHECKING:
    from labkit.cluster.engine import ClusterStatus


def up(
    nodes: Annotated[
        int | None, typer.Option("--nodes", help="How many worker nodes; 1 for a new cluster.")
    ] = None,
    flavor: Flavor = "b2-7",
    name: Name = "",
    engine: EngineName = "",
    safe_writes: Annotated[
        bool,
        typer.Option(help="Let etcd sync every write to disk: survives a power cut, is slower."),
    ] = False,
    encrypt_secrets: Annotated[
        bool, typer.Option(help="Encrypt Secrets at rest in etcd; for a new cluster.")
    ] = False,
    keep: Annotated[
        bool, typer.Option("--keep", help="If a new cluster fails to start, leave it to look into.")
    ] = False,
    apart: Annotated[
        bool, typer.Option("--apart", help="Beside the lab: exercises stay on their cluster.")
    ] = False,
    json: AsJson = False,
) -> None:
    """Start the cluster, or resume it, and return when its nodes are Ready.

    The first time it obtains Kubernetes' own programs, which can take ten minutes. Running it
    again finds everything done, repairs what is not, and adds nodes if you ask for more.
    """
    from labkit.workshop.running import Wanted
    from labkit.workshop.running import up as start_up

    if nodes is not None and nodes < 1:
        raise SettingInvalid("--nodes", nodes, say("a number from 1 to 100"))
    wanted = Wanted(nodes or 0, flavor, safe_writes, encrypt_secrets, keep, apart)
    running = running_from(name, engine)
    with progress_shown(quiet=json) as progress:
        status = start_up(running, wanted, progress)
    if json:
        print_json(asdict(status))
    else:
        _show_up(status, running.engine().kubeconfig())


def _show_up(status: "ClusterStatus", kubeconfig: Path) -> None:
    ready = sum(node.ready for node in status.nodes)
    print(
        say(
            "Kubernetes {version} is up: {ready} of {count} nodes Ready, API at {server}.",
            version=status.kubernetes_version,
            ready=ready,
            count=len(status.nodes),
            server=status.api_server,
        )
    )
    print(say("Administrator's kubeconfig: {path}", path=kubeconfig))
    print(say("Next: `labkit lab` opens the first lesson; `labkit status` shows what runs."))


def down(name: Name = "", engine: EngineName = "", json: AsJson = False) -> None:
    """Remove the cluster with everything in it. Running it again is fine."""
    from labkit.workshop.running import down as take_down

    running = running_from(name, engine)
    with progress_shown(quiet=json) as progress:
        take_down(running, progress)
    if json:
        print_json({"name": running.settings.cluster, "state": "absent"})
    else:
        print(say("Nothing of cluster {name} is left.", name=running.settings.cluster))


def stop(name: Name = "", engine: EngineName = "", json: AsJson = False) -> None:
    """Stop the cluster and keep all its data; `labkit up` resumes it."""
    from labkit.workshop.running import stop as stop_running

    running = running_from(name, engine)
    with progress_shown(quiet=json) as progress:
        stop_running(running, progress)
    if json:
        print_json({"name": running.settings.cluster, "state": "stopped"})
    else:
        print(say("Stopped, with all data kept. `labkit up` resumes it."))


def status(name: Name = "", engine: EngineName = "", json: AsJson = False) -> None:
    """Show what runs of the cluster, and what does not with the last line it said."""
    found = running_from(name, engine).engine().status()
    if json:
        print_json(asdict(found))
    else:
        _show_status(found)


def _show_status(status: "ClusterStatus") -> None:
    heading = "{name}: {state} ({engine}, Kubernetes {version}, {server})"
    print(
        say(
            heading,
            name=status.name,
            state=status.state,
            engine=status.engine,
            version=status.kubernetes_version or "-",
            server=status.api_server or "-",
        )
    )
    for node in status.nodes:
        words = [say("Ready") if node.ready else say("not Ready")]
        words += [] if node.schedulable else [say("cordoned")]
        print(f"  {node.name:<12} {', '.join(words):<18} {node.flavor:<7} {node.address}")
    for component in status.components:
        state = say("running") if component.running else say("stopped")
        said = component.last_line
        if component.paused:
            said = say(
                "on purpose: `labkit component start {component} --name {name}`",
                component=component.name,
                name=status.name,
            )
        print(f"  {component.name:<28} {state:<9} {said[:90]}")
    for name, state in status.addons:
        print(f"  {say('add-on {name}', name=name):<28} {state}")


def logs(
    component: Annotated[str, typer.Argument(help="kube-apiserver, node1/kubelet, audit, …")],
    lines: Annotated[int, typer.Option("--lines", "-n", min=1, help="How many.")] = 100,
    name: Name = "",
    engine: EngineName = "",
    json: AsJson = False,
) -> None:
    """Show the last lines of one component. `labkit status` lists the components."""
    text = running_from(name, engine).engine().logs(component, lines)
    if json:
        print_json({"component": component, "lines": text.splitlines()})
    else:
        typer.echo(text, nl=False)
