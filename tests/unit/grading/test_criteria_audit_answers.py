"""What criteria say of who did it, by what an audit log holds."""

import pytest

from labkit.grading.criteria.audit_answers import Others, told_account, told_tool
from labkit.grading.snapshot import Snapshot
from labkit.grading.verdict import State

OTHERS = Others(elsewhere="waiter", refused="courier", readers=("janitor",))


def snapshot(said: str) -> Snapshot:
    return Snapshot("the-missing-tariff", "2026-01-01T00:00:00Z", {"": "me"}, answers={"it": said})


@pytest.mark.parametrize("said", ["cashier", "system:serviceaccount:default:cashier", '"Cashier"'])
def test_an_account_is_right_by_either_name(said: str) -> None:
    assert told_account(snapshot(said), "it", "cashier", OTHERS).state is State.PASSED


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ("waiter", "audit.other_object"),
        ("courier", "audit.refused"),
        ("janitor", "audit.reader"),
        ("kubernetes-admin", "audit.other_user"),
    ],
)
def test_each_other_account_is_told_why_it_is_not_the_one(said: str, message: str) -> None:
    assert told_account(snapshot(said), "it", "cashier", OTHERS).message == message


def test_a_program_is_no_account() -> None:
    told = told_tool(snapshot("cashier"), "it", "mopbot", ["cashier"])
    assert told.message == "audit.tool_is_account"
    assert told_tool(snapshot("mopbot/v1.34 (linux)"), "it", "mopbot", []).state is State.PASSED
