"""What a node's own programs say of its network: a few fixed commands, which only read."""

from collections.abc import Iterable, Mapping

from labkit.cluster.errors import ClusterError
from labkit.cluster.local.network import in_namespace
from labkit.cluster.local.node import Node
from labkit.cluster.local.start import Start
from labkit.foundation.text import say

COMMANDS: Mapping[str, tuple[str, ...]] = {
    "links": ("ip", "-brief", "address"),
    "routes": ("ip", "route"),
    "rules": ("iptables-save", "-t", "nat"),
}
"""By the word that the caller says; nothing of the caller's gets into a command."""


def look(begun: Start, name: str, what: str) -> str:
    """Run inside the node's network namespace."""
    return begun.site.run(look_command(begun.nodes(), name, what)).output


def look_command(nodes: Iterable[Node], name: str, what: str) -> tuple[str, ...]:
    """Raises ClusterError for a node or a word that is not known."""
    known = {node.name: node for node in nodes}
    if name not in known:
        raise ClusterError(
            say("There is no node {name!r}.", name=name),
            say("Choose one of: {known}.", known=", ".join(known)),
        )
    if what not in COMMANDS:
        raise ClusterError(
            say("A node cannot be asked for {what!r}.", what=what),
            say("Ask for one of: {known}.", known=", ".join(COMMANDS)),
        )
    return (*in_namespace(known[name].namespace), *COMMANDS[what])
