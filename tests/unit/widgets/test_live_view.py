"""The picture is drawn anew in its place, beside other cells, and says until when it is true."""

import signal
import threading
from collections.abc import Iterator

import pytest

from labkit.foundation.waiting import SystemClock, wait_until
from labkit.kube.reader import Reader
from labkit.widgets.live_view import PICTURES, THREAD, follow
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
        html = str(displayed.kept[output][HTML])
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
        ident = threading.main_thread().ident
        assert ident
        threading.Timer(0.2, signal.pthread_kill, (ident, signal.SIGINT)).start()
        follow(reader, "ada", seconds=20, hold=True)
        assert STANDS_STILL in displayed.kept[0][HTML]


def test_cluster_that_goes_away_is_told_below_the_last_picture(displayed: Displayed) -> None:
    with FakeCluster() as cluster, Reader(cluster.access()) as reader:
        cluster.put(pod_of("", "guest"))
        follow(reader, "ada", seconds=1.5, hold=False)
        cluster.is_down = True
        html = awaited(displayed, STANDS_STILL)
    assert "<b>guest</b>" in html
    assert "127.0.0.1" in html  # whom it could not reach
