from pathlib import Path

import pytest

from labkit.authoring.errors import SourceInvalid
from labkit.authoring.sentences import (
    gathered,
    template,
    template_differences,
    write_template,
)
from tests.unit.authoring.lesson_text import work_tree


def test_sentences_come_from_checks_and_from_every_part_of_an_exercise(tmp_path: Path) -> None:
    assert [sentence for _place, sentence in gathered(work_tree(tmp_path))] == [
        "Nobody was greeted, {n} waited.",
        "Greet somebody",
        "Say hello to table ${table}.",
        "Somebody was greeted",
        "Look up.",
        "Open your mouth.",
        "Breathe out.",
    ]


def test_sentences_said_by_labkit_are_gathered_with_their_file(tmp_path: Path) -> None:
    content = work_tree(tmp_path)
    (tmp_path / "labkit").mkdir()
    (tmp_path / "labkit" / "door.py").write_text('say("The door "\n    "is open.")\nsay(f"{x}")\n')
    assert ("labkit/door.py", "The door is open.") in set(gathered(content))


def test_sentences_of_a_quiz_are_gathered(tmp_path: Path) -> None:
    content = work_tree(tmp_path)
    content.quizzes.mkdir()
    (content.quizzes / "00-setup.toml").write_text(
        '[[question]]\nask = "Who?"\noption = [{ text = "Me.", why = "Why not.", right = true }]\n'
    )
    place = "notebooks/quiz/00-setup.toml"
    assert [found for found in gathered(content) if found[0] == place] == [
        (place, "Who?"),
        (place, "Me."),
        (place, "Why not."),
    ]


def test_template_moves_with_sentences_only(tmp_path: Path) -> None:
    content = work_tree(tmp_path)
    before = template(content)
    check = content.exercises / "00-setup" / "greet" / "check_greet.py"
    check.write_text("\n\n\n" + check.read_text())
    assert template(content) == before
    check.write_text(check.read_text().replace("Nobody", "No visitor"))
    assert template(content) != before


def test_template_has_no_date(tmp_path: Path) -> None:
    assert "POT-Creation-Date" not in template(work_tree(tmp_path))


def test_missing_sentence_is_a_difference_until_the_template_is_written(tmp_path: Path) -> None:
    content = work_tree(tmp_path)
    assert len(template_differences(content)) == 1
    assert write_template(content) == (content.template,)
    assert template_differences(content) == ()
    assert write_template(content) == ()


def test_exercise_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    content = work_tree(tmp_path)
    broken = content.exercises / "00-setup" / "greet" / "exercise.toml"
    broken.write_text("title = ")
    with pytest.raises(SourceInvalid) as caught:
        template(content)
    assert caught.value.path == broken
