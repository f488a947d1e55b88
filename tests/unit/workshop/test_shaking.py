"""A disturbance is started by the attendee, made by setup, and noted where neither can write."""

from pathlib import Path

import pytest

from labkit.workshop.checking import check
from labkit.workshop.errors import ExerciseNotStarted, NothingToShake, StepStopped
from labkit.workshop.lab import Lab
from labkit.workshop.progress_log import Happening, read_events
from labkit.workshop.starting import reset, start
from labkit.workshop.working import shake, solve
from tests.support.cluster import FakeCluster
from tests.support.workshop import EXERCISE, lab_on

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])
OWN = f"ada-{EXERCISE}"
STEPS = """
[[step]]
patch = { object = "ConfigMap/sign", in = "b", merge = { data = { number = "${number}" } } }
[[step]]
remember = { key = "after", object = "ConfigMap/sign", in = "b", fields = ["data"] }
"""


def shaky(cluster: FakeCluster, folder: Path, steps: str = STEPS) -> Lab:
    lab = lab_on(cluster, folder)
    file = lab.exercises / "00-test" / EXERCISE / "shake" / "steps.toml"
    file.parent.mkdir()
    file.write_text(steps)
    return lab


def test_shake_runs_its_steps_as_setup_with_the_drawn_values(tmp_path: Path) -> None:
    with FakeCluster() as cluster:
        lab = shaky(cluster, tmp_path)
        number = start(lab, EXERCISE).task.split()[5]
        cluster.writes.clear()
        assert shake(lab, EXERCISE).id == EXERCISE
        assert cluster.find("ConfigMap", "sign", f"{OWN}-b")["data"] == {"number": number}
        patches = [write for write in cluster.writes if "configmaps/sign" in write]
    assert [write.split()[-1] for write in patches] == ["token-of-ada-setup"]


def test_shake_notes_its_time_beside_what_setup_remembered(tmp_path: Path) -> None:
    with FakeCluster() as cluster:
        lab = shaky(cluster, tmp_path)
        start(lab, EXERCISE)
        before = check(lab, EXERCISE).snapshot
        shake(lab, EXERCISE)
        after = check(lab, EXERCISE).snapshot
        reset(lab, EXERCISE)
        anew = check(lab, EXERCISE).snapshot
    assert before
    assert after
    assert anew
    assert (before.shaken_at(), anew.shaken_at()) == (None, None)
    assert before.taken_at <= (after.shaken_at() or "") <= after.taken_at
    assert after.noted("neighbour", "metadata.uid")
    assert "number" in after.noted("after", "data")


def test_shake_is_noted_also_when_it_breaks_off(tmp_path: Path) -> None:
    broken = '[[step]]\npatch = { object = "ConfigMap/none", merge = { data = { a = "b" } } }'
    with FakeCluster() as cluster:
        lab = shaky(cluster, tmp_path, broken)
        start(lab, EXERCISE)
        with pytest.raises(StepStopped, match="ConfigMap/none"):
            shake(lab, EXERCISE)
        snapshot = check(lab, EXERCISE).snapshot
    assert snapshot
    assert snapshot.shaken_at()


def test_shake_is_a_line_in_the_learners_log(tmp_path: Path) -> None:
    with FakeCluster() as cluster:
        lab = shaky(cluster, tmp_path)
        start(lab, EXERCISE)
        shake(lab, EXERCISE)
    happenings = [event.happening for event in read_events(lab.settings)]
    assert happenings == [Happening.STARTED, Happening.SHAKEN]


def test_shake_can_be_a_step_of_a_solution(tmp_path: Path) -> None:
    with FakeCluster() as cluster:
        lab = shaky(cluster, tmp_path)
        solution = lab.solutions / "00-test" / EXERCISE / "solution" / "steps.toml"
        solution.write_text("[[step]]\nshake = true\n" + solution.read_text())
        start(lab, EXERCISE)
        solve(lab, EXERCISE)
        snapshot = check(lab, EXERCISE).snapshot
    assert snapshot
    assert snapshot.shaken_at()


def test_exercise_without_a_disturbance_says_so(tmp_path: Path) -> None:
    with FakeCluster() as cluster:
        lab = lab_on(cluster, tmp_path)
        start(lab, EXERCISE)
        cluster.writes.clear()
        with pytest.raises(NothingToShake, match=f"labkit hint {EXERCISE}"):
            shake(lab, EXERCISE)
    assert cluster.writes == []


def test_shake_before_start_says_so(tmp_path: Path) -> None:
    with FakeCluster() as cluster, pytest.raises(ExerciseNotStarted):
        shake(shaky(cluster, tmp_path), EXERCISE)
