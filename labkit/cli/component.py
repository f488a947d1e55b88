"""`labkit component`: the real processes of a local cluster, stopped and started one by one."""

from typing import TYPE_CHECKING, Annotated

import typer

from labkit.cli.options import AsJson, Name, running_from
from labkit.cli.output import print_json
from labkit.foundation.text import say

if TYPE_CHECKING:
    from labkit.workshop.components import Components

app = typer.Typer(
    help="The cluster's own processes: see what happens when one of them stops.",
    no_args_is_help=True,
)
Which = Annotated[
    str, typer.Argument(help="kube-scheduler, node1/kubelet, …; `list` shows them all.")
]


@app.command("list")
def list_components(name: Name = "", json: AsJson = False) -> None:
    """Each process with its id on this machine; a dash for one that is stopped."""
    found = _components(name).listed()
    if json:
        rows = [{"name": one.name, "running": one.running, "pid": one.pid} for one in found]
        print_json({"components": rows})
        return
    for one in found:
        state = say("running") if one.running else say("stopped")
        print(f"{one.name:<28} {state:<9} {one.pid or '-'}")


@app.command("stop")
def stop(component: Which, name: Name = "", json: AsJson = False) -> None:
    """Stop one of them until you start it again; `labkit up` starts all that are stopped."""
    _components(name).stop(component)
    _told(component, is_running=False, json=json)


@app.command("start")
def start(component: Which, name: Name = "", json: AsJson = False) -> None:
    """Start one that is stopped; one that runs is left alone."""
    _components(name).start(component)
    _told(component, is_running=True, json=json)


def _told(component: str, *, is_running: bool, json: bool) -> None:
    if json:
        state = "running" if is_running else "stopped"  # for programs: the same in each language
        print_json({"component": component, "state": state})
    else:
        state = say("running") if is_running else say("stopped")
        print(say("{component} is {state}.", component=component, state=state))


def _components(name: str) -> "Components":
    from labkit.workshop.components import Components

    return Components(running_from(name))
