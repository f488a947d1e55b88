"""What is loaded into which node, and when not."""

import json
from pathlib import Path
from queue import SimpleQueue
from typing import Any

import pytest

from labkit.cluster.engine import NodeShape
from labkit.cluster.errors import ClusterError
from labkit.cluster.local.paths import MachinePaths
from labkit.cluster.local.policy.arriving import Arrivals
from labkit.cluster.local.policy.enforcing import KINDS, Enforcer, Known, News
from labkit.cluster.local.policy.table import NOTHING
from labkit.cluster.local.record import ClusterRecord, write_record
from labkit.cluster.local.site import Site
from labkit.foundation.progress import Quiet
from labkit.kube.errors import ClusterUnreachable
from labkit.kube.watching import SYNCED
from tests.support.clock import HeldClock
from tests.support.policy_cases import CASES
from tests.support.policy_world import ADDRESSES, OUTSIDE, namespace_objects, pods_at
from tests.support.processes import RecordedProcesses

NODES = ("node1", "node2")


def queue_of(*pieces: News | Exception) -> "SimpleQueue[News | Exception]":
    news: SimpleQueue[News | Exception] = SimpleQueue()
    for piece in pieces:
        news.put(piece)
    return news


def told(case: str) -> list[News]:
    """Everything of a case, in the order of three watches that end their lists one by one."""
    pods = [pod for key, pod in pods_at(ADDRESSES).items() if key != OUTSIDE]
    every = {
        "Namespace": namespace_objects(),
        "NetworkPolicy": CASES[case].policies_at(ADDRESSES),
        "Pod": pods,
    }
    found: list[News] = []
    for kind, objects in every.items():
        found += [(kind, "ADDED", _with_uid(each)) for each in objects]
        found.append((kind, SYNCED, {}))
    return found


def _with_uid(found: dict[str, Any]) -> dict[str, Any]:
    metadata = found["metadata"]
    return {
        **found,
        "metadata": {**metadata, "uid": f"{metadata.get('namespace')}/{metadata['name']}"},
    }


class Nodes:
    """A cluster of two nodes in a folder, and the programs that were run for it."""

    def __init__(self, folder: Path) -> None:
        self.run = RecordedProcesses()
        self.run.answer("nsenter")
        self.namespaces = folder / "netns"
        self.namespaces.mkdir()
        machine = MachinePaths(folder / "data", folder / "run")
        site = Site("lab", machine, self.run, HeldClock(), Quiet(), Path("python"))
        site.paths.record.parent.mkdir(parents=True)
        write_record(
            site.paths.record, ClusterRecord("lab", 7, 0).with_nodes([NodeShape(), NodeShape()])
        )
        self.enforcer = Enforcer(site, "nft", self.namespaces)
        self.notes = folder / "notes"
        self.known = Known(Arrivals(self.notes, "lab"))
        for node in NODES:
            self.make(node)

    def make(self, node: str) -> None:
        """Anew: a file that is not the one before."""
        fresh = self.namespaces / "fresh"
        fresh.touch()
        fresh.replace(self.namespaces / f"lab.lab.{node}")

    def settle(self, *pieces: News) -> list[str]:
        """The nodes into which something was loaded."""
        before = len(self.run.calls)
        if pieces:
            self.known.take_all(queue_of(*pieces))
        self.enforcer.settle(self.known.world() if pieces else None)
        return [call.command[1].rpartition(".")[2] for call in self.run.calls[before:]]


@pytest.fixture
def nodes(tmp_path: Path) -> Nodes:
    return Nodes(tmp_path)


def test_world_is_complete_when_the_last_list_has_ended(tmp_path: Path) -> None:
    known = Known(Arrivals(tmp_path, "lab"))
    pieces = told("nothing comes in")
    for piece in pieces:
        assert not known.is_complete
        assert known.take_all(queue_of(piece))
    assert known.is_complete
    world = known.world()
    assert (len(world.pods), len(world.policies)) == (5, 1)
    assert world.namespaces["bank"]["region"] == "eu"
    _, _, policy = next(piece for piece in pieces if piece[:2] == ("NetworkPolicy", "ADDED"))
    known.take_all(queue_of(("NetworkPolicy", "DELETED", policy)))
    assert known.world().policies == []
    assert set(KINDS) == {piece[0] for piece in pieces}


def test_trouble_of_a_watch_is_everybodys(tmp_path: Path) -> None:
    with pytest.raises(ClusterUnreachable):
        Known(Arrivals(tmp_path, "lab")).take_all(
            queue_of(ClusterUnreachable("https://x", "refused"))
        )


def test_each_node_is_loaded_once_and_again_when_its_text_changes(nodes: Nodes) -> None:
    assert nodes.settle(*told("nothing comes in")) == ["node1", "node2"]
    assert nodes.run.calls[0].stdin.startswith(NOTHING)
    assert "10.2.1.2" in nodes.run.calls[0].stdin
    assert nodes.settle(("Pod", SYNCED, {})) == []
    assert nodes.settle() == []
    policy = next(piece[2] for piece in told("nothing comes in") if piece[0] == "NetworkPolicy")
    assert nodes.settle(("NetworkPolicy", "DELETED", policy)) == ["node1", "node2"]
    assert nodes.run.calls[-1].stdin == NOTHING


def test_node_made_again_is_loaded_again_and_a_missing_one_not(nodes: Nodes) -> None:
    nodes.settle(*told("nothing comes in"))
    nodes.make("node2")
    assert nodes.settle() == ["node2"]
    (nodes.namespaces / "lab.lab.node1").unlink()
    assert nodes.settle() == []


def test_first_refusal_may_be_a_namespace_half_made_and_the_second_is_trouble(
    nodes: Nodes,
) -> None:
    nodes.run.answer("nsenter", "nft", status=1, errors="Error: no such thing\n")
    nodes.settle(*told("nothing comes in"))
    with pytest.raises(ClusterError, match=r"policies of lab\.lab\.node1") as caught:
        nodes.settle()
    assert caught.value.evidence == "Error: no such thing\n"


def note(uid: str, address: str) -> str:
    """As libcni keeps what a plugin answered."""
    arguments = [["IgnoreUnknown", "1"], ["K8S_POD_UID", uid]]
    return json.dumps({"cniArgs": arguments, "result": {"ips": [{"address": f"{address}/24"}]}})


def test_pod_is_policed_from_the_moment_that_its_node_gave_it_an_address(nodes: Nodes) -> None:
    nodes.settle(*told("nothing comes in"))
    assert not nodes.known.awaits_arrivals()
    pod = pods_at(ADDRESSES)["shop/store"]
    fresh = {**pod, "metadata": {**pod["metadata"], "name": "fresh", "uid": "u-1"}, "status": {}}
    assert nodes.settle(("Pod", "ADDED", fresh)) == []
    assert nodes.known.awaits_arrivals()
    nodes.notes.mkdir()
    (nodes.notes / "labkit.lab.node1-1-eth0").write_text("{")
    (nodes.notes / "labkit.other.node1-2-eth0").write_text(note("u-1", "10.2.1.98"))
    assert nodes.settle(("Pod", "MODIFIED", fresh)) == []
    (nodes.notes / "labkit.lab.node1-1-eth0").write_text(note("u-1", "10.2.1.99"))
    assert nodes.settle(("Pod", "MODIFIED", fresh)) == ["node1"]
    assert "10.2.1.99" in nodes.run.calls[-1].stdin
    said = {**fresh, "status": {"podIP": "10.2.1.99"}}
    assert nodes.settle(("Pod", "MODIFIED", said)) == []
    assert not nodes.known.awaits_arrivals()
