"""Verdicts that count: from the cluster alone, whatever an attendee's home folder holds."""

import hashlib
import json
from dataclasses import replace
from pathlib import Path

import pytest

from labkit.grading.snapshot_file import snapshot_from_json, snapshot_text
from labkit.grading.verdict import State
from labkit.workshop.lab import Lab
from labkit.workshop.marking import Attempt, Mark, Marker
from labkit.workshop.starting import start
from labkit.workshop.working import solve
from tests.support.cluster import FakeCluster
from tests.support.workshop import EXERCISE, lab_on

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])
ADA, BOB = Attempt("ada", EXERCISE), Attempt("bob", EXERCISE)


def of(lab: Lab, attendee: str) -> Lab:
    return lab.for_attendee(attendee, lab.settings.home.parent / attendee, 7)


def instructor(lab: Lab) -> Lab:
    return replace(lab, settings=replace(lab.settings, attendee="me"))


def marks(lab: Lab, *attempts: Attempt) -> list[Mark]:
    with Marker(instructor(lab)) as marker:
        return list(marker.mark_all(attempts or marker.started(), jobs=4))


def test_everybody_who_started_is_graded_and_it_counts(tmp_path: Path) -> None:
    with FakeCluster() as cluster:
        lab = lab_on(cluster, tmp_path)
        start(lab, EXERCISE)
        start(of(lab, "bob"), EXERCISE)
        solve(of(lab, "bob"), EXERCISE)
        ada, bob = marks(lab)
    assert (ada.attempt, ada.verdict.points, ada.verdict.final) == (ADA, 0, True)
    assert (bob.attempt, bob.verdict.points, bob.counts) == (BOB, 10, True)


def test_mark_as_json_names_the_snapshot_it_follows_from(tmp_path: Path) -> None:
    with FakeCluster() as cluster:
        lab = lab_on(cluster, tmp_path)
        start(lab, EXERCISE)
        (mark,) = marks(lab)
    told = mark.to_json()
    assert snapshot_text(snapshot_from_json(json.loads(mark.snapshot))) == mark.snapshot
    assert told["snapshot"] == hashlib.sha256(mark.snapshot.encode()).hexdigest()
    assert (told["attendee"], told["state"], told["counts"]) == ("ada", "NOT_STARTED", True)


@pytest.mark.parametrize("moment", ["2026-99-01T00:00:00Z", "0001-01-01T00:00:00Z"])
def test_time_that_no_file_can_hold_costs_its_own_attempt_only(moment: str, tmp_path: Path) -> None:
    with FakeCluster() as cluster:
        lab = lab_on(cluster, tmp_path)
        for attendee in ("ada", "bob"):
            start(of(lab, attendee), EXERCISE)
        sign = {"name": "moment", "namespace": f"ada-{EXERCISE}"}
        cluster.put(
            {"apiVersion": "v1", "kind": "ConfigMap", "metadata": sign, "data": {"when": moment}}
        )
        ada, bob = marks(lab, ADA, BOB)
    assert (ada.verdict.state, ada.to_json()["snapshot"]) == (State.CANNOT_CHECK, "")
    assert "Grading stopped" in ada.problem
    assert (bob.verdict.final, bool(bob.to_json()["snapshot"])) == (True, True)


def test_tokens_of_the_attendees_home_are_neither_used_nor_written(tmp_path: Path) -> None:
    with FakeCluster() as cluster:
        lab = lab_on(cluster, tmp_path)
        start(lab, EXERCISE)
        token = lab.settings.home / "tokens" / "ada-grader.json"
        token.unlink(missing_ok=True)
        (mark,) = marks(lab)
    assert mark.verdict.final
    assert not token.exists()


@pytest.mark.parametrize("attendee", ["me", "ada"])
def test_verdict_about_the_administrator_is_advice(attendee: str, tmp_path: Path) -> None:
    with FakeCluster() as cluster:
        lab = of(lab_on(cluster, tmp_path), attendee)
        start(lab, EXERCISE)
        with Marker(lab) as marker:
            assert not marker.mark(Attempt(attendee, EXERCISE)).counts


def test_who_is_named_and_unknown_costs_the_others_nothing(tmp_path: Path) -> None:
    with FakeCluster() as cluster:
        lab = lab_on(cluster, tmp_path)
        start(lab, EXERCISE)
        with Marker(instructor(lab)) as marker:
            attempts = marker.started(["ada", "bob"], [EXERCISE])
        ada, bob = marks(lab, *attempts)
    assert (ada.verdict.final, bob.verdict.final, bob.verdict.points) == (True, False, 0)
    assert EXERCISE in bob.problem


def test_stranger_is_named_also_when_no_exercise_is(tmp_path: Path) -> None:
    with FakeCluster() as cluster, Marker(lab_on(cluster, tmp_path)) as marker:
        assert marker.started(["bob"]) == [Attempt("bob", "")]
        assert marker.mark(Attempt("bob", "")).verdict.state is State.CANNOT_CHECK


@pytest.mark.parametrize("exercise", ["", "of-another-clone", "../../somewhere"])
def test_exercise_that_this_clone_lacks_is_no_pass(exercise: str, tmp_path: Path) -> None:
    with FakeCluster() as cluster:
        (mark,) = marks(lab_on(cluster, tmp_path), Attempt("ada", exercise))
    assert (mark.verdict.state, mark.verdict.final) == (State.CANNOT_CHECK, False)


def test_broken_exercise_is_no_pass_and_the_run_goes_on(tmp_path: Path) -> None:
    with FakeCluster() as cluster:
        lab = lab_on(cluster, tmp_path)
        start(lab, EXERCISE)
        (lab.exercises / "00-test" / EXERCISE / "exercise.toml").write_text("id = 1")
        broken, again = marks(lab, ADA, ADA)
    assert not broken.verdict.final
    assert not again.verdict.final


def test_namespace_that_is_going_is_not_graded(tmp_path: Path) -> None:
    with FakeCluster() as cluster:
        lab = lab_on(cluster, tmp_path)
        start(lab, EXERCISE)
        for name in (f"ada-{EXERCISE}", f"ada-{EXERCISE}-b"):
            metadata = cluster.find("Namespace", name)["metadata"]
            metadata["deletionTimestamp"] = "2026-01-01T00:00:00Z"
        assert marks(lab) == []


def test_cluster_that_is_away_is_cannot_check_for_everybody(tmp_path: Path) -> None:
    with FakeCluster() as cluster:
        lab = lab_on(cluster, tmp_path)
        start(lab, EXERCISE)
        cluster.is_down = True
        found = marks(lab, ADA, BOB)
    assert [mark.verdict.state for mark in found] == [State.CANNOT_CHECK] * 2
