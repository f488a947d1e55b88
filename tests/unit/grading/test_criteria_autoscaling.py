"""What criteria say of pools and Deployments that autoscalers move."""

from typing import Any

import pytest

from labkit.grading.criteria.autoscaled_pools import Bounds, bounds_set, grown_by_need, shrunk_to
from labkit.grading.criteria.managed import inside
from labkit.grading.criteria.measured import millicores, says_mean_use
from labkit.grading.criteria.placed_copies import (
    asks_between,
    asks_exactly,
    spread_copies,
    still_runs,
)
from labkit.grading.criteria.pod_autoscalers import follows, reads, rose
from labkit.grading.seed import SeedRecord
from labkit.grading.snapshot import Snapshot
from labkit.grading.verdict import State, not_yet
from tests.unit.grading.scaled import (
    OK,
    POOL,
    WISH,
    deployment,
    event,
    meta,
    node,
    pod,
    scaler,
    view,
)


def test_a_namespace_of_another_cluster_stays_outside() -> None:
    whole = Snapshot(
        "x",
        "",
        {"": "ns"},
        lists={"Pod in default of rush": ({"metadata": {}},), "Pod in default of ebb": ()},
    )
    assert len(inside(whole, "rush").objects("Pod")) == 1
    assert inside(whole, "ebb").objects("Pod") == ()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({}, "passed"),
        ({"autoscale": False}, "pool.autoscale_off"),
        ({"minNodes": 0}, "pool.other_bounds"),
        ({"name": "loggia"}, "pool.missing"),
    ],
)
def test_bounds_count_with_the_switch(change: dict[str, Any], message: str) -> None:
    assert bounds_set([POOL | change], "gallery", Bounds(1, 3)).message == message


@pytest.mark.parametrize(
    ("events", "made", "message"),
    [
        ([], "2026-01-01T00:02:00Z", "pool.not_by_need"),
        (
            [event("TriggeredScaleUp", "Pod", "other-1")],
            "2026-01-01T00:02:00Z",
            "pool.not_by_need",
        ),
        ([event("TriggeredScaleUp", "Pod", "counter-1")], "2026-01-01T00:00:30Z", "pool.growing"),
        ([event("TriggeredScaleUp", "Pod", "counter-1")], "2026-01-01T00:02:00Z", "passed"),
    ],
)
def test_a_pool_grew_by_need_if_a_pod_asked_first(
    events: list[dict[str, Any]], made: str, message: str
) -> None:
    seen = view(Event=events, Node=[node("gallery-1", made)])
    assert grown_by_need(seen, "gallery", "counter", before=OK).message == message


def test_a_pool_that_may_not_grow_is_not_asked_whether_it_did() -> None:
    first = not_yet("a", seen="b", expected="c", next_step="d")
    assert grown_by_need(view(), "gallery", "counter", before=first).message == "pool.not_allowed"


@pytest.mark.parametrize(
    ("sizes", "events", "message"),
    [
        ((2, 2), [], "pool.still_large"),
        ((1, 1), [], "pool.not_by_autoscaler"),
        ((1, 1), [event("ScaleDown", "Pod", "x")], "pool.not_by_autoscaler"),
        ((1, 1), [event("ScaleDownEmpty", "Node", "gallery-1")], "passed"),
    ],
)
def test_a_pool_shrank_by_itself_if_an_event_says_so(
    sizes: tuple[int, int], events: list[dict[str, Any]], message: str
) -> None:
    pool = POOL | {"desiredNodes": sizes[0], "currentNodes": sizes[1]}
    assert shrunk_to(view(Event=events), pool, 1, before=[OK]).message == message


@pytest.mark.parametrize(
    ("asks", "message"),
    [
        ("120m", "passed"),
        ("0.12", "passed"),
        ("10m", "copies.ask_too_little"),
        ("1", "copies.ask_too_much"),
        (None, "copies.ask_nothing"),
    ],
)
def test_what_pods_ask_for_is_what_counts(asks: str | None, message: str) -> None:
    seen = view(Deployment=[deployment(2, None)], Pod=[pod(1, asks), pod(2, asks)])
    found = asks_between(seen, "counter", copies=2, lowest=95, highest=170)
    assert found.message == message


def test_another_count_is_told_before_anything_else() -> None:
    seen = view(Deployment=[deployment(1, "10m")], Pod=[pod(1, "10m")])
    found = asks_between(seen, "counter", copies=2, lowest=95, highest=170)
    assert found.message == "deployment.other_count"


def test_a_request_is_compared_as_a_quantity() -> None:
    assert asks_exactly(view(Deployment=[deployment(1, "0.15")]), "counter", 150) is None
    other = asks_exactly(view(Deployment=[deployment(1, "50m")]), "counter", 150)
    assert other
    assert other.message == "copies.other_request"


def test_copies_on_one_node_have_not_spread() -> None:
    both = view(Deployment=[deployment(2, "1m")], Pod=[pod(1, "1m"), pod(2, "1m", on="b")])
    assert spread_copies(both, "counter", 2, before=OK).state is State.PASSED
    one = view(Deployment=[deployment(2, "1m")], Pod=[pod(1, "1m"), pod(2, "1m")])
    assert spread_copies(one, "counter", 2, before=OK).message == "copies.one_place"


@pytest.mark.parametrize(
    ("uid", "message"), [("counter", "passed"), ("another", "copies.replaced")]
)
def test_a_deployment_made_anew_is_another(uid: str, message: str) -> None:
    seed = SeedRecord(notes={"keeper": {"metadata.uid": uid}})
    seen = view(seed, Deployment=[deployment(1, None)], Pod=[pod(1, None)])
    assert still_runs(seen, "counter", note="keeper", before=OK).message == message
    gone = view(seed)
    assert still_runs(gone, "counter", note="keeper", before=OK).message == "copies.deleted"


@pytest.mark.parametrize(
    ("text", "amount"),
    [("120m", 120), ("120", 120), ("0.12", 120), ("120 millicores", 120), ("0,12 cores", 120)],
)
def test_an_amount_of_cpu_is_read_in_any_unit(text: str, amount: int) -> None:
    assert millicores(text) == amount
    assert millicores("much") is None


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ("110m", "passed"),
        ("240m", "use.of_all"),
        ("20m", "use.other_amount"),
        ("a lot", "use.no_amount"),
        (None, "use.none"),
    ],
)
def test_use_is_compared_with_the_mean(said: str | None, message: str) -> None:
    use = [
        {
            "metadata": meta(f"p{n}", labels={"app": "counter"}),
            "containers": [{"usage": {"cpu": "119000000n"}}],
        }
        for n in range(2)
    ]
    seen = view(answers={"amount": said} if said else {}, PodMetrics=use)
    labels = {"app": "counter"}
    assert says_mean_use(seen, "amount", labels=labels, within_percent=35).message == message


def test_without_readings_nobody_is_wrong() -> None:
    found = says_mean_use(view(answers={"a": "1m"}), "a", labels={}, within_percent=35)
    assert found.state is State.CANNOT_CHECK


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({}, "passed"),
        ({"maxReplicas": 2}, "hpa.other_bounds"),
        ({"scaleTargetRef": {"kind": "Deployment", "name": "counters"}}, "hpa.other_target"),
        ({"metrics": [{"resource": {"name": "memory"}}]}, "hpa.other_metric"),
        (
            {"metrics": [{"resource": {"name": "cpu", "target": {"averageUtilization": 500}}}]},
            "hpa.other_aim",
        ),
    ],
)
def test_an_autoscaler_is_compared_field_by_field(change: dict[str, Any], message: str) -> None:
    found = scaler()
    found["spec"] |= change
    assert follows(view(HorizontalPodAutoscaler=[found]), WISH).message == message
    assert follows(view(), WISH).message == "hpa.none"


def test_a_reading_needs_a_base() -> None:
    current = [{"resource": {"name": "cpu", "current": {"averageUtilization": 7}}}]
    active = {"type": "ScalingActive", "status": "True"}
    good = scaler(currentMetrics=current, conditions=[active])
    assert reads(view(HorizontalPodAutoscaler=[good]), WISH).message == "passed"
    blind: dict[str, Any] = {
        "HorizontalPodAutoscaler": [scaler()],
        "Deployment": [deployment(1, None)],
    }
    assert reads(view(**blind, Pod=[pod(1, None)]), WISH).message == "hpa.no_base"
    assert reads(view(**blind, Pod=[pod(1, "1m")]), WISH).message == "hpa.blind"


@pytest.mark.parametrize(
    ("last", "desired", "message"),
    [
        ("2026-01-01T00:00:00Z", 6, "hpa.not_risen"),
        ("2026-01-01T00:02:00Z", 2, "hpa.not_risen"),
        ("2026-01-01T00:02:00Z", 4, "hpa.pods_starting"),
        ("2026-01-01T00:02:00Z", 3, "passed"),
    ],
)
def test_it_rose_after_the_rush_began(last: str, desired: int, message: str) -> None:
    seed = SeedRecord(notes={"shaken": {"time": "2026-01-01T00:01:00Z"}})
    there: dict[str, Any] = {
        "HorizontalPodAutoscaler": [scaler(lastScaleTime=last, desiredReplicas=desired)],
        "Deployment": [deployment(3, "100m")],
        "Pod": [pod(number, "100m") for number in range(3)],
    }
    assert rose(view(seed, **there), WISH).message == message
    assert rose(view(**there), WISH).message == "hpa.not_shaken"
    assert rose(view(seed), WISH).message == "hpa.by_hand"
