"""A proof on a cluster held in memory, and what it said."""

from collections.abc import Callable
from pathlib import Path

from labkit.authoring.judging import Outcome
from labkit.authoring.proof_results import CaseResult
from labkit.authoring.prove import Plan, prove
from labkit.grading.exercise import exercise_folders
from labkit.workshop.lab import Lab
from tests.support.workshop import EXERCISE

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
