"""Whatever the way to the cluster does: CANNOT_CHECK with the reason, or the right verdict."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from labkit.grading.exercise import Criterion, Exercise, ObjectsRead, VersionRead
from labkit.grading.grader import grade_settled
from labkit.grading.sources import Place, Sources
from labkit.grading.verdict import State, Verdict
from labkit.kube.reader import Reader
from tests.support.api_server import ApiServer, Scripted, listed, refusal, said, stream
from tests.support.clock import HeldClock
from tests.support.graded import HeldImages, no_pages

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])
NS = "me-door"
DEPLOYMENTS = f"/apis/apps/v1/namespaces/{NS}/deployments"
WEB = f"{DEPLOYMENTS}/web"
PODS = f"/api/v1/namespaces/{NS}/pods"
SEED = "/api/v1/namespaces/labkit-system/configmaps/me-seed"
CHECK = """
from labkit.grading.criteria.workloads import deployment_settled


def one(snapshot):
    return deployment_settled(snapshot, {"app": "web"}, at_least=2)
"""
BUSY = refusal(429, "too many requests")
HTML = Scripted(200, "<html>please log in</html>", {"Content-Type": "text/html"})
EXPIRED = {"kind": "Status", "code": 410, "message": "too old", "metadata": {}}


def deployment(available: int) -> dict[str, Any]:
    labels = {"app": "web"}
    template = {"metadata": {"labels": labels}}
    counts = {"replicas": 2, "updatedReplicas": 2, "availableReplicas": available}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "web", "namespace": NS, "generation": 1, "resourceVersion": "5"},
        "spec": {"replicas": 2, "selector": {"matchLabels": labels}, "template": template},
        "status": {"observedGeneration": 1, **counts},
    }


READY, MOVING = deployment(2), deployment(0)
READY["metadata"]["resourceVersion"] = "6"


@pytest.fixture
def check(tmp_path: Path) -> Callable[..., Verdict]:
    """The verdict of what a server answers for the Deployments, Pods being there and none."""
    (tmp_path / "check_door.py").write_text(CHECK)
    criteria = (Criterion("one", 10, "One"),)
    reads = (ObjectsRead("Deployment", ("",)), ObjectsRead("Pod", ("",)))
    exercise = Exercise(
        "door", tmp_path, "00", "Door", 5, "-", (), criteria, reads, settle_seconds=5
    )

    def look(server: ApiServer, clock: HeldClock | None = None, seconds: float = 10) -> Verdict:
        server.answers(SEED, *[refusal(404)] * 2)
        server.answers(PODS, *[listed([])] * 4)
        held = clock or HeldClock()
        place = Place({"": NS}, "labkit-system", "me-seed")
        with Reader(server.access(), clock=held, timeout_seconds=seconds) as reader:
            return grade_settled(
                exercise, place, Sources(reader, no_pages, held, HeldImages())
            ).verdict

    return look


def first(verdict: Verdict) -> Any:
    return verdict.results[0].finding


UNREADABLE = {
    "500": (refusal(500, "etcd is away"), "etcd is away"),
    "503": (refusal(503, "no leader"), "no leader"),
    "gateway": (Scripted(502, "<html>bad gateway</html>", {"Content-Type": "text/html"}), "502"),
    "403": (refusal(403, 'User "me" cannot list deployments'), "cannot list deployments"),
    "401": (refusal(401, "token expired"), "refused the credentials"),
    "busy for long": (refusal(429, "later", details={"retryAfterSeconds": 3600}), "later"),
    "reset": (Scripted(drops=True), "does not answer"),
    "other page": (HTML, "please log in"),
    "half an answer": (Scripted(200, '{"kind": "List", "items": ['), "not one of an API server"),
    "other type": (said([1, 2]), "not one of an API server"),
    "no name": (listed([{"metadata": {}}]), "not one of an API server"),
    "no metadata": (listed([{"spec": {}}]), "not one of an API server"),
    "no object": (said({"items": ["web"]}), "not one of an API server"),
    "bad gzip": (
        Scripted(200, "no gzip", {"Content-Encoding": "gzip", "Content-Type": "application/json"}),
        "not one of an API server",
    ),
    "too many": (listed([{"metadata": {"name": f"d{n}"}} for n in range(1001)]), "more than 1000"),
    "expired twice": (refusal(410, "too old"), "no longer keeps"),
}


@pytest.mark.parametrize(("answer", "words"), UNREADABLE.values(), ids=UNREADABLE.keys())
def test_list_that_cannot_be_read_costs_nothing_and_says_why(
    check: Callable[..., Verdict], answer: Scripted, words: str
) -> None:
    with ApiServer() as server:
        server.answers(DEPLOYMENTS, answer, answer)
        verdict = check(server)
    finding = first(verdict)
    assert (finding.state, finding.message) == (State.CANNOT_CHECK, "check.unreadable")
    assert words in finding.seen
    assert finding.next_step
    assert (verdict.total, verdict.final) == (0, False)


def test_answer_that_never_comes_is_given_up(check: Callable[..., Verdict]) -> None:
    with ApiServer() as server:
        server.answers(DEPLOYMENTS, Scripted(hangs=True))
        finding = first(check(server, seconds=0.2))
    assert finding.state is State.CANNOT_CHECK
    assert "no answer within 0.2 s" in finding.seen


RECOVERED = {
    "busy for a moment": [BUSY, listed([READY])],
    "reset once": [Scripted(drops=True), listed([READY])],
    "pages expire": [listed([READY], more="next"), refusal(410, "too old"), listed([READY])],
    "two pages": [listed([], more="next"), listed([READY])],
}


@pytest.mark.parametrize("answers", RECOVERED.values(), ids=RECOVERED.keys())
def test_trouble_that_passes_gives_the_right_verdict(
    check: Callable[..., Verdict], answers: list[Scripted]
) -> None:
    with ApiServer() as server:
        server.answers(DEPLOYMENTS, *answers)
        assert first(check(server)).state is State.PASSED


def test_busy_server_is_waited_for_as_long_as_it_asks(check: Callable[..., Verdict]) -> None:
    clock = HeldClock()
    asks = Scripted(429, "{}", {"Retry-After": "3", "Content-Type": "application/json"})
    with ApiServer() as server:
        server.answers(DEPLOYMENTS, asks, listed([READY]))
        assert first(check(server, clock)).state is State.PASSED
    assert clock.seconds == 3


WATCHES = {
    "change": [stream(("MODIFIED", READY))],
    "closed": [stream(), stream(("MODIFIED", READY))],
    "broken": [stream(is_cut=True), stream(("MODIFIED", READY))],
    "gone in the stream": [stream(("ERROR", EXPIRED)), listed([READY])],
    "gone at once": [refusal(410, "too old"), listed([READY])],
    "500 for a moment": [refusal(500, "oops"), stream(("MODIFIED", READY))],
    "busy": [BUSY, stream(("MODIFIED", READY))],
    "forbidden": [refusal(403, 'User "me" cannot watch')],
    "token expired": [refusal(401, "expired")],
    "other page": [Scripted(lines=("<html>please log in</html>",))],
    "no JSON": [Scripted(lines=('{"type": "MOD',))],
    "no object": [Scripted(lines=('{"type": "MODIFIED"}',))],
    "no name": [stream(("MODIFIED", {"metadata": {"resourceVersion": "6"}}))],
}


@pytest.mark.parametrize("watch", WATCHES.values(), ids=WATCHES.keys())
def test_second_look_decides_whatever_the_watch_did(
    check: Callable[..., Verdict], watch: list[Scripted]
) -> None:
    with ApiServer() as server:
        server.answers(DEPLOYMENTS, listed([MOVING]), listed([MOVING], "5"), *watch)
        server.answers(DEPLOYMENTS, *[listed([READY])] * 3)
        server.answers(WEB, said(MOVING), said(READY))
        assert first(check(server)).state is State.PASSED


def test_cluster_that_goes_away_while_settling_is_no_wrong_answer(
    check: Callable[..., Verdict],
) -> None:
    with ApiServer() as server:
        server.answers(DEPLOYMENTS, listed([MOVING]), *[refusal(503, "going down")] * 40)
        server.answers(WEB, said(MOVING))
        finding = first(check(server))
    assert finding.state is State.CANNOT_CHECK
    assert "going down" in finding.seen


def test_settling_ends_at_its_limit(check: Callable[..., Verdict]) -> None:
    clock = HeldClock()
    with ApiServer() as server:
        server.answers(DEPLOYMENTS, listed([MOVING]), listed([MOVING]), *[stream()] * 40)
        server.answers(WEB, said(MOVING), said(MOVING))
        finding = first(check(server, clock))
    assert clock.seconds <= 6
    assert finding.state in (State.NOT_YET, State.CANNOT_CHECK)
    assert finding.settling or finding.state is State.CANNOT_CHECK


def test_object_without_what_a_criterion_reads_costs_nothing(
    check: Callable[..., Verdict],
) -> None:
    with ApiServer() as server:
        server.answers(DEPLOYMENTS, listed([{"metadata": {"name": "web"}}]))
        finding = first(check(server))
    assert (finding.state, finding.message) == (State.CANNOT_CHECK, "check.broken")


def test_version_that_is_no_version_is_a_failed_read() -> None:
    with ApiServer() as server:
        server.answers("/version", said({"minor": "34"}))
        with Reader(server.access(), clock=HeldClock()) as reader:
            exercise = Exercise("a", Path(), "00", "A", 1, "-", (), (), (VersionRead(),))
            place = Place({"": NS}, "labkit-system", "me-seed")
            server.answers(SEED, refusal(404))
            held = HeldClock()
            graded = grade_settled(exercise, place, Sources(reader, no_pages, held, HeldImages()))
    assert "not one of an API server" in json.dumps(str(graded.snapshot.version))
