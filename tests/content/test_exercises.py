"""Every exercise is complete, and its files agree with each other."""

import re
from pathlib import Path

import pytest

from labkit.authoring.completeness import judge_complete
from labkit.authoring.judging import Outcome
from labkit.cluster.engine import Capability
from labkit.grading.attempts import Attempt, load_attempts
from labkit.grading.cloud_reading import PROJECT
from labkit.grading.draw import draw_values, drawn_objects
from labkit.grading.exercise import Exercise, exercise_folders, load_exercise
from labkit.grading.grader import load_check
from labkit.grading.steps import Answer, CloudCall, Step, load_steps
from labkit.workshop.cloud_account import APPLICATION
from labkit.workshop.cloud_offers import OF_CLOUD, OVH_API
from labkit.workshop.offers import CONTAINER_BUILD
from labkit.workshop.private_shelf import shelf_values
from tests.content.repository import ROOT, name

EXERCISES = [load_exercise(folder) for folder in exercise_folders(ROOT / "exercises").values()]
BY_ID = pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.id)
PLACEHOLDER = re.compile(r"\$\{(\w+)\}")
OTHER_THAN_DEFAULT = re.compile(r"^\s*namespace:(?! \$\{ns| default$)", re.MULTILINE)
ANY_PLACE = re.compile(r"^\s*namespace:(?! \$\{ns)", re.MULTILINE)


def solutions_of(exercise: Exercise) -> Path:
    return ROOT / "solutions" / exercise.lesson / exercise.id


def attempts_of(exercise: Exercise) -> tuple[Attempt, ...]:
    return load_attempts(exercise, solutions_of(exercise))


def steps_of(exercise: Exercise) -> list[Step]:
    folders = [exercise.setup, *(attempt.folder for attempt in attempts_of(exercise))]
    return [step for folder in folders for step in load_steps(folder)]


def files_in(*folders: Path) -> list[Path]:
    return [path for folder in folders for path in sorted(folder.rglob("*")) if path.is_file()]


def test_there_are_exercises() -> None:
    assert len(EXERCISES) >= 3


def test_ids_are_unique_across_lessons() -> None:
    folders = list((ROOT / "exercises").glob("*/*/exercise.toml"))
    assert len(folders) == len(EXERCISES)


@BY_ID
def test_check_has_one_function_a_criterion(exercise: Exercise) -> None:
    functions = [name for name in load_check(exercise) if not name.startswith("_")]
    assert functions == [criterion.function for criterion in exercise.criteria]


@BY_ID
def test_exercise_is_complete_and_its_check_pure(exercise: Exercise) -> None:
    judged = judge_complete(exercise, solutions_of(exercise), attempts_of(exercise))
    assert (judged.outcome, judged.seen) == (Outcome.HELD, "all of it")


@BY_ID
def test_every_answer_does_something(exercise: Exercise) -> None:
    assert [a.name for a in attempts_of(exercise) if not load_steps(a.folder)] == []


@BY_ID
def test_every_criterion_is_failed_by_some_wrong_answer(exercise: Exercise) -> None:
    failed = {attempt.expect.fails for attempt in attempts_of(exercise) if attempt.expect}
    assert failed == {criterion.id for criterion in exercise.criteria}


@BY_ID
def test_expected_messages_are_written_somewhere(exercise: Exercise) -> None:
    sources = [exercise.check_file, *(ROOT / "labkit/grading/criteria").glob("*.py")]
    written = "".join(path.read_text() for path in sources)
    expected = [attempt.expect.message for attempt in attempts_of(exercise) if attempt.expect]
    assert [message for message in expected if f'"{message}"' not in written] == []


@BY_ID
def test_starter_has_gaps_and_the_solution_has_none(exercise: Exercise) -> None:
    handed_out = files_in(exercise.starter)  # none where calls are all there is to do
    assert not handed_out or any("TODO" in path.read_text() for path in handed_out)
    answers = [attempt.folder for attempt in attempts_of(exercise)]
    assert [name(path) for path in files_in(*answers) if "TODO" in path.read_text()] == []


@BY_ID
def test_instructor_is_told_why(exercise: Exercise) -> None:
    notes = (solutions_of(exercise) / "notes.md").read_text()
    assert len(notes.split()) > 80


@BY_ID
def test_hints_are_short_and_ask_for_no_filling(exercise: Exercise) -> None:
    assert [hint for hint in exercise.hints if len(hint) > 200 or "${" in hint] == []
    assert [c.text for c in exercise.criteria if len(c.text) > 60 or "${" in c.text] == []


@BY_ID
def test_every_place_to_fill_has_a_value(exercise: Exercise) -> None:
    drawn = {*draw_values(exercise, "me", 7), *(draw.name for draw in drawn_objects(exercise))}
    namespaces = {f"ns_{suffix}" if suffix else "ns" for suffix in exercise.namespaces}
    folders = (exercise.setup, exercise.starter, *(a.folder for a in attempts_of(exercise)))
    texts = [exercise.task, *(path.read_text() for path in files_in(*folders))]
    used = {place for text in texts for place in PLACEHOLDER.findall(text)}
    shelf = set(shelf_values(exercise, "me", 7))
    known = drawn | namespaces | shelf | {"attendee"} | of_cloud(exercise)
    assert used - known == set()


@BY_ID
def test_a_reset_knows_every_cluster_that_steps_order(exercise: Exercise) -> None:
    ordered = {
        str((step.action.body or {}).get("name"))
        for step in steps_of(exercise)
        if isinstance(step.action, CloudCall)
        and (step.action.method, step.action.path) == ("POST", "/kube")
        and not step.action.fails
    }
    assert ordered - set(exercise.clusters) == set()


def of_cloud(exercise: Exercise) -> set[str]:
    """What an account of the cloud gives, and what setup saves of its answers."""
    if OVH_API not in exercise.capabilities:
        return set()
    calls = [step.action for step in load_steps(exercise.setup)]
    saved = {name for call in calls if isinstance(call, CloudCall) for name in call.save}
    return {PROJECT, APPLICATION, *saved}


@BY_ID
def test_setup_uses_no_value_that_is_drawn_after_it(exercise: Exercise) -> None:
    late = {draw.name for draw in exercise.draws if hasattr(draw, "where")}
    used = {p for path in files_in(exercise.setup) for p in PLACEHOLDER.findall(path.read_text())}
    assert used & late == set()


@BY_ID
def test_files_name_no_namespace_of_their_own(exercise: Exercise) -> None:
    folders = (exercise.setup, exercise.starter, *(a.folder for a in attempts_of(exercise)))
    manifests = [path for path in files_in(*folders) if path.suffix == ".yaml"]
    # A cluster of the cloud is the attendee's alone, and has no namespace of the exercise's.
    place = OTHER_THAN_DEFAULT if exercise.clusters else ANY_PLACE
    assert [name(path) for path in manifests if place.search(path.read_text())] == []


@BY_ID
def test_steps_answer_what_the_exercise_asks(exercise: Exercise) -> None:
    keys = {step.action.key for step in steps_of(exercise) if isinstance(step.action, Answer)}
    assert keys == set(exercise.answers)


@BY_ID
def test_capabilities_are_known(exercise: Exercise) -> None:
    used = {*exercise.capabilities, *(step.when for step in steps_of(exercise))}
    used |= {attempt.expect.when for attempt in attempts_of(exercise) if attempt.expect}
    assert used - {"", CONTAINER_BUILD, *OF_CLOUD, *Capability} == set()


def test_solutions_belong_to_exercises() -> None:
    folders = {path for path in (ROOT / "solutions").glob("*/*") if path.is_dir()}
    assert folders == {solutions_of(exercise) for exercise in EXERCISES}
