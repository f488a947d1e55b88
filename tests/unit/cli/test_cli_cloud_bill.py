"""What `labkit cloud reap` tells, and how it ends."""

import json as as_json
from datetime import UTC, datetime

import pytest
import typer

from labkit.cli.cloud_bill import _offer_as_json, show_reaped
from labkit.workshop.cloud_spending.ordering import Order, Placed, offer
from labkit.workshop.cloud_spending.reaping import Failed, Reaped

PARTLY = Reaped(("one",), (), (Failed("two", "The cloud said no."),))


@pytest.mark.parametrize("json", [False, True], ids=["sentences", "json"])
def test_what_could_not_be_removed_is_told_and_ends_with_3(
    json: bool,  # noqa: FBT001
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(typer.Exit) as ended:
        show_reaped(PARTLY, json=json)
    assert ended.value.exit_code == 3
    told = capsys.readouterr().out
    assert "The cloud said no." in told
    if json:
        assert as_json.loads(told)["failed"] == [{"name": "two", "why": "The cloud said no."}]


def test_everything_removed_ends_well(capsys: pytest.CaptureFixture[str]) -> None:
    show_reaped(Reaped(("one",), ()), json=False)
    assert "Removing one." in capsys.readouterr().out


@pytest.mark.parametrize(
    ("placed", "ordered", "id_"),
    [
        (None, False, None),
        (Placed("k1", is_new=True), True, "k1"),
        (Placed("k1", is_new=False), False, "k1"),
    ],
    ids=["asked only", "ordered", "there already"],
)
def test_rent_tells_programs_what_it_ordered(
    placed: Placed | None,
    ordered: bool,  # noqa: FBT001
    id_: str | None,
) -> None:
    now = datetime(2026, 11, 27, 9, 0, tzinfo=UTC)
    made = offer(Order("trial", "GRA7", "b2-7", 2, 3, 1.0), "project", now)
    told = as_json.loads(as_json.dumps(_offer_as_json(made, placed)))
    assert (told["ordered"], told["id"]) == (ordered, id_)
    assert (told["name"], told["until"]) == (str(made.tag), "2026-11-27T12:00:00+00:00")
