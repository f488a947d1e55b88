"""A namespace is followed by watches: at once, as the learner, and not longer than wanted."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from threading import Timer

import pytest

from labkit.foundation.waiting import SystemClock
from labkit.kube.errors import ClusterUnreachable
from labkit.kube.reader import Reader
from labkit.workshop.live import LiveNamespace, learner_access
from labkit.workshop.starting import start
from labkit.workshop.tree import Tree
from tests.support.cluster import FakeCluster
from tests.support.held_objects import place_of
from tests.support.running_objects import event, pod_of, set_of, top
from tests.support.workshop import EXERCISE, lab_on

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])
SECONDS = 20.0  # more than any of these tests takes
PULSE = 0.1
LATE_SECONDS = 0.3


@contextmanager
def following(cluster: FakeCluster, *, seconds: float = SECONDS) -> Iterator[LiveNamespace]:
    with Reader(cluster.access()) as reader:
        live = LiveNamespace(reader, "ada", seconds=seconds, pulse_seconds=PULSE)
        yield live
        live.stop()
        for thread in live.threads:
            thread.join(SECONDS)


def names(tree: Tree) -> list[str]:
    return [branch.name for branch in tree.branches]


def test_first_tree_is_whole_though_four_kinds_are_listed_apart() -> None:
    with FakeCluster() as cluster:
        for item in (top("desk"), set_of("desk"), event("a", "Pulled", at="09:00:00")):
            cluster.put(item)
        with following(cluster) as live:
            tree = next(live.trees())
    assert names(tree) == ["desk", "desk-1"]  # uids are the cluster's own here
    assert tree.happened[0].text == "Pulled"


def test_each_change_is_a_new_tree_within_300_ms() -> None:
    clock = SystemClock()
    late = []
    with FakeCluster() as cluster, following(cluster) as live:
        trees = live.trees()
        assert names(next(trees)) == []
        for number in range(20):
            begun = clock.monotonic()
            cluster.put(pod_of("", f"guest-{number:02}"))
            assert names(next(trees))[-1] == f"guest-{number:02}"
            late.append(clock.monotonic() - begun)
    assert median(late) <= LATE_SECONDS


def test_what_is_removed_is_gone_from_the_tree() -> None:
    with FakeCluster() as cluster:
        cluster.put(pod_of("", "guest"))
        with following(cluster) as live:
            trees = live.trees()
            assert names(next(trees)) == ["guest"]
            cluster.held.remove(place_of("Pod", "guest", "ada"))
            assert names(next(trees)) == []


def test_other_namespaces_are_not_looked_at() -> None:
    with FakeCluster() as cluster:
        stranger = pod_of("", "stranger")
        stranger["metadata"]["namespace"] = "bob"
        cluster.put(stranger)
        with following(cluster) as live:
            assert names(next(live.trees())) == []


def test_stop_ends_the_trees_and_the_threads() -> None:
    with FakeCluster() as cluster, following(cluster) as live:
        trees = live.trees()
        next(trees)
        Timer(0.05, live.stop).start()
        assert list(trees) == []
        for thread in live.threads:
            thread.join(SECONDS)
        assert [thread for thread in live.threads if thread.is_alive()] == []


def test_trees_end_when_the_time_is_over() -> None:
    with FakeCluster() as cluster, following(cluster, seconds=0.3) as live:
        assert [names(tree) for tree in live.trees()] == [[]]


def test_cluster_that_is_away_is_an_error_and_no_silence() -> None:
    with FakeCluster() as cluster, following(cluster) as live:
        cluster.is_down = True
        with pytest.raises(ClusterUnreachable):
            next(live.trees())


def test_it_reads_as_the_learner_in_the_present_namespace(tmp_path: Path) -> None:
    with FakeCluster() as cluster:
        lab = lab_on(cluster, tmp_path)
        start(lab, EXERCISE)
        access = learner_access(lab)
    assert (access.user, access.namespace) == ("ada-learner", f"ada-{EXERCISE}")
