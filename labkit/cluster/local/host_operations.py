"""What lessons may do to the host beyond the engine's calls, each with validated arguments."""

from pathlib import Path
from typing import Any

from labkit.cluster.errors import ClusterError
from labkit.cluster.local import images
from labkit.cluster.local.start import Start
from labkit.cluster.local.status import component_place
from labkit.cluster.supervising import start_process, stop_process
from labkit.foundation.text import say


def load_image(begun: Start, archive: Path, names: list[str]) -> dict[str, Any]:
    """Import an archive onto the named nodes, all if none is named; images by node."""
    known = {node.name: node for node in begun.nodes()}
    for name in names:
        if name not in known:
            raise ClusterError(
                say("There is no node {name!r}.", name=name),
                say("Choose one of: {known}.", known=", ".join(known)),
            )
    chosen = [known[name] for name in names or known]
    before = {node.name: set(images.names(node, begun.site.run)) for node in chosen}
    for node in chosen:
        images.load(node, [archive], begun.site.run)
    return {
        node.name: sorted(set(images.names(node, begun.site.run)) - before[node.name])
        for node in chosen
    }


def list_images(begun: Start) -> dict[str, list[str]]:
    """References by node name."""
    return {node.name: images.names(node, begun.site.run) for node in begun.nodes()}


def component(begun: Start, name: str, action: str) -> None:
    """Stop or start one supervised process, such as kube-scheduler or node1/kubelet."""
    group, process = component_place(begun.site.name, name)
    known = {(state.group, state.name) for state in begun.site.supervisor.states()}
    if (group, process) not in known or action not in ("stop", "start"):
        raise ClusterError(
            say("Cannot {action} {name!r}.", action=action, name=name),
            say("Run `labkit status`; it lists the components, which can be stopped and started."),
        )
    if action == "stop":
        stop_process(begun.site.supervisor, group, process, begun.site.clock)
    else:
        start_process(begun.site.supervisor, group, process)
