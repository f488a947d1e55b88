"""The verbs of an exercise: what they print, as text and JSON, and how they end."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from labkit.cli import exercise, main
from labkit.cli.env import how_to_know
from labkit.cli.exercise import exercise_ids
from labkit.foundation.errors import LabError, SettingInvalid
from tests.support.cluster import FakeCluster
from tests.support.workshop import lab_on

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])
CARD = "leave-a-card"
DIALS = "read-the-dials"
APP = typer.Typer()
for name in exercise.COMMANDS:
    APP.command(name)(getattr(exercise, name))


@dataclass(frozen=True, slots=True)
class Shell:
    """A learner at a terminal, beside a cluster that is held in memory."""

    cluster: FakeCluster
    folder: Path

    @property
    def environment(self) -> dict[str, str]:
        return {
            "HOME": str(self.folder),
            "KUBECONFIG": "",
            "LABKIT_HOME": str(self.folder / "home"),
            "LABKIT_ATTENDEE": "ada",
            "LABKIT_SEED": "7",
        }

    def run(self, *words: str, **more: str) -> tuple[int, str]:
        result = CliRunner().invoke(APP, words, env={**self.environment, **more})
        if isinstance(result.exception, LabError):
            raise result.exception
        return result.exit_code, result.stdout

    def json(self, *words: str) -> Any:
        return json.loads(self.run(*words, "--json")[1])

    def hang_card(self, **data: str) -> None:
        metadata = {"name": "card", "namespace": f"ada-{CARD}", "labels": {"lab": "card"}}
        kind = {"apiVersion": "v1", "kind": "ConfigMap"}
        self.cluster.put({**kind, "metadata": metadata, "data": data})


@pytest.fixture
def shell(tmp_path: Path) -> Iterator[Shell]:
    with FakeCluster() as cluster:
        lab_on(cluster, tmp_path)
        yield Shell(cluster, tmp_path)


@pytest.fixture
def at_home(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    """The program as a whole reads the process's own environment."""
    for name, value in shell.environment.items():
        monkeypatch.setenv(name, value)


def test_start_prints_the_task_and_the_files(shell: Shell) -> None:
    status, output = shell.run("start", CARD)
    assert status == 0
    assert output.startswith("Leave a card (about 6 minutes)")
    assert "Your file: leave-a-card/card.yaml" in output


def test_start_says_how_kubectl_in_a_terminal_finds_the_lab(shell: Shell) -> None:
    _, output = shell.run("start", CARD)
    assert output.splitlines()[-1] == f"For kubectl in this terminal: {how_to_know()}"
    assert (shell.folder / "home" / "kubeconfig").is_file()


def test_where_kubectl_finds_the_lab_already_it_says_nothing_of_it(shell: Shell) -> None:
    _, output = shell.run("start", CARD, KUBECONFIG=str(shell.folder / "home" / "kubeconfig"))
    assert "kubectl in this terminal" not in output


def test_start_as_json_says_nothing_of_it(shell: Shell) -> None:
    assert how_to_know() not in shell.run("start", CARD, "--json")[1]


def test_start_as_json_names_namespaces_and_folder(shell: Shell) -> None:
    told = shell.json("start", CARD)
    assert told["exercise"] == CARD
    assert told["namespaces"] == {"": f"ada-{CARD}", "b": f"ada-{CARD}-b"}


def test_check_ends_with_1_until_it_is_passed_and_then_with_0(shell: Shell) -> None:
    task = shell.json("start", CARD)["task"]
    status, output = shell.run("check", CARD)
    assert status == 1
    assert "not started · One card hangs in your namespace (3)" in output
    table = task.split("`table`, which is ")[1].split(",")[0]
    shell.hang_card(table=table, city="Milano")
    status, output = shell.run("check", CARD)
    assert (status, output.splitlines()[0]) == (0, "Leave a card: passed, 10 of 10 points")


def test_check_ends_with_3_when_it_could_not_look(shell: Shell) -> None:
    shell.run("start", CARD)
    shell.run("check", CARD)
    shell.cluster.is_down = True
    status, output = shell.run("check", CARD)
    assert status == 3
    assert "could not look" in output


def test_check_as_json_holds_the_whole_verdict(shell: Shell) -> None:
    shell.run("start", CARD)
    told = shell.json("check", CARD)
    assert (told["state"], told["points"], told["final"]) == ("NOT_STARTED", 0, True)
    assert told["results"][0]["finding"]["next_step"]


def test_hints_come_one_more_each_time(shell: Shell) -> None:
    assert shell.run("hint", CARD)[1].startswith("Hint 1 of 3: ")
    assert shell.json("hint", CARD)["left"] == 1


def test_answer_without_equals_sign_changes_nothing(shell: Shell) -> None:
    shell.run("start", CARD)
    shell.cluster.writes.clear()
    with pytest.raises(SettingInvalid, match="usable_nodes=3"):
        shell.run("answer", CARD, "three")
    assert shell.cluster.writes == []


@pytest.mark.usefixtures("at_home")
@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["check", "leave-a-crad"], "Did you mean one of these: leave-a-card"),
        (["answer", DIALS, "colour=red"], "It asks for: "),
    ],
)
def test_names_that_cannot_be_are_wrong_input(
    capsys: pytest.CaptureFixture[str], words: list[str], told: str
) -> None:
    assert main.run(lambda: main.app(words)) == main.WRONG_INPUT
    assert told in capsys.readouterr().err


@pytest.mark.usefixtures("at_home")
def test_dots_for_an_answer_are_wrong_input_and_note_nothing(
    shell: Shell, capsys: pytest.CaptureFixture[str]
) -> None:
    answers = ["answer", DIALS, "usable_nodes=3", "dns_address=…"]
    assert main.run(lambda: main.app(answers)) == main.WRONG_INPUT
    told = capsys.readouterr().err
    assert "only dots are given for dns_address." in told
    assert "→ Put what you found in the place of the dots" in told
    assert shell.cluster.writes == []


def test_shake_of_an_exercise_without_a_disturbance_says_so(shell: Shell) -> None:
    shell.run("start", CARD)
    with pytest.raises(LabError, match="no disturbance"):
        shell.run("shake", CARD)


def test_solution_shows_the_files(shell: Shell) -> None:
    shell.run("start", CARD)
    assert "kind: ConfigMap" in shell.run("solution", CARD)[1]
    assert "card.yaml" in shell.json("solution", CARD)["files"]


def test_reset_needs_to_be_told_what_to_do_with_edits(shell: Shell) -> None:
    file = Path(shell.json("start", CARD)["files"][0])
    file.write_text("mine")
    with pytest.raises(LabError, match="--set-aside"):
        shell.run("reset", CARD)
    status, output = shell.run("reset", CARD, "--set-aside")
    assert status == 0
    assert "kept in leave-a-card/set-aside-1" in output


def test_progress_and_next_follow_what_was_done(shell: Shell) -> None:
    assert shell.json("next")["next"]["started"] is False
    shell.run("start", CARD)
    assert shell.json("next")["next"]["exercise"] == CARD
    assert "labkit check leave-a-card" in shell.run("next")[1]
    begun = [one["exercise"] for one in shell.json("progress")["exercises"] if one["started"]]
    assert begun == [CARD]


def test_ids_are_completed_by_their_beginning() -> None:
    assert exercise_ids("leave") == [CARD]
    assert len(exercise_ids("")) >= 3


@pytest.mark.parametrize("command", exercise.COMMANDS)
def test_help_of_each_verb_says_more_than_its_name(command: str, shell: Shell) -> None:
    status, output = shell.run(command, "--help")
    assert status == 0
    assert "--json" in output
    assert len((getattr(exercise, command).__doc__ or "").split()) >= 7
