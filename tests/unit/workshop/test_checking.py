"""Checking one's own exercise: a verdict, whatever else goes wrong."""

from pathlib import Path

import pytest

from labkit.grading.verdict import State
from labkit.workshop.checking import check
from labkit.workshop.errors import ExerciseNotStarted
from labkit.workshop.progress_log import Happening, read_events
from labkit.workshop.starting import start
from tests.support.cluster import FakeCluster
from tests.support.workshop import EXERCISE, lab_on

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])
ALSO_SECRETS = """
[[read]]
objects = "Secret"
in = [""]
"""


def test_value_that_breaks_the_look_is_a_verdict_that_names_the_exception(tmp_path: Path) -> None:
    with FakeCluster() as cluster:
        lab = lab_on(cluster, tmp_path)
        with (lab.exercises / "00-test" / EXERCISE / "exercise.toml").open("a") as file:
            file.write(ALSO_SECRETS)
        start(lab, EXERCISE)
        place = {"name": "odd", "namespace": f"ada-{EXERCISE}"}
        secret = {"apiVersion": "v1", "kind": "Secret", "metadata": place}
        cluster.put(secret | {"data": {"word": "dmVyeS1jb25maWRlbnRpYWw="}})
        sign = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": place}
        cluster.put(sign | {"data": {"value": ["no text"]}})
        checked = check(lab, EXERCISE)
    finding = checked.verdict.results[0].finding
    assert (checked.verdict.state, checked.snapshot) == (State.CANNOT_CHECK, None)
    assert "TypeError" in finding.seen
    assert "hiding.py:" in finding.seen
    assert read_events(lab.settings)[-1].happening is Happening.CHECKED


def test_exercise_that_was_not_started_is_said_and_is_no_verdict(tmp_path: Path) -> None:
    with FakeCluster() as cluster, pytest.raises(ExerciseNotStarted):
        check(lab_on(cluster, tmp_path), EXERCISE)
