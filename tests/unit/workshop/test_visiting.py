from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from labkit.foundation.errors import TimedOut
from labkit.foundation.process import Completed
from labkit.workshop.errors import DoorMissing, PageNotUnderstood
from labkit.workshop.visiting import Page, external_address, node_door, visit
from tests.support.clock import HeldClock

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])


class Desk(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(404 if self.path == "/nowhere" else 200)
        self.send_header("X-Lab-Proxy", "hello-1")
        self.send_header("X-Asked", self.headers["Host"])
        self.end_headers()
        self.wfile.write(b'{"pod": "hello-1"}\n' if self.path == "/info" else b"Hello\n")

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the parent's name
        """Nothing: the test's output is for failures."""


@pytest.fixture
def desk() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Desk)
    thread = Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    thread.join()
    server.server_close()


class Kubectl:
    """Answers the Service as it is after each look."""

    def __init__(self, *answers: str) -> None:
        self.answers = list(answers)

    def __call__(self, command: object, **_: object) -> Completed:
        return Completed(0, self.answers.pop(0) if len(self.answers) > 1 else self.answers[0])


PENDING = '{"status": {"loadBalancer": {}}}'
THERE = '{"status": {"loadBalancer": {"ingress": [{"ip": "198.18.7.130"}]}}}'


def test_a_page_shows_its_answer_and_its_text(desk: str) -> None:
    page = visit(f"{desk}/", clock=HeldClock(), limit_seconds=5)
    assert repr(page) == f"200 from {desk}/\n\nHello"


def test_a_page_says_what_came_with_it(desk: str) -> None:
    page = visit(f"{desk}/", clock=HeldClock(), limit_seconds=5)
    assert page.headers["x-lab-proxy"] == "hello-1"


def test_a_visitor_may_say_a_name_that_nobody_resolves(desk: str) -> None:
    page = visit(f"{desk}/", clock=HeldClock(), limit_seconds=5, host="fair.example")
    assert page.headers["x-asked"] == "fair.example"


def test_a_page_that_is_not_the_wanted_one_is_no_answer(desk: str) -> None:
    with pytest.raises(TimedOut, match="404"):
        visit(f"{desk}/nowhere", clock=HeldClock(), limit_seconds=5, wanted=200)


def test_a_page_for_programs_gives_its_facts(desk: str) -> None:
    page = visit(f"{desk}/info", clock=HeldClock(), limit_seconds=5)
    assert page.json() == {"pod": "hello-1"}


def test_an_error_page_is_an_answer(desk: str) -> None:
    assert visit(f"{desk}/nowhere", clock=HeldClock(), limit_seconds=5).status == 404


def test_a_visitor_may_take_a_moment_first(desk: str) -> None:
    clock = HeldClock()
    visit(f"{desk}/", clock=clock, limit_seconds=5, pause_seconds=0.4)
    assert clock.pauses == [0.4]


def test_a_closed_door_is_tried_until_the_limit(desk: str) -> None:
    clock = HeldClock()
    with pytest.raises(TimedOut, match=r"127\.0\.0\.1:9"):
        visit("http://127.0.0.1:9/", clock=clock, limit_seconds=5)
    assert clock.seconds >= 5


def test_text_taken_for_facts_is_said_to_be_text() -> None:
    with pytest.raises(PageNotUnderstood, match="not JSON"):
        Page("http://desk/", 200, "Hello").json()


def test_the_address_is_awaited_while_it_is_pending() -> None:
    clock = HeldClock()
    kubectl = Kubectl(PENDING, PENDING, THERE)
    assert external_address("hello", run=kubectl, clock=clock, limit_seconds=9) == "198.18.7.130"
    assert len(clock.pauses) == 2


def test_an_address_that_never_comes_ends_with_where_to_look() -> None:
    with pytest.raises(TimedOut, match="kubectl describe service hello"):
        external_address("hello", run=Kubectl(PENDING), clock=HeldClock(), limit_seconds=9)


TWO_DOORS = (
    """{"spec": {"ports": [{"port": 80, "nodePort": 30001}, {"port": 8080, "nodePort": 30002}]}}"""
)
NODE = """{"items": [{"status": {"addresses": [
    {"type": "Hostname", "address": "node1"},
    {"type": "InternalIP", "address": "198.18.7.11"}]}}]}"""


def test_a_node_has_a_door_for_each_port_of_a_service() -> None:
    assert node_door("hello", run=Kubectl(TWO_DOORS, NODE)) == "198.18.7.11:30001"
    assert node_door("hello", run=Kubectl(TWO_DOORS, NODE), port=8080) == "198.18.7.11:30002"


@pytest.mark.parametrize(
    ("service", "nodes"),
    [(TWO_DOORS, '{"items": []}'), ('{"spec": {"ports": [{"port": 80}]}}', NODE)],
    ids=["no such node", "a Service for inside only"],
)
def test_a_door_that_is_not_there_is_said_to_be_missing(service: str, nodes: str) -> None:
    with pytest.raises(DoorMissing, match="kubectl get service hello"):
        node_door("hello", run=Kubectl(service, nodes))
