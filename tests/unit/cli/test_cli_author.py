"""What the proof prints, as lines and as a table, and how it ends."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from labkit.authoring.judging import Judgement, Outcome
from labkit.authoring.proof_results import CaseResult
from labkit.cli import author
from labkit.cli.proof_report import Lines
from labkit.cli.proof_table import column_of, live_table
from labkit.foundation.errors import SettingInvalid
from labkit.grading.errors import ExerciseUnknown
from tests.support.cluster import FakeCluster
from tests.support.workshop import lab_on

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])
APP = typer.Typer()
for name in author.COMMANDS:
    APP.command(name)(getattr(author, name))
HELD = CaseResult("sign", "untouched", Judgement(Outcome.HELD, "0 points", "0 points"), 1.25)
MISSED = CaseResult(
    "sign", "solution", Judgement(Outcome.MISSED, "all passed", "none"), 2.0, "a/check.py"
)
SKIPPED = CaseResult("desk", "all", Judgement(Outcome.SKIPPED, "", "no load-balancer"))
NOT_DRAWN = CaseResult("desk", "mutant one-copy", Judgement(Outcome.NOT_DRAWN))


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    with FakeCluster() as cluster:
        lab_on(cluster, tmp_path)  # records a lab that offers no capability
        yield tmp_path


def run(home: Path, *words: str) -> Result:
    environment = {"HOME": str(home), "LABKIT_HOME": str(home / "home")}
    return CliRunner().invoke(APP, words, env=environment)


def test_exercise_that_the_cluster_cannot_offer_is_skipped_and_counted(home: Path) -> None:
    result = run(home, "prove", "open-the-desk", "honest-probes")
    assert result.exit_code == 0
    assert "- open-the-desk: all" in result.output
    assert "seen: the cluster does not offer real-pods, load-balancer" in result.output
    assert "0 states held, 0 missed, 2 skipped." in result.output


def test_proof_as_json_holds_every_case(home: Path) -> None:
    told = json.loads(run(home, "prove", "open-the-desk", "--json").stdout)
    assert (told["held"], told["recorded"], told["seed"]) == (True, [], None)
    assert told["exercises"] == [{"exercise": "open-the-desk", "held": True, "seconds": 0.0}]
    assert told["cases"][0]["outcome"] == "skipped"


def test_short_proof_says_its_seed_and_records_nothing(home: Path) -> None:
    result = run(home, "prove", "open-the-desk", "--minutes", "1", "--seed", "5")
    assert "Seed 5" in result.output
    drawn = json.loads(run(home, "prove", "open-the-desk", "--minutes", "1", "--json").stdout)
    assert drawn["seed"] is not None
    refused = run(home, "prove", "open-the-desk", "--minutes", "1", "--record").exception
    assert isinstance(refused, SettingInvalid)


def test_unknown_exercise_is_named(home: Path) -> None:
    assert isinstance(run(home, "prove", "open-the-dsk").exception, ExerciseUnknown)


def test_only_exercises_can_be_begun(home: Path) -> None:
    problem = run(home, "new", "lesson", "sign", "--lesson", "00-setup").exception
    assert "exercise" in str(problem)


def test_lines_tell_expected_seen_and_file_of_a_miss_alone(
    capsys: pytest.CaptureFixture[str],
) -> None:
    lines = Lines()
    for result in (HELD, MISSED, SKIPPED):
        lines.ended(result)
    assert capsys.readouterr().out.splitlines() == [
        "✔ sign: untouched (1.2 s)",
        "✘ sign: solution (2.0 s)",
        "    expected: all passed",
        "    seen: none",
        "    look at: a/check.py",
        "- desk: all (0.0 s)",
        "    seen: no load-balancer",
    ]


def test_end_tells_seconds_by_exercise_and_counts(capsys: pytest.CaptureFixture[str]) -> None:
    lines = Lines()
    for result in (HELD, MISSED, SKIPPED, NOT_DRAWN):
        lines.ended(result)
    capsys.readouterr()
    lines.tell_end(["sign"])
    told = [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]
    assert told == [
        "sign 3.2 s",
        "desk 0.0 s",
        "1 states held, 1 missed, 1 skipped.",
        "1 attempts were not drawn.",
        "Recorded: sign.",
    ]


def test_table_has_a_row_an_exercise_with_what_runs_and_tells_misses_above(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with live_table(["sign", "desk"]) as table:
        table.began("sign", "mutant other-city")
        for result in (HELD, MISSED, SKIPPED, NOT_DRAWN):
            table.began(result.exercise, result.case)
            table.ended(result)
    told = capsys.readouterr().out
    assert "expected: all passed" in told
    rows = [
        " ".join(line.split())
        for line in told.splitlines()
        if line.strip().startswith(("sign ", "desk "))
    ]
    assert rows[-2:] == ["sign 1 ✔ 1 ✘ 1 … 3.2", "desk 1 · 1 - 0.0"]


@pytest.mark.parametrize(
    ("case", "column"),
    [
        ("untouched", "untouched"),
        ("variant by-expose", "variants"),
        ("variant by-expose changes something", "else"),
        ("mutant other-city", "mutants"),
        ("after reset", "reset"),
        ("solved again", "again"),
        ("nothing left after reset", "else"),
        ("graders wrote nothing", "else"),
    ],
)
def test_each_state_has_its_column(case: str, column: str) -> None:
    assert column_of(case) == column
