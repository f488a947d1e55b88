"""NodePool objects and pools of the API are two views of one thing."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from labkit.cloud.kube.models import Cluster
from labkit.cloud.lifecycle.objects import View, synchronize
from labkit.cloud.nodepool.models import NodePool
from labkit.cloud.nodepool.objects import API_VERSION, ID
from labkit.kube.reader import Reader
from labkit.kube.writer import Writer
from tests.support.cloud import PROJECT, Stage, staged
from tests.support.cluster import FakeCluster

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])
KUBE = f"/cloud/project/{PROJECT}/kube"


class Both:
    """One emulated cluster and the objects in it."""

    def __init__(self, stage: Stage, inside: FakeCluster, reader: Reader, writer: Writer) -> None:
        self.stage, self.inside = stage, inside
        self._reader, self._writer = reader, writer
        self.id = stage.asked("POST", KUBE, {"region": "GRA7"})["id"]
        self.pools = f"{KUBE}/{self.id}/nodepool"

    def pool(self, **body: Any) -> dict[str, Any]:
        answer: dict[str, Any] = self.stage.asked(
            "POST", self.pools, {"flavorName": "b2-7", "name": "tram", **body}
        )
        return answer

    def sync(self) -> None:
        cluster = self.stage.cloud.store.get(Cluster, self.id)
        assert cluster is not None
        synchronize(View(self.stage.cloud, cluster, self._reader, self._writer))

    def object_(self, name: str = "tram") -> dict[str, Any]:
        return self.inside.held.all["kube.cloud.ovh.com", "nodepools", "", name]

    def has_object(self, name: str = "tram") -> bool:
        return ("kube.cloud.ovh.com", "nodepools", "", name) in self.inside.held.all

    def edit(self, **spec: Any) -> None:
        self._writer.patch("NodePool", "tram", {"spec": spec})

    def make(self, name: str, **spec: Any) -> None:
        self._writer.create(
            {
                "apiVersion": API_VERSION,
                "kind": "NodePool",
                "metadata": {"name": name},
                "spec": spec,
            }
        )

    def remove(self) -> None:
        self._writer.delete("NodePool", "tram")


@pytest.fixture
def both(tmp_path: Path) -> Iterator[Both]:
    with (
        FakeCluster() as inside,
        staged(tmp_path) as stage,
        Reader(inside.access()) as reader,
        Writer(inside.access()) as writer,
    ):
        yield Both(stage, inside, reader, writer)


def test_a_pool_of_the_api_shows_as_an_object(both: Both) -> None:
    pool = both.pool(desiredNodes=2, maxNodes=3)
    both.sync()
    found = both.object_()
    assert found["metadata"]["annotations"] == {ID: pool["id"]}
    assert (found["spec"]["desiredNodes"], found["spec"]["maxNodes"]) == (2, 3)
    assert found["spec"]["autoscaling"]["scaleDownUtilizationThreshold"] == "0.5"


def test_an_edited_object_changes_the_pool(both: Both) -> None:
    pool = both.pool()
    both.sync()
    both.edit(autoscale=True, desiredNodes=1, minNodes=0, maxNodes=3)
    both.sync()
    found = both.stage.asked("GET", f"{both.pools}/{pool['id']}")
    assert (found["autoscale"], found["minNodes"], found["maxNodes"]) == (True, 0, 3)


def test_a_call_changes_the_object(both: Both) -> None:
    pool = both.pool()
    both.sync()
    both.stage.asked("PUT", f"{both.pools}/{pool['id']}", {"desiredNodes": 3})
    both.sync()
    assert both.object_()["spec"]["desiredNodes"] == 3


def test_the_api_has_the_last_word_when_both_changed(both: Both) -> None:
    pool = both.pool()
    both.sync()
    both.edit(desiredNodes=5)
    both.stage.asked("PUT", f"{both.pools}/{pool['id']}", {"desiredNodes": 2})
    both.sync()
    assert both.object_()["spec"]["desiredNodes"] == 2
    assert both.stage.asked("GET", f"{both.pools}/{pool['id']}")["desiredNodes"] == 2


@pytest.mark.parametrize("edit", [{"flavor": "b2-15"}, {"antiAffinity": True}, {"maxNodes": 0}])
def test_an_edit_that_the_api_would_refuse_is_put_back(both: Both, edit: dict[str, Any]) -> None:
    both.pool()
    both.sync()
    before = dict(both.object_()["spec"])
    both.edit(**edit)
    both.sync()
    assert both.object_()["spec"] == before


def test_an_object_that_somebody_makes_becomes_a_pool(both: Both) -> None:
    both.sync()
    both.make("night", flavor="c2-7", desiredNodes=1, maxNodes=2)
    both.sync()
    (pool,) = both.stage.asked("GET", both.pools)
    assert (pool["name"], pool["flavor"], pool["maxNodes"]) == ("night", "c2-7", 2)
    assert both.object_("night")["metadata"]["annotations"][ID] == pool["id"]


def test_an_object_with_a_refused_wish_says_so(both: Both) -> None:
    both.make("night", flavor="z9-1", desiredNodes=1)
    both.sync()
    (condition,) = both.object_("night")["status"]["conditions"]
    assert condition["status"] == "False"
    assert "z9-1" in condition["message"]
    assert both.stage.asked("GET", both.pools) == []


def test_a_deleted_object_deletes_its_pool(both: Both) -> None:
    pool = both.pool()
    both.sync()
    both.remove()
    both.sync()
    assert both.stage.asked("GET", f"{both.pools}/{pool['id']}")["status"] == "DELETING"
    assert not both.has_object()


def test_a_deleted_pool_takes_its_object_along(both: Both) -> None:
    pool = both.pool()
    both.sync()
    both.stage.asked("DELETE", f"{both.pools}/{pool['id']}")
    both.stage.settle()
    both.sync()
    assert not both.has_object()


def test_the_object_counts_nodes(both: Both) -> None:
    both.pool(desiredNodes=2)
    both.stage.settle()
    both.sync()
    both.sync()
    status = both.object_()["status"]
    assert (status["currentNodes"], status["availableNodes"], status["upToDateNodes"]) == (2, 2, 2)


def test_agreement_writes_nothing(both: Both) -> None:
    both.pool()
    both.stage.settle()
    both.sync()
    both.sync()
    before = list(both.inside.writes)
    both.sync()
    assert both.inside.writes == before
    assert both.stage.cloud.store.all(NodePool)[0].object_seen
