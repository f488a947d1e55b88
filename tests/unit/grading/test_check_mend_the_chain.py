"""Each of the four mistakes is drawn in the proof, for right and for wrong answers."""

from labkit.authoring.visits import SEED, attendee_of
from labkit.grading.attempts import Kind
from labkit.grading.draw import draw_values
from labkit.grading.exercise import ChoiceDraw, find_exercise
from tests.support.graded import ROOT
from tests.unit.grading.applied import attempts_of

EXERCISE = find_exercise(ROOT / "exercises", "mend-the-chain")
(FAULT,) = (draw for draw in EXERCISE.draws if isinstance(draw, ChoiceDraw))


def faults_of(*kinds: Kind) -> set[str]:
    """What the proof draws follows from the attempts' names."""
    attempts = attempts_of(EXERCISE, *kinds)
    people = [attendee_of(EXERCISE, attempt) for attempt in attempts]
    return {draw_values(EXERCISE, who, SEED)[FAULT.name] for who in people}


def test_right_answers_are_proven_on_every_fault() -> None:
    assert faults_of(Kind.SOLUTION, Kind.VARIANT) == set(FAULT.choices)


def test_wrong_answers_are_proven_on_every_fault() -> None:
    assert faults_of(Kind.MUTANT) == set(FAULT.choices)
