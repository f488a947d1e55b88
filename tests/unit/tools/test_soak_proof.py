"""What several proofs together say."""

from typing import Any

import pytest

from tools.soak_proof import told


def run(*missed: str, trouble: str = "") -> dict[str, Any]:
    cases = [{"exercise": "sign", "case": name, "outcome": "missed"} for name in missed]
    held = {"exercise": "sign", "case": "untouched", "outcome": "held"}
    return {"cases": [held, *cases], "trouble": trouble}


@pytest.mark.parametrize(
    ("runs", "status", "last"),
    [
        ([run(), run()], 0, ["2 proofs, 2 states, 0 missed, 0 broke off."]),
        (
            [run("solution"), run()],
            1,
            ["flake: sign: solution, 1 of 2", "2 proofs, 3 states, 1 missed, 0 broke off."],
        ),
        (
            [run("solution"), run("solution")],
            1,
            ["always: sign: solution, 2 of 2", "2 proofs, 4 states, 2 missed, 0 broke off."],
        ),
        ([run(trouble="status 70")], 1, ["1 proofs, 1 states, 0 missed, 1 broke off."]),
    ],
    ids=["all-held", "flake", "always", "broke-off"],
)
def test_miss_of_some_runs_is_a_flake_and_any_miss_fails(
    runs: list[dict[str, Any]], status: int, last: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert told(runs) == status
    assert capsys.readouterr().out.splitlines() == last
