from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from labkit.foundation.waiting import Clock
from labkit.grading.attempts import Attempt, Kind
from labkit.grading.grader import grade
from labkit.grading.reading import take_snapshot
from labkit.grading.verdict import Finding, State, Verdict
from labkit.kube.errors import ClusterUnreachable
from labkit.remote.web import GetPages, Page
from tests.support.graded import HeldReader, exercise_of, place_of, seed_object, sources_of
from tests.unit.grading.applied import (
    Visitors,
    applied,
    attempts_of,
    expected_of,
    run,
    sentences,
    told,
    values_of,
)

EXERCISE = exercise_of("open-the-desk")
PLACE = place_of(EXERCISE)
VALUES = values_of(EXERCISE, {"city": "Bologna"})
(SOLUTION,) = attempts_of(EXERCISE, Kind.SOLUTION)
Items = list[dict[str, Any]]


def desk() -> Items:
    """A service, a Deployment and its two Pods, all as they should be."""
    return run(applied(SOLUTION, VALUES))


def verdict_of(items: Sequence[Mapping[str, Any]], get_pages: GetPages | None = None) -> Verdict:
    held = [dict(item) for item in items]
    reader = HeldReader([seed_object({"city": "Bologna"}), *held])
    return grade(
        EXERCISE, take_snapshot(EXERCISE, PLACE, sources_of(reader, get_pages or Visitors(held)))
    )


def findings(verdict: Verdict) -> dict[str, Finding]:
    return {result.criterion: result.finding for result in verdict.results}


def always(page: str | int, problem: str = "") -> GetPages:
    status, text = (200, page) if isinstance(page, str) else (page, "")

    def get_pages(urls: Sequence[str], _: Clock, *, host: str = "") -> list[Page]:
        return [Page(url, status, text, problem) for url in urls]

    return get_pages


def test_untouched_is_not_started_and_worth_nothing() -> None:
    verdict = verdict_of([])
    assert {found.state for found in findings(verdict).values()} == {State.NOT_STARTED}
    assert verdict.points == 0


RIGHT = attempts_of(EXERCISE, Kind.SOLUTION, Kind.VARIANT)
BY_APPLYING = [attempt for attempt in RIGHT if attempt.name != "by-expose"]


@pytest.mark.parametrize("attempt", BY_APPLYING, ids=lambda attempt: attempt.name)
def test_right_answer_is_never_refused(attempt: Attempt) -> None:
    verdict = verdict_of(run(applied(attempt, VALUES)))
    assert [found.message for found in findings(verdict).values()] == ["passed"] * 3
    assert verdict.points == 10


def test_second_service_beside_the_right_one_harms_nobody() -> None:
    service, *others = desk()
    inner = {**service, "spec": {**service["spec"], "type": "ClusterIP"}, "status": {}}
    inner["metadata"] = {**service["metadata"], "name": "a-inner"}
    assert verdict_of([inner, service, *others]).points == 10


def test_pods_without_a_token_do_not_know_their_namespace() -> None:
    items = desk()
    pages = [f'{{"pod": "desk-{n}", "namespace": "", "version": "bologna"}}' for n in (0, 1)]

    def get_pages(urls: Sequence[str], _: Clock, *, host: str = "") -> list[Page]:
        return [Page(url, 200, pages[n % 2]) for n, url in enumerate(urls)]

    assert verdict_of(items, get_pages).points == 10


@pytest.mark.parametrize("attempt", attempts_of(EXERCISE, Kind.MUTANT), ids=lambda a: a.name)
def test_known_slip_is_told_as_expected(attempt: Attempt) -> None:
    verdict = verdict_of(run(applied(attempt, VALUES)))
    assert told(attempt, verdict) == expected_of(attempt)
    assert not any(sentence.endswith("…") for sentence in sentences(verdict))
    failing = [found for found in findings(verdict).values() if found.state is State.NOT_YET]
    assert all(found.seen and found.expected and found.next_step for found in failing)


def test_rollout_under_way_is_still_settling() -> None:
    service, deployment, *pods = desk()
    moving = {**deployment, "status": {**deployment["status"], "availableReplicas": 1}}
    found = findings(verdict_of([service, moving, *pods]))["desk-settled"]
    assert (found.message, found.settling) == ("deployment.rolling", True)
    assert "1 of 2" in found.seen


def test_status_of_an_earlier_spec_is_not_taken_for_done() -> None:
    service, deployment, *pods = desk()
    newer = {**deployment, "metadata": {**deployment["metadata"], "generation": 2}}
    found = findings(verdict_of([service, newer, *pods]))["desk-settled"]
    assert (found.message, found.settling) == ("deployment.rolling", True)


def test_old_pod_that_is_still_ending_is_waited_for() -> None:
    service, deployment, *pods = desk()
    old = {**pods[0], "metadata": {**pods[0]["metadata"], "name": "old"}}
    old["metadata"]["deletionTimestamp"] = "2026-01-01T00:00:00Z"
    found = findings(verdict_of([service, deployment, *pods, old]))["desk-settled"]
    assert (found.message, found.settling) == ("deployment.rolling", True)
    assert found.evidence[-1].name == "old"


def test_image_that_is_not_there_is_explained_and_not_waited_for() -> None:
    service, deployment, *pods = desk()
    waiting = {"waiting": {"reason": "ImagePullBackOff"}}
    container = {"name": "hello", "image": "hello:2.0", "state": waiting}
    stuck = {**pods[0], "status": {"containerStatuses": [container]}}
    moving = {**deployment, "status": {**deployment["status"], "availableReplicas": 1}}
    found = findings(verdict_of([service, moving, stuck, pods[1]]))["desk-settled"]
    assert (found.message, found.settling) == ("deployment.stuck", False)
    assert "hello:2.0" in found.why


def test_address_on_its_way_is_still_settling() -> None:
    service, *others = desk()
    found = findings(verdict_of([{**service, "status": {}}, *others]))
    assert (found["outside-address"].message, found["outside-address"].settling) == (
        "service.address_pending",
        True,
    )
    assert found["answers-outside"].state is State.NOT_STARTED


def test_address_given_as_a_name_is_an_address() -> None:
    service, *others = desk()
    named = {**service, "status": {"loadBalancer": {"ingress": [{"hostname": "lb.example"}]}}}
    assert verdict_of([named, *others]).points == 10


PAGES = {
    "time-out": (always(0, "no answer in time"), State.CANNOT_CHECK, "page.unreachable", True),
    "refused": (always(0, "connection refused"), State.NOT_YET, "page.refused", True),
    "no page": (always(404), State.NOT_YET, "page.status", False),
    "another program": (always("<h1>It works!</h1>"), State.NOT_YET, "page.other_version", False),
    "one copy": (
        always('{"pod": "desk-0", "version": "Bologna"}'),
        State.NOT_YET,
        "page.one_copy",
        True,
    ),
    "stranger": (
        always('{"pod": "other", "version": "Bologna"}'),
        State.NOT_YET,
        "page.strangers",
        True,
    ),
}


@pytest.mark.parametrize(
    ("get_pages", "state", "message", "settling"), PAGES.values(), ids=PAGES.keys()
)
def test_page_that_is_not_right_never_passes(
    get_pages: GetPages, state: State, message: str, *, settling: bool
) -> None:
    found = findings(verdict_of(desk(), get_pages))["answers-outside"]
    assert (found.state, found.message, found.settling) == (state, message, settling)


def test_one_lost_visitor_of_twelve_is_one_too_many() -> None:
    items = desk()

    def get_pages(urls: Sequence[str], clock: Clock, *, host: str = "") -> list[Page]:
        answered = Visitors(items)(urls, clock)
        return [Page(urls[0], problem="connection refused"), *answered[1:]]

    found = findings(verdict_of(items, get_pages))["answers-outside"]
    assert (found.message, found.settling) == ("page.refused", True)
    assert "1 of 12" in found.seen


def test_pods_that_are_not_ready_explain_the_silence() -> None:
    service, deployment, *pods = desk()
    starting = [{**pod, "status": {}} for pod in pods]
    found = findings(verdict_of([service, deployment, *starting], always(0, "refused")))
    assert found["answers-outside"].message == "page.nobody_ready"
    assert found["answers-outside"].settling


@pytest.mark.parametrize("refused", ["Deployment", "Pod", "Service"])
def test_what_cannot_be_read_is_never_called_wrong(refused: str) -> None:
    items = desk()
    reader = HeldReader([seed_object({"city": "Bologna"}), *items])
    reader.refused[refused] = ClusterUnreachable("https://a", "connection refused")
    sources = sources_of(reader, Visitors(items))
    verdict = grade(EXERCISE, take_snapshot(EXERCISE, PLACE, sources))
    states = {found.state for found in findings(verdict).values()}
    assert State.CANNOT_CHECK in states
    assert states <= {State.CANNOT_CHECK, State.PASSED}
