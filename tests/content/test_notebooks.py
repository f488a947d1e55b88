"""What learners open is what authors wrote, and it keeps the rules of a lesson."""

import re
from pathlib import Path
from typing import Any

import nbformat
import pytest

from labkit.authoring.content import Content, chosen_sources
from labkit.authoring.notebooks import notebook_differences, read_source
from labkit.authoring.recording import failures
from labkit.authoring.rules import breaches
from labkit.authoring.sentences import template_differences
from labkit.authoring.solved import sources_differ
from labkit.workshop.quizzes import read_quiz
from tests.content.repository import ROOT, name, tracked

CONTENT = Content(ROOT)
SOURCES = chosen_sources(CONTENT, ())
PAGE = re.compile(r"\b\d\d-[a-z-]+\.ipynb")


def stem(path: Path) -> str:
    return path.stem


def recorded_run(source: Path) -> Any:
    path = CONTENT.expected / f"{source.stem}.ipynb"
    return nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]


def test_there_are_lessons() -> None:
    assert {"00-setup", "04-hello-kubernetes"} <= {source.stem for source in SOURCES}


def test_exercises_belong_to_lessons() -> None:
    lessons = {folder.parents[1].name for folder in CONTENT.exercises.glob("*/*/exercise.toml")}
    assert lessons <= {source.stem for source in SOURCES}


def test_notebooks_equal_their_sources() -> None:
    assert [difference.sentence for difference in notebook_differences(CONTENT)] == []


def test_every_sentence_is_in_the_template_for_translators() -> None:
    assert [difference.sentence for difference in template_differences(CONTENT)] == []


@pytest.mark.parametrize("quiz", sorted(CONTENT.quizzes.glob("*.toml")), ids=stem)
def test_quiz_belongs_to_a_lesson_and_asks_something(quiz: Path) -> None:
    assert quiz.stem in {source.stem for source in SOURCES}
    assert len(read_quiz(quiz.stem, content=ROOT).questions) >= 2


def test_every_lesson_that_is_named_is_there() -> None:
    told = tracked("notebooks/source/*.py", "notebooks/quiz/*.toml", "solutions/*/*/notes.md")
    numbers = {source.stem[:2] for source in SOURCES}
    pages = {f"{source.stem}.ipynb" for source in SOURCES}
    missing = [
        f"{name(path)}: {named}"
        for path in told
        for text in [path.read_text(encoding="utf-8")]
        for named in {*re.findall(r"\b[Ll]esson (\d\d)\b", text), *PAGE.findall(text)}
        if named not in numbers | pages
    ]
    assert missing == []


@pytest.mark.parametrize("source", SOURCES, ids=stem)
def test_lesson_keeps_the_rules(source: Path) -> None:
    found = breaches(source, CONTENT)
    assert [f"cell {breach.cell} {breach.sentence}" for breach in found] == []


@pytest.mark.parametrize("source", SOURCES, ids=stem)
def test_recorded_run_is_of_the_lesson_as_it_is_now(source: Path) -> None:
    difference = sources_differ(recorded_run(source), read_source(source))
    assert difference == "", "run `labkit build --record`"


@pytest.mark.parametrize("source", SOURCES, ids=stem)
def test_no_recorded_output_is_a_failure(source: Path) -> None:
    assert list(failures(recorded_run(source))) == []


@pytest.mark.parametrize("source", SOURCES, ids=stem)
def test_every_manifest_that_a_lesson_names_is_there(source: Path) -> None:
    folder = ROOT / "manifests" / source.stem
    named = {
        word
        for cell in read_source(source).cells
        for word in cell.source.split()
        if word.startswith(f"{source.stem}/") and word.endswith(".yaml")
    }
    there = {f"{source.stem}/{path.name}" for path in folder.glob("*.yaml")}
    assert named == there
