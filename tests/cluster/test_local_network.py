"""A node's network on the real kernel, in namespaces that the test makes."""

from collections.abc import Iterator

import pytest

from labkit.cluster.local.network import Command, Network, node_commands, node_removal
from labkit.foundation.process import SystemRunner
from tests.support.rights import needs_root

pytestmark = [pytest.mark.cluster, needs_root]

NETWORK = Network("laid-again", 511)
NODE = "node1"
TIMES = 20


def perform(commands: list[Command], *, may_fail: bool = False) -> None:
    for each in commands:
        SystemRunner()(each.words, stdin=each.stdin, may_fail=may_fail)


@pytest.fixture
def bridge() -> Iterator[None]:
    """The part of a cluster's namespace that a node is tied to."""
    perform([Command(("ip", "netns", "add", NETWORK.namespace))])
    make = f"link add br0 type bridge\naddr add {NETWORK.api_address}/25 dev br0\nlink set br0 up\n"
    perform([Command(("ip", "-n", NETWORK.namespace, "-batch", "-"), make)])
    yield
    perform(node_removal(NETWORK, NODE, 1), may_fail=True)
    perform([Command(("ip", "netns", "del", NETWORK.namespace))])


@pytest.mark.usefixtures("bridge")
def test_node_is_laid_again_the_moment_it_is_gone() -> None:
    for _ in range(TIMES):
        perform(node_commands(NETWORK, NODE, 1))
        perform(node_removal(NETWORK, NODE, 1))
