"""What the proof prints, as lines and as a table, and how it ends."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from labkit.authoring.judging import Judgement, Outcome
from labkit.authoring.prove import CaseResult
from labkit.cli import author
from labkit.cli.proof_table import live_table, plain_lines
from labkit.grading.errors import ExerciseUnknown
from tests.support.cluster import FakeCluster
from tests.support.workshop import lab_on

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])
APP = typer.Typer()
for name in author.COMMANDS:
    APP.command(name)(getattr(author, name))
HELD = CaseResult("sign", "untouched", Judgement(Outcome.HELD, "0 points", "0 points"), 1.25)
MISSED = CaseResult("sign", "solution", Judgement(Outcome.MISSED, "all passed", "none"), 2.0)
SKIPPED = CaseResult("desk", "all", Judgement(Outcome.SKIPPED, "", "no load-balancer"))


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
    assert (told["held"], told["recorded"]) == (True, [])
    assert told["cases"][0]["outcome"] == "skipped"


def test_nothing_is_recorded_of_an_exercise_that_was_skipped(home: Path) -> None:
    told = json.loads(run(home, "prove", "04", "--record", "--json").stdout)
    assert told["recorded"] == []


def test_unknown_exercise_is_named(home: Path) -> None:
    assert isinstance(run(home, "prove", "open-the-dsk").exception, ExerciseUnknown)


def test_only_exercises_can_be_begun(home: Path) -> None:
    problem = run(home, "new", "lesson", "sign", "--lesson", "00-setup").exception
    assert "exercise" in str(problem)


def test_lines_tell_expected_and_seen_of_a_miss_alone(
    capsys: pytest.CaptureFixture[str],
) -> None:
    for result in (HELD, MISSED, SKIPPED):
        plain_lines(result)
    assert capsys.readouterr().out.splitlines() == [
        "✔ sign: untouched (1.2 s)",
        "✘ sign: solution (2.0 s)",
        "    expected: all passed",
        "    seen: none",
        "- desk: all (0.0 s)",
        "    seen: no load-balancer",
    ]


def test_table_counts_by_exercise_and_tells_misses_above(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with live_table(["sign", "desk"]) as show:
        for result in (HELD, MISSED, SKIPPED):
            show(result)
    told = capsys.readouterr().out
    assert "expected: all passed" in told
    rows = [
        line.split() for line in told.splitlines() if line.strip().startswith(("sign ", "desk "))
    ]
    assert rows == [["sign", "1", "1", "0", "3.2"], ["desk", "0", "0", "1", "0.0"]]
