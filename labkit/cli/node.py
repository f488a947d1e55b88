"""`labkit node`: workers that come and go while the cluster runs, and a look into them."""

from dataclasses import asdict
from typing import Annotated

import typer

from labkit.cli.options import AsJson, EngineName, Flavor, Name, running_from
from labkit.cli.output import print_json, progress_shown
from labkit.foundation.text import say

app = typer.Typer(help="Add and remove worker nodes, and look into them.", no_args_is_help=True)


@app.command("add")
def add(
    flavor: Flavor = "b2-7",
    pool: Annotated[str, typer.Option(help="The node pool it is labelled with.")] = "default",
    node_name: Annotated[str, typer.Option("--node-name", help="Its name; chosen if none.")] = "",
    cordoned: Annotated[bool, typer.Option(help="Take no Pods at first.")] = False,
    name: Name = "",
    engine: EngineName = "",
    json: AsJson = False,
) -> None:
    """Add one node and return when it is Ready."""
    from labkit.cluster.engine import NodeShape

    shape = NodeShape(flavor=flavor, pool=pool, name=node_name, cordoned=cordoned)
    with progress_shown(quiet=json) as progress:
        node = running_from(name, engine).engine().add_node(shape, progress)
    if json:
        print_json(asdict(node))
    else:
        print(say("Node {name} is Ready at {address}.", name=node.name, address=node.address))


@app.command("remove")
def remove(
    node: Annotated[str, typer.Argument(help="Its name, as `kubectl get nodes` shows it.")],
    name: Name = "",
    engine: EngineName = "",
    json: AsJson = False,
) -> None:
    """Drain one node and take it away."""
    with progress_shown(quiet=json) as progress:
        running_from(name, engine).engine().remove_node(node, progress)
    if json:
        print_json({"name": node, "state": "removed"})
    else:
        print(say("Node {name} is gone.", name=node))


@app.command("look")
def look(
    node: Annotated[str, typer.Argument(help="Its name, as `kubectl get nodes` shows it.")],
    what: Annotated[str, typer.Argument(help="links, routes, or rules.")],
    name: Name = "",
    engine: EngineName = "",
    json: AsJson = False,
) -> None:
    """Show a node's network: its links, its routes, or the rules that lead to Services."""
    from labkit.cluster.errors import CapabilityMissing
    from labkit.cluster.local.engine import LocalEngine
    from labkit.foundation.progress import Quiet

    local = running_from(name, engine).engine()
    if not isinstance(local, LocalEngine):
        raise CapabilityMissing(say("a look into nodes"), local.name)
    text = local.host("look", Quiet(), node=node, what=what)
    if json:
        print_json({"node": node, "what": what, "text": text})
    else:
        print(text, end="")
