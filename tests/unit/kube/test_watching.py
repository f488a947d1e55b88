"""A watch outlives closed connections and lost history, and ends at its limit."""

import json
from itertools import islice
from typing import Any

import pytest

from labkit.kube.errors import ClusterUnreachable, Forbidden
from labkit.kube.reader import Reader
from labkit.kube.resources import Selection
from labkit.kube.watching import PULSE, SYNCED, watched
from tests.support.api_server import ApiServer, Scripted, listed, refusal, stream
from tests.support.clock import HeldClock
from tests.support.objects import pod

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])
PODS = "/api/v1/namespaces/ns/pods"
EXPIRED = {"kind": "Status", "code": 410, "message": "too old resource version", "metadata": {}}


def first(count: int, server: ApiServer, clock: HeldClock | None = None) -> list[tuple[str, str]]:
    """(type, name) of the first events."""
    with Reader(server.access(), clock=clock or HeldClock()) as reader:
        events = reader.watch("Pod", namespace="ns", seconds=60)
        found = [(kind, item["metadata"]["name"]) for kind, item in islice(events, count)]
        events.close()
    return found


def watches(server: ApiServer) -> list[str]:
    """The resource version that each watch began with."""
    return [asked.query["resourceVersion"] for asked in server.asked if "watch" in asked.query]


def test_watch_yields_what_is_there_and_then_what_changes() -> None:
    with ApiServer() as server:
        server.answers(PODS, listed([pod("a")], version="7"))
        server.answers(PODS, stream(("ADDED", pod("b", "8")), ("DELETED", pod("a", "9"))))
        assert first(3, server) == [("ADDED", "a"), ("ADDED", "b"), ("DELETED", "a")]
        assert watches(server) == ["7"]


@pytest.mark.parametrize("is_cut", [False, True], ids=["ended", "broken"])
def test_closed_watch_resumes_after_the_last_event(*, is_cut: bool) -> None:
    with ApiServer() as server:
        server.answers(PODS, listed([], version="7"))
        server.answers(PODS, stream(("ADDED", pod("a", "8")), is_cut=is_cut))
        server.answers(PODS, stream(("ADDED", pod("b", "9"))))
        assert first(2, server) == [("ADDED", "a"), ("ADDED", "b")]
        assert watches(server) == ["7", "8"]


def test_watch_resumes_from_a_bookmark() -> None:
    bookmark: dict[str, Any] = {"kind": "Pod", "metadata": {"resourceVersion": "50"}}
    with ApiServer() as server:
        server.answers(PODS, listed([], version="7"), stream(("BOOKMARK", bookmark)))
        server.answers(PODS, stream(("ADDED", pod("a", "51"))))
        assert first(1, server) == [("ADDED", "a")]
        assert watches(server) == ["7", "50"]


@pytest.mark.parametrize(
    "lost",
    [stream(("ERROR", EXPIRED)), refusal(410, "too old resource version")],
    ids=["said in the stream", "said at once"],
)
def test_lost_history_is_listed_again_and_told_as_changes(lost: Scripted) -> None:
    before = [pod("same", "1"), pod("changed", "2"), pod("gone", "3")]
    after = [pod("same", "1"), pod("changed", "9"), pod("new", "10")]
    with ApiServer() as server:
        server.answers(PODS, listed(before, version="7"), lost, listed(after, version="20"))
        server.answers(PODS, stream(("DELETED", pod("new", "21"))))
        assert first(7, server)[3:] == [
            ("DELETED", "gone"),
            ("MODIFIED", "changed"),
            ("ADDED", "new"),
            ("DELETED", "new"),
        ]
        assert watches(server) == ["7", "20"]


def test_line_that_broke_in_the_middle_is_not_an_event() -> None:
    with ApiServer() as server:
        server.answers(PODS, listed([], version="7"))
        server.answers(PODS, Scripted(lines=('{"type": "ADDED", "obj',), is_cut=True, ends=""))
        server.answers(PODS, stream(("ADDED", pod("a", "8"))))
        assert first(1, server) == [("ADDED", "a")]
        assert watches(server) == ["7", "7"]


def test_server_that_closes_every_watch_is_not_asked_in_a_tight_loop() -> None:
    clock = HeldClock()
    with ApiServer() as server:
        server.answers(PODS, listed([], version="7"), *[stream() for _ in range(9)])
        server.answers(PODS, stream(("ADDED", pod("a", "8"))))
        first(1, server, clock)
    assert clock.pauses == [0.05, 0.1, 0.2, 0.4, 0.8, 1, 1, 1]


def test_busy_server_is_asked_again_for_the_watch() -> None:
    with ApiServer() as server:
        server.answers(PODS, listed([], version="7"), refusal(429, "too many requests"))
        server.answers(PODS, stream(("ADDED", pod("a", "8"))))
        assert first(1, server) == [("ADDED", "a")]


def test_forbidden_watch_is_an_error() -> None:
    with ApiServer() as server:
        server.answers(PODS, listed([], version="7"))
        server.answers(PODS, refusal(403, 'User "bob" cannot watch resource "pods"'))
        with pytest.raises(Forbidden, match="cannot watch"):
            first(1, server)


def test_quiet_watch_ends_at_its_limit() -> None:
    with ApiServer() as server, Reader(server.access()) as reader:
        server.answers(PODS, listed([pod("a")]), stream(hangs=True))
        events = list(reader.watch("Pod", namespace="ns", seconds=0.2))
        assert [kind for kind, _ in events] == ["ADDED"]


def test_server_is_told_how_long_the_watch_lasts() -> None:
    with ApiServer() as server:
        server.answers(PODS, listed([], version="7"), stream(("ADDED", pod("a", "8"))))
        first(1, server)
        assert server.asked[-1].query["timeoutSeconds"] == "60"


def test_watch_on_a_server_that_is_away_from_the_start_is_an_error() -> None:
    with ApiServer() as server:
        access = server.access()
    with Reader(access) as reader, pytest.raises(ClusterUnreachable):
        list(reader.watch("Pod", seconds=60))


def test_watch_whose_server_goes_away_for_good_ends_in_an_error() -> None:
    clock = HeldClock()
    with ApiServer() as server, Reader(server.access(), clock=clock) as reader:
        server.answers(PODS, listed([pod("a")]), stream(("ADDED", pod("b", "2"))))
        server.answers(PODS, *[Scripted(drops=True) for _ in range(200)])
        with pytest.raises(ClusterUnreachable):
            list(reader.watch("Pod", namespace="ns", seconds=60))
        assert 59 < clock.seconds <= 60


def test_watch_whose_server_comes_back_goes_on() -> None:
    with ApiServer() as server:
        server.answers(PODS, listed([], version="7"))
        server.answers(PODS, *[Scripted(drops=True) for _ in range(6)])
        server.answers(PODS, stream(("ADDED", pod("a", "8"))))
        assert first(1, server) == [("ADDED", "a")]


def test_line_ends_of_unicode_within_an_event_do_not_split_it() -> None:
    odd = {**pod("a", "8"), "data": {"text": "one\u0085two\u2028three"}}
    line = json.dumps({"type": "ADDED", "object": odd}, ensure_ascii=False)
    with ApiServer() as server:
        server.answers(PODS, listed([], version="7"), Scripted(lines=(line,)))
        assert first(1, server) == [("ADDED", "a")]


def test_pulse_comes_between_streams_so_that_a_quiet_watch_can_be_left() -> None:
    """The streams end when their time is over, and nothing is missed or waited for in between."""
    clock = HeldClock()
    with ApiServer() as server, Reader(server.access(), clock=clock) as reader:
        server.answers(PODS, listed([], version="7"), *[stream() for _ in range(3)])
        server.answers(PODS, stream(("ADDED", pod("a", "8"))))
        selection = Selection("Pod", "ns")
        found = []
        for kind, _item in watched(reader.lists, selection, seconds=60, pulse_seconds=5):
            found.append(kind)
            clock.advance(5)  # as long as each stream was to last
            if kind == "ADDED":
                break
    assert found == [SYNCED, PULSE, PULSE, PULSE, "ADDED"]
    assert [asked.query["timeoutSeconds"] for asked in server.asked if "watch" in asked.query] == [
        "5"
    ] * 4
