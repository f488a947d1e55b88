"""The picture is drawn anew in its place, beside other cells, and says until when it is true."""

import signal
import threading
from collections.abc import Iterator

import pytest

from labkit.foundation.waiting import SystemClock, wait_until
from labkit.kube.errors import ClusterUnreachable
from labkit.kube.reader import Reader
from labkit.widgets.live_view import PICTURES, THREAD, Picture, follow
from labkit.workshop.live import LiveNamespace
from labkit.workshop.tree import Tree, tree_of
from tests.support.cluster import FakeCluster
from tests.support.notebook_shell import HTML, Displayed, notebook_shell
from tests.support.running_objects import pod_of

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])
STANDS_STILL = "Run the cell again to follow on."


@pytest.fixture
def displayed() -> Iterator[Displayed]:
    with notebook_shell() as shown:
        yield shown
        if PICTURES.current:
            PICTURES.current.stop()
        for thread in threading.enumerate():
            if thread.name == THREAD:
                thread.join(10)
                assert not thread.is_alive()


def awaited(displayed: Displayed, words: str, output: int = 0) -> str:
    def look() -> str | None:
        html = str(displayed.kept[output][HTML]) if len(displayed.kept) > output else ""
        return html if words in html else None

    return wait_until(look, words, limit_seconds=10, clock=SystemClock(), pause_seconds=0.01)


def test_picture_is_drawn_at_once_and_then_in_the_same_place(displayed: Displayed) -> None:
    with FakeCluster() as cluster, Reader(cluster.access()) as reader:
        follow(reader, "ada", seconds=20, hold=False)
        assert "Nothing runs here yet." in displayed.kept[0][HTML]
        cluster.put(pod_of("", "guest"))
        awaited(displayed, "<b>guest</b>")
        assert len(displayed.kept) == 1


def test_picture_stands_still_when_its_time_is_over_and_says_so(displayed: Displayed) -> None:
    with FakeCluster() as cluster, Reader(cluster.access()) as reader:
        cluster.put(pod_of("", "guest"))
        follow(reader, "ada", seconds=0.3, hold=False)
        assert "guest" in awaited(displayed, STANDS_STILL)


def test_new_picture_stops_the_one_before(displayed: Displayed) -> None:
    with FakeCluster() as cluster, Reader(cluster.access()) as reader:
        follow(reader, "ada", seconds=20, hold=False)
        follow(reader, "bob", seconds=20, hold=False)
        awaited(displayed, STANDS_STILL, output=0)
        assert STANDS_STILL not in displayed.kept[1][HTML]


def test_held_cell_ends_when_it_is_interrupted(displayed: Displayed) -> None:
    with FakeCluster() as cluster, Reader(cluster.access()) as reader:

        def interrupt() -> None:
            """Once a second drawing shows that the cell is held."""
            awaited(displayed, "Nothing runs here yet.")
            cluster.put(pod_of("", "guest"))
            awaited(displayed, "<b>guest</b>")
            signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)

        presser = threading.Thread(target=interrupt)
        presser.start()
        follow(reader, "ada", seconds=20, hold=True)
        presser.join()
        assert STANDS_STILL in displayed.kept[0][HTML]


def test_cluster_that_goes_away_is_told_below_the_last_picture(displayed: Displayed) -> None:
    def trees() -> Iterator[Tree]:
        yield tree_of("ada", [pod_of("", "guest")])
        raise ClusterUnreachable("https://198.18.0.1", "connection refused")

    with FakeCluster() as cluster, Reader(cluster.access()) as reader:
        live = LiveNamespace(reader, "ada", seconds=20)
        Picture(live, SystemClock(), seconds=20).follow(trees())
    html = displayed.kept[0][HTML]
    assert "<b>guest</b>" in html
    assert "https://198.18.0.1" in html
    assert STANDS_STILL in html
