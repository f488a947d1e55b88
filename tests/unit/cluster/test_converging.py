import sys
from pathlib import Path

import pytest

from labkit.cluster.local.converging import keep_link, running_nodes
from labkit.cluster.local.network import (
    Network,
    host_command,
    link_commands,
    masquerade_commands,
)
from labkit.cluster.local.paths import MachinePaths
from labkit.cluster.local.site import Site
from labkit.cluster.supervision import ProcessState
from labkit.foundation.progress import Quiet
from tests.support.clock import HeldClock
from tests.support.processes import RecordedProcesses


def state(group: str, name: str, *, running: bool = True) -> ProcessState:
    return ProcessState(group, name, running, 7, "")


NET = Network("lab", 7)


@pytest.fixture
def run() -> RecordedProcesses:
    """Of a machine where nobody has touched the cluster's network."""
    running = RecordedProcesses()
    running.answer("ip")
    running.answer("iptables")
    return running


def kept(run: RecordedProcesses) -> list[tuple[tuple[str, ...], str]]:
    machine = MachinePaths(Path("/nowhere"), Path("/nowhere"))
    keep_link(Site("lab", machine, run, HeldClock(), Quiet(), Path(sys.executable)), NET)
    return [(call.command, call.stdin) for call in run.calls]


CHECK, ADD = masquerade_commands(NET)
SIDE = host_command(NET)
USUAL = [(SIDE.words, SIDE.stdin), (CHECK.words, "")]


def test_network_that_is_as_it_was_costs_two_programs(run: RecordedProcesses) -> None:
    assert kept(run) == USUAL


def test_rule_that_a_firewall_took_away_comes_back(run: RecordedProcesses) -> None:
    run.answer("iptables", "-C", status=1)
    assert kept(run) == [*USUAL, (ADD.words, "")]


def test_link_that_is_gone_is_made_again(run: RecordedProcesses) -> None:
    run.answer("ip", "-batch", status=1, effect=lambda _: run.answer("ip", "-batch"))
    made = [(each.words, each.stdin) for each in link_commands(NET)]
    assert kept(run) == [USUAL[0], *made, USUAL[1]]


def test_node_runs_when_its_containerd_and_its_kubelet_do() -> None:
    states = [
        *(state("lab.node1", name) for name in ("containerd", "kubelet", "kube-proxy")),
        *(state("lab.node2", name) for name in ("kubelet", "kube-proxy")),
        state("lab.node2", "containerd", running=False),
        *(state("lab.node3", name) for name in ("containerd",)),
        *(state("lab2.node4", name) for name in ("containerd", "kubelet")),
        state("lab", "etcd"),
    ]
    assert running_nodes(states, "lab") == {"node1"}
