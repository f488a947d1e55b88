"""What `labkit cloud reap` tells, and how it ends."""

import json as as_json

import pytest
import typer

from labkit.cli.cloud_bill import show_reaped
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
