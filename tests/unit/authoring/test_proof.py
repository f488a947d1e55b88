"""The proof on a cluster held in memory: what holds, what misses, and what is kept of it."""

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from pytest_socket import enable_socket

from labkit.authoring.errors import ContentError
from labkit.authoring.judging import Outcome
from labkit.authoring.prove import CaseResult, attendee_of, judge_audit, judge_files, prove
from labkit.authoring.skeleton import write_exercise
from labkit.authoring.snapshots import (
    Recording,
    file_name,
    record,
    replay_failures,
    staleness,
)
from labkit.foundation.errors import SettingInvalid
from labkit.grading.attempts import load_attempts
from labkit.grading.exercise import find_exercise, load_exercise
from labkit.workshop.lab import Lab
from tests.support.cluster import FakeCluster
from tests.support.engine import FakeEngine
from tests.support.workshop import EXERCISE, lab_on

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])
STATES = [
    "audit log",
    "complete",
    "mutant mistake-1",
    "mutant mistake-2",
    "mutant mistake-3",
    "mutant mistake-4",
    "mutant mistake-5",
    "untouched",
    "solution",
    "solution changes something",
    "grader may only read",
    "after reset",
    "nothing left after reset",
    "solved again",
    "variant way-1",
    "variant way-1 changes something",
    "variant way-2",
    "variant way-2 changes something",
]


@dataclass(frozen=True, slots=True)
class Proven:
    """A finished proof of the good exercise, with an audit log; its cluster is gone."""

    lab: Lab
    results: list[CaseResult]
    left: set[str]
    """Namespaces, and names of cluster-wide objects, that remained."""


@pytest.fixture(scope="module")
def proof(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proven]:
    enable_socket()  # before any test of this module does it for itself
    with FakeCluster() as cluster:
        engine = FakeEngine(cluster)
        lab = lab_on(cluster, tmp_path_factory.mktemp("proof"))
        engine.audit = audit_line(lab, "list")
        capable = replace(lab.record, capabilities=frozenset({"audit-log"}))
        lab = replace(lab, record=capable, open_engine=lambda: engine)
        results = proven(lab)
        yield Proven(lab, results, {key[2] or key[3] for key in cluster.held.all})


@pytest.fixture
def kept(proof: Proven, tmp_path: Path) -> Recording:
    """Its recording, in a copy of the content that a test may change."""
    content = shutil.copytree(proof.lab.content, tmp_path / "content")
    recording = recording_of(replace(proof.lab, content=content))
    snapshots = {file_name(r.case): r.snapshot for r in proof.results if r.snapshot}
    record(recording, snapshots)
    return recording


def proven(lab: Lab) -> list[CaseResult]:
    results: list[CaseResult] = []
    prove(lab, [find_exercise(lab.exercises, EXERCISE)], jobs=4, report=results.append)
    return results


def grader_of(lab: Lab) -> str:
    """The one who looks at the solution."""
    exercise = find_exercise(lab.exercises, EXERCISE)
    return f"{attendee_of(exercise, load_attempts(exercise, solutions(lab))[0])}-grader"


def audit_line(lab: Lab, verb: str) -> str:
    user = {"username": f"system:serviceaccount:labkit-system:{grader_of(lab)}"}
    return json.dumps({"verb": verb, "requestURI": "/x", "user": user})


def missed(results: list[CaseResult]) -> dict[str, str]:
    return {r.case: r.judgement.seen for r in results if r.outcome is Outcome.MISSED}


def solutions(lab: Lab) -> Path:
    return lab.solutions / "00-test" / EXERCISE


def recording_of(lab: Lab) -> Recording:
    return Recording(find_exercise(lab.exercises, EXERCISE), solutions(lab))


def test_every_state_of_a_good_exercise_holds(proof: Proven) -> None:
    assert sorted(r.case for r in proof.results) == sorted(STATES)
    assert missed(proof.results) == {}


def test_proof_leaves_nothing_on_the_cluster(proof: Proven) -> None:
    assert proof.left == {"default", "kube-system", "labkit-system", "labkit-learner"}


def test_faults_of_attempts_are_misses_with_their_reason_and_stop_no_other(tmp_path: Path) -> None:
    with FakeCluster() as cluster:
        lab = lab_on(cluster, tmp_path)
        right = (solutions(lab) / "solution" / "sign.yaml").read_text()
        (solutions(lab) / "mutants" / "mistake-3" / "sign.yaml").write_text(right)
        (solutions(lab) / "variants" / "way-1" / "sign.yaml").write_text("kind: [")
        results = proven(lab)
        assert not [key for key in cluster.held.all if "p-" in key[2] + key[3]]
    assert missed(results).keys() == {"mutant mistake-3", "variant way-1"}
    assert "sign-hangs PASSED" in missed(results)["mutant mistake-3"]
    assert "is not YAML" in missed(results)["variant way-1"]
    assert len(results) == len(STATES) - 2  # no audit log, and nothing said of way-1's change


def test_missing_capability_is_counted_as_skipped(tmp_path: Path) -> None:
    with FakeCluster() as cluster:
        lab = lab_on(cluster, tmp_path)
        file = lab.exercises / "00-test" / EXERCISE / "exercise.toml"
        file.write_text('capabilities = ["storage"]\n' + file.read_text())
        (result,) = proven(lab)
    assert result.outcome is Outcome.SKIPPED
    assert "storage" in result.judgement.seen


@pytest.mark.parametrize(
    ("log", "seen"),
    [
        pytest.param("list patch", ": patch /x", id="a-write"),
        pytest.param("", "0 reads, no write", id="not-even-a-read"),
    ],
)
def test_audit_log_that_shows_a_write_or_nothing_at_all_is_a_miss(
    log: str, seen: str, proof: Proven
) -> None:
    lines = "\n".join(audit_line(proof.lab, verb) for verb in log.split())
    judgement = judge_audit(lines, [grader_of(proof.lab)])
    assert judgement.outcome is Outcome.MISSED
    assert judgement.seen.endswith(seen)


def test_recorded_snapshots_are_fresh_and_replay(kept: Recording) -> None:
    assert staleness(kept) == ""
    assert replay_failures(kept) == []


def test_change_of_a_file_makes_snapshots_stale_and_of_criteria_does_not(kept: Recording) -> None:
    check = kept.exercise.check_file
    check.write_text(check.read_text() + "\n")
    assert staleness(kept) == ""
    (kept.exercise.starter / "sign.yaml").write_text("other\n")
    assert "changed" in staleness(kept)


def test_criterion_that_judges_otherwise_fails_the_replay(kept: Recording) -> None:
    check = kept.exercise.check_file
    check.write_text(check.read_text().replace("sign.number", "sign.digit"))
    assert {one.name for one in replay_failures(kept)} == {
        f"mutant-mistake-{number}" for number in range(1, 6)
    }


def test_snapshot_missing_or_left_over_is_stale(kept: Recording) -> None:
    (kept.snapshots / "untouched.json").rename(kept.snapshots / "other.json")
    assert "other, untouched" in staleness(kept)


def test_nothing_is_recorded_when_a_state_is_missing(tmp_path: Path) -> None:
    with FakeCluster() as cluster:
        lab = lab_on(cluster, tmp_path)
    with pytest.raises(ContentError, match="untouched"):
        record(recording_of(lab), {})
    assert "nothing was recorded" in staleness(recording_of(lab))


def test_new_exercise_can_be_read_and_is_refused_until_written(tmp_path: Path) -> None:
    write_exercise(tmp_path, "00-test", "new-one")
    exercise = load_exercise(tmp_path / "exercises" / "00-test" / "new-one")
    folder = tmp_path / "solutions" / "00-test" / "new-one"
    judged = judge_files(exercise, folder, load_attempts(exercise, folder))
    assert judged.outcome is Outcome.MISSED
    assert "TODO in notes.md" in judged.seen


def test_new_exercise_overwrites_none(tmp_path: Path) -> None:
    with FakeCluster() as cluster:
        lab = lab_on(cluster, tmp_path)
    with pytest.raises(SettingInvalid, match=EXERCISE):
        write_exercise(lab.content, "01-other", EXERCISE)
