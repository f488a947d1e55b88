"""What a snapshot holds of a cloud: answers by their paths, and no key."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest

from labkit.grading.errors import ReadFailed
from labkit.grading.exercise import (
    CallsRead,
    CloudRead,
    Exercise,
    ManagedObjectsRead,
    ManagedPagesRead,
    Read,
    load_exercise,
)
from labkit.grading.reading import take_snapshot
from labkit.grading.snapshot import Snapshot
from labkit.grading.snapshot_file import normalised, snapshot_from_json
from labkit.grading.sources import ClusterReader
from labkit.kube.exchange import Answer
from labkit.remote.cloud_paths import read_path
from labkit.remote.errors import CloudUnreachable
from tests.support.cloud import PROJECT, Stage, staged
from tests.support.cloud_clients import client_of
from tests.support.graded import (
    HeldReader,
    answers_object,
    exercise_of,
    place_of,
    seed_object,
    sources_of,
)

EXERCISE = exercise_of("leave-a-card")
POOLS = "/kube/@night/nodepool"
DECLARED = """
id = "night-watch"
lesson = "12-test"
title = "The night watch"
minutes = 5
capabilities = ["ovh-api"]
clusters = ["night"]
task = "Watch over it."
hints = ["The first of hints.", "The second of hints.", "The third of hints."]
[[read]]
cloud = "/kube/@night/nodepool"
keep = ["name"]
[[read]]
calls = "tram"
[[read]]
objects = "Pod"
cluster = "night"
namespace = "default"
[[read]]
service = "/info"
port = 80
cluster = "night"
namespace = "default"
[[criterion]]
id = "watched"
weight = 10
text = "It is being watched"
"""
CANARY = "canary-of-the-consumer-key"


class HeldCloud:
    """The emulator's API, and clusters held in memory by name."""

    def __init__(self, stage: Stage, clusters: dict[str, HeldReader] | None = None) -> None:
        self._cloud = client_of(stage)
        self._clusters = clusters or {}

    def read(self, project: str, path: str) -> Sequence[Any]:
        return read_path(self._cloud, project, path)

    def calls(self, agent: str) -> Sequence[Any]:
        return [{"agent": agent, "operation": "GET /me", "status": 200, "count": 1}]

    def cluster(self, project: str, name: str) -> ClusterReader | None:
        return self._clusters.get(name)

    def secrets(self) -> set[str]:
        return {CANARY}


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    with staged(tmp_path) as one:
        yield one


def looked(cloud: Any, *reads: Read, project: str = PROJECT, noted: str = "") -> Snapshot:
    exercise: Exercise = replace(EXERCISE, reads=reads, answers=("card",))
    own = place_of(exercise).namespaces[""]
    objects = [seed_object({"project": project, "agent": "tram"})]
    if noted:
        objects.append(answers_object(own, {"card": noted}))
    sources = replace(sources_of(HeldReader(objects)), cloud=cloud)
    return take_snapshot(exercise, place_of(exercise), sources)


def with_pool(stage: Stage) -> None:
    made = stage.asked(
        "POST", f"/cloud/project/{PROJECT}/kube", {"name": "night", "region": "GRA7"}
    )
    pool = {"name": "late", "flavorName": "b2-7", "desiredNodes": 1}
    stage.asked("POST", f"/cloud/project/{PROJECT}/kube/{made['id']}/nodepool", pool)
    stage.settle()


def test_answers_are_found_by_the_path_as_it_was_declared(stage: Stage) -> None:
    with_pool(stage)
    kept = CloudRead(POOLS, keep=("name", "flavor"))
    snapshot = looked(HeldCloud(stage), kept, CloudRead("/kube/{each}"))
    assert snapshot.cloud(POOLS) == ({"name": "late", "flavor": "b2-7"},)
    assert [one["name"] for one in snapshot.cloud("/kube/{each}")] == ["night"]


def test_a_cluster_that_is_not_there_has_nothing_in_it(stage: Stage) -> None:
    objects = ManagedObjectsRead("Deployment", "night", "default")
    snapshot = looked(HeldCloud(stage), CloudRead(POOLS), objects)
    assert snapshot.cloud(POOLS) == ()
    assert snapshot.objects("Deployment", cluster="night", namespace="default") == ()


def test_objects_and_pages_of_a_managed_cluster_are_its_own(stage: Stage) -> None:
    service = {
        "kind": "Service",
        "metadata": {"name": "hello", "namespace": "default"},
        "spec": {"ports": [{"port": 80}]},
    }
    reader = HeldReader([service])
    reader.answers["hello"] = Answer(200, '{"greeting": "ciao"}')
    snapshot = looked(
        HeldCloud(stage, {"night": reader}),
        ManagedObjectsRead("Service", "night", "default"),
        ManagedPagesRead("/info", 80, "night", "default", times=2),
    )
    assert [
        one["metadata"]["name"]
        for one in snapshot.objects("Service", cluster="night", namespace="default")
    ] == ["hello"]
    replies = snapshot.replies("service", cluster="night")
    assert [one.facts for one in replies] == [{"greeting": "ciao"}] * 2


def test_a_large_list_of_a_managed_cluster_is_kept_small_by_selectors(stage: Stage) -> None:
    def event(name: str, type_: str, app: str) -> dict[str, Any]:
        metadata = {"name": name, "namespace": "default", "labels": {"app": app}}
        return {"kind": "Event", "metadata": metadata, "type": type_}

    held = [event("a", "Warning", "x"), event("b", "Normal", "x"), event("c", "Warning", "y")]
    few = ManagedObjectsRead("Event", "night", "default", "app=x", "type=Warning")
    snapshot = looked(HeldCloud(stage, {"night": HeldReader(held)}), few)
    found = snapshot.objects("Event", cluster="night", namespace="default")
    assert [one["metadata"]["name"] for one in found] == ["a"]


def test_calls_are_those_of_a_drawn_agent(stage: Stage) -> None:
    snapshot = looked(HeldCloud(stage), CallsRead("${agent}-1"))
    assert snapshot.calls("${agent}-1")[0]["agent"] == "tram-1"


def test_a_read_that_fails_is_kept_with_its_reason_and_the_others_go_on(stage: Stage) -> None:
    with_pool(stage)
    wrong = looked(HeldCloud(stage), CloudRead(POOLS), project="0" * 32)
    with pytest.raises(ReadFailed, match="does not exist"):
        wrong.cloud(POOLS)

    class Silent(HeldCloud):
        def read(self, project: str, path: str) -> Sequence[Any]:
            raise CloudUnreachable("http://127.0.0.1:1/1.0", "connection refused")

    silent = looked(Silent(stage), CloudRead(POOLS), CallsRead("x"))
    with pytest.raises(ReadFailed, match="connection refused"):
        silent.cloud(POOLS)
    assert silent.calls("x")
    with pytest.raises(ReadFailed):
        looked(None, CloudRead(POOLS)).cloud(POOLS)


def test_no_key_enters_a_snapshot_whoever_wrote_it(stage: Stage) -> None:
    class Telling(HeldCloud):
        def read(self, project: str, path: str) -> Sequence[Any]:
            told = {"consumerKey": "a", "content": "kubeconfig", "applicationSecret": "b"}
            return [told | {"note": f"mine is {CANARY}", "taints": [{"key": "shift"}]}]

    snapshot = looked(Telling(stage), CloudRead("/me/api"), noted=CANARY)
    told = json.dumps(asdict(snapshot))
    assert CANARY not in told
    assert set(snapshot.cloud("/me/api")[0]) == {"note", "taints"}
    assert snapshot.cloud("/me/api")[0]["taints"] == [{"key": "shift"}]


def test_a_saved_snapshot_says_the_same(stage: Stage) -> None:
    with_pool(stage)
    snapshot = looked(HeldCloud(stage), CloudRead(POOLS, keep=("name",)), CallsRead("x"))
    again = snapshot_from_json(json.loads(json.dumps(normalised(snapshot))))
    assert again.cloud(POOLS) == snapshot.cloud(POOLS)
    assert again.calls("x") == snapshot.calls("x")


def test_an_exercise_declares_what_it_reads_of_a_cloud(tmp_path: Path) -> None:
    folder = tmp_path / "12-test" / "night-watch"
    folder.mkdir(parents=True)
    (folder / "exercise.toml").write_text(DECLARED)
    exercise = load_exercise(folder)
    assert exercise.clusters == ("night",)
    assert exercise.reads == (
        CloudRead(POOLS, ("name",)),
        CallsRead("tram"),
        ManagedObjectsRead("Pod", "night", "default"),
        ManagedPagesRead("/info", 80, "night", "default"),
    )
