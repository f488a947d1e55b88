"""Nothing is ordered by accident, and nothing outlives its end, however we are interrupted."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from labkit.foundation.errors import SettingInvalid
from labkit.remote.errors import CloudRefused
from labkit.remote.ovhcloud import Cloud
from labkit.workshop.cloud_spending.billing import bill
from labkit.workshop.cloud_spending.errors import NotConfirmed, OverBudget
from labkit.workshop.cloud_spending.ordering import Offer, Order, offer, place
from labkit.workshop.cloud_spending.prices import EUR_PER_HOUR
from labkit.workshop.cloud_spending.reaping import reap
from labkit.workshop.cloud_spending.tags import Tag, tag_of
from tests.support.cloud import PROJECT, Stage, staged
from tests.support.cloud_clients import client_of

KUBE = f"/cloud/project/{PROJECT}/kube"
HOUR = timedelta(hours=1)


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    with staged(tmp_path) as one:
        yield one


def now_of(stage: Stage) -> datetime:
    return stage.cloud.time.now()


def offered(stage: Stage, name: str = "trial", **changed: Any) -> Offer:
    order: dict[str, Any] = {
        "region": "GRA7",
        "flavor": "b2-7",
        "nodes": 2,
        "hours": 3,
        "budget_eur": 1.0,
    }
    return offer(Order(name, **(order | changed)), PROJECT, now_of(stage))


def names(stage: Stage) -> list[str]:
    return [stage.asked("GET", f"{KUBE}/{one}")["name"] for one in stage.asked("GET", KUBE)]


def test_an_offer_makes_nothing_and_says_what_it_costs(stage: Stage) -> None:
    made = offered(stage)
    assert made.eur_per_hour == pytest.approx(2 * EUR_PER_HOUR["b2-7"])
    assert made.eur_in_all == pytest.approx(8 * EUR_PER_HOUR["b2-7"])
    assert made.tag.until - now_of(stage) <= 3 * HOUR
    assert names(stage) == []


def test_only_its_own_name_confirms_an_order(stage: Stage) -> None:
    made = offered(stage)
    for word in ("", "yes", "trial2"):
        with pytest.raises(NotConfirmed):
            place(client_of(stage), made, word)
    assert names(stage) == []
    place(client_of(stage), made, "trial")
    assert names(stage) == [str(made.tag)]


@pytest.mark.parametrize(
    "changed",
    [
        {"hours": 0},
        {"hours": 25},
        {"nodes": 0},
        {"nodes": 11},
        {"budget_eur": float("inf")},
        {"budget_eur": 0.0},
        {"flavor": "t1-45"},
        {"name": "Trial"},
    ],
)
def test_what_nobody_should_order_by_accident_is_refused(
    stage: Stage, changed: dict[str, Any]
) -> None:
    with pytest.raises(SettingInvalid):
        offered(stage, **changed)


def test_what_exceeds_the_budget_is_refused_with_both_figures(stage: Stage) -> None:
    with pytest.raises(OverBudget, match=r"0\.57 EUR; the budget is 0\.50"):
        offered(stage, budget_eur=0.5)


def test_an_order_cannot_grow_by_itself(stage: Stage) -> None:
    pool = offered(stage).body["nodepool"]
    assert pool["minNodes"] == pool["desiredNodes"] == pool["maxNodes"] == 2
    assert not pool["autoscale"]
    assert not pool["monthlyBilled"]


def test_ordering_again_finds_what_is_there(stage: Stage) -> None:
    first = place(client_of(stage), offered(stage), "trial")
    stage.cloud.time.advance(600)
    again = place(client_of(stage), offered(stage), "trial")
    assert again.id == first.id
    assert (first.is_new, again.is_new) == (True, False)


def test_the_bill_lists_all_and_counts_each_hour_that_has_begun(stage: Stage) -> None:
    place(client_of(stage), offered(stage), "trial")
    stage.asked("POST", KUBE, {"name": "by-hand", "region": "GRA7"})
    stage.settle()
    stage.cloud.time.advance(3700)
    ours, theirs = bill(client_of(stage), PROJECT, now_of(stage))
    assert ours.nodes == 2
    assert ours.eur_per_hour == pytest.approx(0.142)
    assert ours.eur_so_far == pytest.approx(2 * 0.142)
    assert ours.tag
    assert (theirs.tag, theirs.nodes, theirs.eur_so_far) == (None, 0, 0)
    assert not ours.is_overdue(now_of(stage))
    assert ours.is_overdue(now_of(stage) + 3 * HOUR)


def test_a_reaper_takes_ours_past_its_end_and_nothing_else(stage: Stage) -> None:
    place(client_of(stage), offered(stage, "short", hours=1), "short")
    place(client_of(stage), offered(stage, "long", hours=5), "long")
    stage.asked("POST", KUBE, {"name": "by-hand", "region": "GRA7"})
    stage.settle()
    assert reap(client_of(stage), PROJECT, now_of(stage)).removed == ()
    stage.cloud.time.advance(3600)
    assert [tag_of(one) for one in reap(client_of(stage), PROJECT, now_of(stage)).removed] != []
    assert len(reap(client_of(stage), PROJECT, now_of(stage)).going) == 1
    stage.settle()
    assert [one.partition("-labkit")[0] for one in names(stage)] == ["long", "by-hand"]


class Refusing:
    """Refuses one call of each method that names a cluster, and passes on the rest."""

    def __init__(self, inner: Cloud, get: str, delete: str) -> None:
        self._inner, self._get, self._delete = inner, get, delete

    def get(self, path: str) -> Any:
        return self._unless(path.endswith(self._get), lambda: self._inner.get(path))

    def delete(self, path: str) -> None:
        self._unless(path.endswith(self._delete), lambda: self._inner.delete(path))

    def _unless(self, is_refused: bool, call: Any) -> Any:  # noqa: FBT001
        if is_refused:
            raise CloudRefused("a call", 500, ("Server::InternalError", "Not now."))
        return call()


def test_a_reaper_that_is_refused_goes_on_with_the_rest_and_says_so(stage: Stage) -> None:
    cloud = client_of(stage)
    unread, kept, _ = (place(cloud, offered(stage, x), x).id for x in ("one", "two", "three"))
    stage.settle()
    done = reap(Refusing(cloud, unread, kept), PROJECT, now_of(stage) + 4 * HOUR)
    assert [one.partition("-labkit")[0] for one in done.removed] == ["three"]
    assert [one.name.partition("-labkit")[0] for one in done.failed] == [unread, "two"]
    assert all("Not now." in one.why for one in done.failed)


class Killed(BaseException):
    """As a signal: nothing catches it."""


class Mortal:
    """Dies at one of its calls, before it is sent or before its answer is seen."""

    def __init__(self, inner: Cloud, dies_at: int, *, after: bool) -> None:
        self._inner, self._left, self._after = inner, dies_at, after

    def get(self, path: str) -> Any:
        return self._lived(lambda: self._inner.get(path))

    def post(self, path: str, body: Any) -> Any:
        return self._lived(lambda: self._inner.post(path, body))

    def delete(self, path: str) -> None:
        self._lived(lambda: self._inner.delete(path))

    def _lived(self, call: Any) -> Any:
        self._left -= 1
        if self._left == 0 and not self._after:
            raise Killed
        answer = call()
        if self._left == 0:
            raise Killed
        return answer


@pytest.mark.parametrize("after", [False, True], ids=["before the call", "after it"])
def test_killed_at_every_step_nothing_outlives_its_end(tmp_path: Path, after: bool) -> None:  # noqa: FBT001
    """Ordering two and reaping them: for each call of all, what is left goes with the next reap."""
    for dies_at in range(1, 40):
        folder = tmp_path / str(dies_at)
        folder.mkdir()
        with staged(folder) as stage:
            survived = _lives(stage, Mortal(client_of(stage), dies_at, after=after))
            assert all(tag_of(name) for name in names(stage)), "a cluster without an end"
            reap(client_of(stage), PROJECT, now_of(stage) + 4 * HOUR)
            stage.settle()
            assert names(stage) == []
        if survived:
            assert dies_at > 8
            return
    raise AssertionError("it never lived to the end")


def _lives(stage: Stage, cloud: Mortal) -> bool:
    try:
        for name in ("one", "two"):
            place(cloud, offered(stage, name), name)
        stage.settle()
        reap(cloud, PROJECT, now_of(stage) + 4 * HOUR)
    except Killed:
        return False
    return True


def test_a_name_says_its_end_and_strangers_have_none() -> None:
    tag = Tag("trial", datetime(2026, 11, 26, 22, 5, tzinfo=UTC))
    assert str(tag) == "trial-labkit-until-20261126t2205z"
    assert tag_of(str(tag)) == tag
    for name in ("trial", "x-labkit-until-20269926t2205z", "x-labkit-until-soon"):
        assert tag_of(name) is None
