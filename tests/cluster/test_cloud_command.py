"""`labkit cloud` from up to down, with simulated clusters behind it."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from labkit.cluster.simulated.paths import simulated_names
from tests.support.own_cloud import Ordered, OwnCloud, ordered
from tests.support.waiting import eventually

pytestmark = pytest.mark.cluster


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OwnCloud]:
    own = OwnCloud(tmp_path_factory.mktemp("cloud") / "home")
    own.up()
    yield own
    own.down()
    assert not (own.home / "cloud").exists()
    assert simulated_names(own.home) == []


@pytest.fixture(scope="module")
def cluster(cloud: OwnCloud) -> Ordered:
    made = ordered(cloud)
    made.ready()
    return made


def test_up_again_finds_it_running(cloud: OwnCloud) -> None:
    assert cloud.up()["pid"] == json.loads(cloud.labkit("status", "--json").output)["pid"]


def test_status_names_clusters_and_nodes(cloud: OwnCloud, cluster: Ordered) -> None:
    pool = cluster.pool(flavorName="b2-7", name="tram", desiredNodes=2)
    cluster.ready(pool)
    words = cloud.labkit("status").output
    assert "test" in words
    assert words.count("tram-node-") == 2


def test_keys_are_nobody_elses_to_read(cloud: OwnCloud) -> None:
    assert (cloud.home / "cloud" / "keys.json").stat().st_mode & 0o077 == 0
    log = (cloud.home / "cloud" / "emulator.log").read_text()
    keys = cloud.keys()
    for secret in ("application_secret", "consumer_key", "control", "client_secret"):
        assert keys[secret] not in log


def test_nodes_and_objects_are_in_the_cluster(cluster: Ordered) -> None:
    pool = cluster.pool(flavorName="b2-7", name="night", desiredNodes=1, maxNodes=3)
    cluster.ready(pool)
    with cluster.reader() as reader, cluster.writer() as writer:
        eventually(lambda: reader.list("NodePool"), "the NodePool object")
        writer.patch("NodePool", "night", {"spec": {"desiredNodes": 2}})
        eventually(
            lambda: cluster.client.get(cluster.path + pool)["desiredNodes"] == 2,
            "the pool to follow its object",
        )
        cluster.ready(pool)
        names = {node["metadata"]["name"] for node in reader.list("Node", labels="nodepool=night")}
    assert names == {node["name"] for node in cluster.nodes() if node["name"].startswith("night-")}


def test_killed_emulator_has_everything_when_it_is_back(cloud: OwnCloud, cluster: Ordered) -> None:
    pool = cluster.pool(flavorName="b2-7", name="late", desiredNodes=2)
    cloud.kill()
    cloud.up()
    cluster.ready(pool)
    assert len([node for node in cluster.nodes() if node["name"].startswith("late-")]) == 2


def test_commands_without_an_emulator_say_what_to_do(tmp_path: Path) -> None:
    absent = OwnCloud(tmp_path / "home")
    failed = absent.labkit("credentials", may_fail=True)
    assert failed.status == 3
    assert "labkit cloud up" in failed.errors
    assert absent.labkit("status", may_fail=True).status == 1
    absent.down()


def test_unknown_engine_is_refused(tmp_path: Path) -> None:
    failed = OwnCloud(tmp_path / "home", "docker").labkit("up", "--engine", "docker", may_fail=True)
    assert failed.status == 2
    assert "local or simulated" in failed.errors
