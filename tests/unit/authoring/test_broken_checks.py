"""Ways to break an exercise, and how the proof names the culprit.

Each is an exercise of its own in one short proof. Attempts that give something else, and stale
snapshots, are in test_proof.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from pytest_socket import enable_socket

from labkit.authoring.completeness import judge_complete
from labkit.authoring.judging import Outcome
from labkit.authoring.prove import Plan
from labkit.authoring.purity import impurities, slow_criteria
from labkit.authoring.skeleton import write_exercise
from labkit.foundation.errors import SettingInvalid
from labkit.foundation.waiting import SystemClock
from labkit.grading.attempts import load_attempts
from labkit.grading.exercise import find_exercise, load_exercise
from labkit.grading.snapshot import Snapshot
from tests.support.cluster import FakeCluster
from tests.support.proof import Kept, proven
from tests.support.workshop import lab_on, write_content

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])
CHECK, SOLUTION = "exercises/99-{id}/{id}/check_{name}.py", "solutions/99-{id}/{id}/solution"
NONE = 'return not_started("sign.none", seen="No sign.", next_step="Hang one.")'


@dataclass(frozen=True, slots=True)
class Break:
    """What is replaced by what in the check, the state that must miss, and what it must say."""

    id: str
    old: str
    new: str
    case: str
    seen: str


BREAKS = (
    Break("inverted-condition", "number !=", "number ==", "solution", "sign-hangs NOT_YET"),
    Break("always-true", NONE, 'return passed("Fine.")', "untouched", "sign-hangs PASSED"),
    Break("wrong-object", '("ConfigMap")', '("ConfigMap", "b")', "solution", "sign-hangs NOT_YET"),
    Break(
        "missing-message",
        'next_step="Hang one."',
        'next_step=""',
        "untouched",
        "sign-hangs says nothing as: next_step",
    ),
    Break(
        "check-that-writes",
        "    signs =",
        "    import httpx\n    httpx.delete(snapshot.namespace)\n    signs =",
        "complete",
        "check_check_that_writes.py:6 uses httpx",
    ),
    Break(
        "sleep-inside",
        "    signs =",
        '    __import__("time").sleep(1)\n    signs =',
        "complete",
        "check_sleep_inside.py:6 uses __import__",
    ),
    Break(
        "does-not-load",
        "if not signs:",
        "if not signs",
        "complete",
        "check_does_not_load.py cannot be loaded: SyntaxError",
    ),
    Break(
        "other-name",
        "def sign_hangs",
        "def sign_hang",
        "complete",
        "function sign_hangs in check_other_name.py",
    ),
    Break(
        "raises",
        "    signs =",
        "    snapshot.drawn('digit')\n    signs =",
        "untouched",
        "sign-hangs CANNOT_CHECK",
    ),
)
FORGETS = "reset-that-forgets"
BROKEN_FILE = "broken-file"


@pytest.fixture(scope="module")
def proof(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kept]:
    enable_socket()  # before any test of this module does it for itself
    with FakeCluster() as cluster:
        lab = lab_on(cluster, tmp_path_factory.mktemp("broken"))
        for broken in BREAKS:
            write_content(lab.content, f"99-{broken.id}", broken.id)
            check = find_exercise(lab.exercises, broken.id).check_file
            text = check.read_text()
            assert broken.old in text
            check.write_text(text.replace(broken.old, broken.new))
        let_reset_forget(write_content(lab.content, f"99-{FORGETS}", FORGETS))
        write_content(lab.content, f"99-{BROKEN_FILE}", BROKEN_FILE)
        file = lab.exercises / f"99-{BROKEN_FILE}" / BROKEN_FILE / "exercise.toml"
        file.write_text(file.read_text().replace("weight = 10", "weight = 9"))
        yield proven(lab, Plan(jobs=8, seed=1, share_seconds=0))


def let_reset_forget(content: Path) -> None:
    """Work in a kind that the cluster does not name when it is asked for everything it holds."""
    for path in content.glob(f"*/99-{FORGETS}/{FORGETS}/**/*"):
        if path.suffix in {".py", ".yaml"} or path.name == "exercise.toml":
            text = path.read_text().replace("ConfigMap", "Deployment")
            text = text.replace("apiVersion: v1", "apiVersion: apps/v1")
            path.write_text(text)
    steps = content / "exercises" / f"99-{FORGETS}" / FORGETS / "setup" / "steps.toml"
    steps.write_text(steps.read_text().replace("ConfigMap", "Deployment"))


@pytest.mark.parametrize("broken", BREAKS, ids=lambda broken: str(broken.id))
def test_broken_check_is_a_miss_that_names_state_criterion_and_file(
    broken: Break, proof: Kept
) -> None:
    missed = [r for r in proof.results if r.outcome is Outcome.MISSED and r.exercise == broken.id]
    result = next(one for one in missed if one.case == broken.case)
    assert broken.seen in result.judgement.seen
    assert f"99-{broken.id}/{broken.id}" in result.file
    assert broken.case == "complete" or f"check_{broken.id.replace('-', '_')}.py" in result.file


def test_reset_that_forgets_is_a_miss_that_names_setup(proof: Kept) -> None:
    missed = [r for r in proof.results if r.outcome is Outcome.MISSED and r.exercise == FORGETS]
    assert [result.case for result in missed] == ["after reset"]
    assert "sign-hangs PASSED" in missed[0].judgement.seen
    assert missed[0].file == f"exercises/99-{FORGETS}/{FORGETS}/setup"


def test_file_that_cannot_be_read_is_a_miss_of_its_exercise_and_stops_no_other(
    proof: Kept,
) -> None:
    told = [result for result in proof.results if result.exercise == BROKEN_FILE]
    assert [result.case for result in told] == ["complete"]
    assert "exercise.toml" in told[0].judgement.seen


def test_incomplete_exercise_is_refused_before_anything_is_made(proof: Kept) -> None:
    refused = {broken.id for broken in BREAKS if broken.case == "complete"} | {BROKEN_FILE}
    cases = {name: [r.case for r in proof.results if r.exercise == name] for name in refused}
    assert cases == {name: ["complete"] for name in refused}


def test_good_exercise_beside_the_broken_ones_holds(proof: Kept) -> None:
    own = [result for result in proof.results if result.exercise == "hang-a-sign"]
    assert {r.outcome for r in own} == {Outcome.HELD, Outcome.NOT_DRAWN}


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ("import labkit.grading.verdict", ["labkit.grading.verdict"]),
        ("from labkit.grading.reading import take_snapshot", ["labkit.grading.reading"]),
        ("from labkit.grading.criteria import *", ["labkit.grading.criteria (*)"]),
        ("from time import sleep", ["time (sleep)"]),
        ("open('/tmp/x', 'w')", ["open"]),
        ("().__class__.__base__.__subclasses__()", ["__subclasses__", "__base__", "__class__"]),
        ("from labkit.grading.criteria.pods import ready", []),
        ("from labkit.foundation.text import say", []),
    ],
)
def test_what_leads_out_of_a_pure_function_is_found(
    code: str, found: list[str], tmp_path: Path
) -> None:
    (tmp_path / "check_x.py").write_text(code)
    told = impurities(tmp_path / "check_x.py")
    assert len(told) == len(found)
    assert all(part in line for part, line in zip(found, told, strict=True))


class Hurried(SystemClock):
    """A clock on which every look costs half a second."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def monotonic(self) -> float:
        self.seconds += 0.5
        return self.seconds


def test_criterion_that_takes_longer_than_a_pure_function_is_named(tmp_path: Path) -> None:
    exercise = find_exercise(write_content(tmp_path) / "exercises", "hang-a-sign")
    snapshot = Snapshot("hang-a-sign", "2026-01-01T00:00:00Z", {"": "ns"})
    assert slow_criteria(exercise, snapshot, Hurried()) == ["sign-hangs takes 0.50 s"]
    assert slow_criteria(exercise, snapshot, SystemClock()) == []


def test_new_exercise_can_be_read_and_is_refused_until_written(tmp_path: Path) -> None:
    for path in write_exercise(tmp_path, "00-test", "new-one"):
        assert path.is_file()
    exercise = load_exercise(tmp_path / "exercises" / "00-test" / "new-one")
    folder = tmp_path / "solutions" / "00-test" / "new-one"
    judged = judge_complete(exercise, folder, load_attempts(exercise, folder))
    assert judged.outcome is Outcome.MISSED
    todo = [part.removeprefix("the TODO in ") for part in judged.seen.split(", ")]
    written = {path for path in todo if (tmp_path / path).is_file()}
    assert {Path(path).name for path in written} == {
        *("exercise.toml", "check_new_one.py", "steps.toml", "todo.yaml", "notes.md")
    }


def test_new_exercise_overwrites_none(tmp_path: Path) -> None:
    content = write_content(tmp_path)
    with pytest.raises(SettingInvalid, match="hang-a-sign"):
        write_exercise(content, "01-other", "hang-a-sign")
