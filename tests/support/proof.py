"""A proof on a cluster held in memory, and what it said."""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from labkit.authoring.judging import Outcome
from labkit.authoring.proof_results import CaseResult
from labkit.authoring.prove import Plan, prove
from labkit.authoring.visits import attendee_of
from labkit.grading.attempts import load_attempts
from labkit.grading.exercise import exercise_folders, find_exercise
from labkit.workshop.lab import Lab
from tests.support.cluster import FakeCluster
from tests.support.engine import FakeEngine
from tests.support.workshop import EXERCISE, lab_on

LESSON = "00-test"


class Kept:
    """Watches a proof; `at` is called as each state begins, and may interrupt it."""

    def __init__(self, at: Callable[[str], object] = str) -> None:
        self.begun: list[str] = []
        self.results: list[CaseResult] = []
        self.sentences: list[str] = []
        self._at = at

    def began(self, exercise: str, case: str) -> None:
        self.begun.append(case)
        self._at(case)

    def ended(self, result: CaseResult) -> None:
        self.results.append(result)

    def said(self, sentence: str) -> None:
        self.sentences.append(sentence)

    def missed(self) -> dict[str, str]:
        """What was seen, by case."""
        missed = [r for r in self.results if r.outcome is Outcome.MISSED]
        return {result.case: result.judgement.seen for result in missed}

    def cases(self, outcome: Outcome) -> list[str]:
        return sorted(result.case for result in self.results if result.outcome is outcome)


def proven(lab: Lab, plan: Plan | None = None, kept: Kept | None = None) -> Kept:
    """Every exercise of the lab's content."""
    kept = kept or Kept()
    folders = list(exercise_folders(lab.exercises).values())
    prove(lab, folders, plan or Plan(), kept)
    return kept


def exercise_folder(lab: Lab) -> Path:
    return lab.exercises / LESSON / EXERCISE


def solution_folder(lab: Lab) -> Path:
    return lab.solutions / LESSON / EXERCISE


@dataclass(frozen=True, slots=True)
class Proven:
    """A finished proof of the good exercise, with an audit log; its cluster is gone."""

    lab: Lab
    kept: Kept
    left: set[str]
    """Namespaces, and names of cluster-wide objects, that remained."""


def good_proof(folder: Path) -> Proven:
    with FakeCluster() as cluster:
        engine = FakeEngine(cluster)
        lab = lab_on(cluster, folder)
        engine.audit = audit_line(lab, "list")
        capable = replace(lab.record, capabilities=frozenset({"audit-log"}))
        lab = replace(lab, record=capable, open_engine=lambda: engine)
        kept = proven(lab)
        return Proven(lab, kept, {key[2] or key[3] for key in cluster.held.all})


def grader_of(lab: Lab) -> str:
    """The one who looks at the solution."""
    exercise = find_exercise(lab.exercises, EXERCISE)
    return f"{attendee_of(exercise, load_attempts(exercise, solution_folder(lab))[0])}-grader"


def audit_line(lab: Lab, verb: str, received: str = "2999-01-01") -> str:
    user = {"username": f"system:serviceaccount:labkit-system:{grader_of(lab)}"}
    event = {"verb": verb, "requestURI": "/x", "user": user, "requestReceivedTimestamp": received}
    return json.dumps(event)
