"""One exercise of each lesson elsewhere: on a cluster that was there before, on simulated nodes."""

import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from labkit.authoring.judging import Outcome
from labkit.authoring.proof_results import CaseResult
from labkit.authoring.prove import Plan, prove
from labkit.cluster.errors import CapabilityMissing
from labkit.foundation.process import SystemRunner
from labkit.foundation.progress import Quiet
from labkit.foundation.settings import read_settings
from labkit.foundation.waiting import SystemClock
from labkit.grading.exercise import exercise_folders, find_exercise
from labkit.grading.verdict import State, Verdict
from labkit.workshop.at_once import at_once
from labkit.workshop.checking import check
from labkit.workshop.lab import Lab, open_lab
from labkit.workshop.leaving import leave
from labkit.workshop.running import Running, Wanted, up
from labkit.workshop.starting import start
from labkit.workshop.working import solve
from tests.support.own_cluster import ROOT, OwnCluster, wait_for_dns
from tests.support.simulated import SimulatedCluster

pytestmark = pytest.mark.cluster

ANYWHERE = ("nobody-restarts-it", "three-of-a-kind", "take-it-back", "nobody-answers")
"""They need real Pods, and nothing of our own engine."""
SEED = 7


def attached(home: Path, source: Path) -> Lab:
    """A lab on a cluster of which it has no more than a kubeconfig, as an attendee makes it."""
    environment = {
        "LABKIT_HOME": str(home),
        "LABKIT_CLUSTER": "far",
        "LABKIT_ENGINE": "kubeconfig",
        "LABKIT_KUBECONFIG": str(source),
    }
    for words in (("up",), ("doctor", "--probe")):
        command = [sys.executable, "-m", "labkit.cli.main", *words]
        # the doctor's status is about the machine; what the cluster offers is asked for below
        SystemRunner()(
            command, timeout_seconds=180, environment=environment, folder=ROOT, may_fail=True
        )
    return open_lab(replace(read_settings(), home=home, engine="kubeconfig", cluster="far"))


@pytest.fixture
def far(own_cluster: OwnCluster, tmp_path: Path) -> Lab:
    own_cluster.labkit("up")
    with own_cluster.reader() as reader:
        wait_for_dns(reader)
    return attached(tmp_path / "attached", own_cluster.kubeconfig)


def before_and_after(lab: Lab, exercise: str, home: Path) -> tuple[Verdict, Verdict]:
    """What an attendee of its own is told of it untouched, and solved."""
    own = lab.for_attendee(f"t-{ANYWHERE.index(exercise)}", home / exercise, SEED)
    try:
        start(own, exercise)
        untouched = check(own, exercise).verdict
        solve(own, exercise)
        return untouched, check(own, exercise).verdict
    finally:
        leave(own)


def test_exercises_hold_on_a_cluster_that_was_there_before(far: Lab, tmp_path: Path) -> None:
    told = dict[str, tuple[Verdict, Verdict]]()

    def try_it(exercise: str) -> None:
        told[exercise] = before_and_after(far, exercise, tmp_path)

    assert far.has("real-pods")
    at_once(try_it, ANYWHERE)
    assert {exercise: verdicts[0].points for exercise, verdicts in told.items()} == dict.fromkeys(
        ANYWHERE, 0
    )
    after = {exercise: verdicts[1] for exercise, verdicts in told.items()}
    assert {name: one.state for name, one in after.items()} == dict.fromkeys(
        ANYWHERE, State.PASSED
    ), after


@pytest.fixture
def simulated(tmp_path: Path) -> Iterator[Lab]:
    cluster = SimulatedCluster(tmp_path / "home")
    settings = replace(read_settings(), home=cluster.home, engine="simulated", cluster=cluster.name)
    up(Running(settings, SystemRunner(), SystemClock()), Wanted(), Quiet())
    yield open_lab(settings)
    cluster.delete()


class Heard:
    """Keeps what a proof says."""

    def __init__(self) -> None:
        self.results: list[CaseResult] = []

    def began(self, exercise: str, case: str) -> None:
        """Nobody watches."""

    def ended(self, result: CaseResult) -> None:
        self.results.append(result)

    def said(self, sentence: str) -> None:
        """Nobody listens."""


def needs_real_pods(exercise: str) -> bool:
    return "real-pods" in find_exercise(ROOT / "exercises", exercise).capabilities


def folders_where(fits: Callable[[str], bool]) -> list[Path]:
    folders = exercise_folders(ROOT / "exercises")
    return [folder for name, folder in folders.items() if fits(name)]


def test_what_needs_real_pods_is_skipped_on_simulated_nodes_and_says_why(simulated: Lab) -> None:
    folders = folders_where(needs_real_pods)
    assert {folder.name for folder in folders} >= set(ANYWHERE)
    heard = Heard()
    prove(simulated, folders, Plan(), heard)
    skipped = {one.exercise: one.judgement.seen for one in heard.results if one.case == "all"}
    assert set(skipped) == {folder.name for folder in folders}
    assert [seen for seen in skipped.values() if "real-pods" not in seen] == []
    assert {one.outcome for one in heard.results if one.case == "all"} == {Outcome.SKIPPED}
    with pytest.raises(CapabilityMissing, match="real-pods"):
        start(simulated, ANYWHERE[0])
    verdict = check(simulated, ANYWHERE[0]).verdict
    assert (verdict.state, verdict.points, verdict.total) == (State.CANNOT_CHECK, 0, 0)
    assert all("real-pods" in one.finding.seen for one in verdict.results)
