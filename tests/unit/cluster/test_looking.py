from dataclasses import replace

import pytest

from labkit.cluster.errors import ClusterError
from labkit.cluster.local.looking import COMMANDS, look_command
from labkit.cluster.local.paths import MachinePaths
from tests.unit.cluster.test_local_node import NODE

SECOND = MachinePaths().cluster("lab").node("node2")
NODES = [NODE, replace(NODE, paths=SECOND, namespace="lab.lab.node2")]


def test_look_runs_in_the_nodes_own_network() -> None:
    assert look_command(NODES, "node2", "routes") == (
        "nsenter",
        "--net=/run/netns/lab.lab.node2",
        "--",
        "ip",
        "route",
    )


@pytest.mark.parametrize("what", COMMANDS)
def test_commands_only_read(what: str) -> None:
    writing = {"add", "del", "replace", "flush", "set", "-A", "-F", "-I", "-D"}
    assert not writing & set(COMMANDS[what])


@pytest.mark.parametrize(
    ("name", "what", "said"),
    [
        ("node9", "routes", "Choose one of: node1, node2."),
        ("node1; reboot", "routes", "Choose one of"),
        ("node1", "routes; reboot", "Ask for one of: links, routes, rules."),
        ("node1", "", "Ask for one of"),
    ],
)
def test_what_is_not_known_is_refused_with_what_is(name: str, what: str, said: str) -> None:
    with pytest.raises(ClusterError) as refused:
        look_command(NODES, name, what)
    assert said in str(refused.value)
