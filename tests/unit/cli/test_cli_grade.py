"""`labkit grade`: lines, JSON, files and exit codes."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from labkit.cli.grade import grade
from labkit.foundation.errors import SettingInvalid
from labkit.grading.errors import ExerciseUnknown
from labkit.workshop.lab import CONTENT
from labkit.workshop.starting import start
from tests.support.cluster import FakeCluster
from tests.support.workshop import lab_on

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])
CARD = "leave-a-card"
APP = typer.Typer()
APP.command()(grade)


@dataclass(frozen=True, slots=True)
class Desk:
    """An instructor at a terminal; ada has started an exercise on their cluster."""

    cluster: FakeCluster
    folder: Path

    def run(self, *words: str) -> tuple[int, str]:
        environment = {
            "HOME": str(self.folder),
            "LABKIT_HOME": str(self.folder / "home"),
            "LABKIT_ATTENDEE": "me",
        }
        result = CliRunner().invoke(APP, words, env=environment)
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result.exit_code, result.stdout


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with FakeCluster() as cluster:
        lab = replace(lab_on(cluster, tmp_path), content=CONTENT)
        start(lab, CARD)
        yield Desk(cluster, tmp_path)


def test_one_line_an_attendees_exercise_and_0_whatever_the_points(desk: Desk) -> None:
    status, output = desk.run()
    assert (status, output) == (0, f"○ ada {CARD}: 0 of 10 points, not started\n")


def test_json_and_saved_snapshot_agree_on_the_hash(desk: Desk) -> None:
    status, output = desk.run("--json", "--save", str(desk.folder / "kept"))
    (told,) = json.loads(output)["verdicts"]
    saved = (desk.folder / "kept" / CARD / "ada.json").read_bytes()
    assert (status, told["snapshot"]) == (0, hashlib.sha256(saved).hexdigest())


def test_value_that_no_file_can_hold_keeps_nobody_from_a_verdict(desk: Desk) -> None:
    place = {"name": "moment", "namespace": f"ada-{CARD}"}
    data = {"when": "0001-01-01T00:00:00Z"}
    desk.cluster.put({"apiVersion": "v1", "kind": "ConfigMap", "metadata": place, "data": data})
    status, output = desk.run("--json", "--save", str(desk.folder / "kept"))
    (told,) = json.loads(output)["verdicts"]
    assert (status, told["state"], told["snapshot"]) == (3, "CANNOT_CHECK", "")
    assert not (desk.folder / "kept").exists()


def test_who_cannot_be_graded_is_named_and_ends_with_3(desk: Desk) -> None:
    status, output = desk.run(CARD, "--attendee", "ada", "--attendee", "bob")
    assert status == 3
    assert f"○ ada {CARD}: 0 of 10 points" in output
    assert f"? bob {CARD}: 0 of 0 points, could not look" in output


def test_exercise_that_does_not_exist_is_refused_before_anybody_is_graded(desk: Desk) -> None:
    with pytest.raises(ExerciseUnknown):
        desk.run("leave-a-crad")


def test_name_that_no_attendee_can_have_is_wrong_usage(desk: Desk) -> None:
    with pytest.raises(SettingInvalid, match="--attendee is 'Not A Name'"):
        desk.run("--attendee", "Not A Name", CARD)


def test_nobody_there_is_said(tmp_path: Path) -> None:
    with FakeCluster() as cluster:
        lab_on(cluster, tmp_path)
        status, output = Desk(cluster, tmp_path).run()
    assert (status, output) == (0, "Nobody has started an exercise on this cluster.\n")
