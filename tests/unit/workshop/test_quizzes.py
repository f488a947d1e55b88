from pathlib import Path

import pytest

from labkit.foundation.errors import SettingInvalid
from labkit.grading.errors import ExerciseInvalid
from labkit.workshop.quizzes import Question, read_quiz

QUIZ = """
[[question]]
ask = "Who gets visitors?"
option = [
  { text = "All.", why = "One is not ready." },
  { text = "Those that are ready.", why = "Endpoints are ready Pods.", right = true },
]
[[question]]
ask = "Which are kinds?"
option = [
  { text = "Pod", why = "Yes, a Pod.", right = true },
  { text = "Service", why = "Yes, a Service.", right = true },
  { text = "Port", why = "A port is a field." },
]
"""


def write(folder: Path, text: str) -> Path:
    path = folder / "notebooks" / "quiz" / "00-test.toml"
    path.parent.mkdir(parents=True)
    path.write_text(text)
    return folder


@pytest.fixture
def questions(tmp_path: Path) -> tuple[Question, ...]:
    return read_quiz("00-test", content=write(tmp_path, QUIZ)).questions


def test_choice_is_right_when_it_is_all_that_is_right_and_nothing_else(
    questions: tuple[Question, ...],
) -> None:
    single, several = questions
    assert [single.is_right(chosen) for chosen in ({0}, {1})] == [False, True]
    assert [several.is_right(chosen) for chosen in ({0}, {0, 1}, {0, 1, 2})] == [False, True, False]


def test_each_choice_is_told_why(questions: tuple[Question, ...]) -> None:
    assert questions[0].told({0}) == ("One is not ready.",)
    assert questions[1].told({1, 2}) == ("Yes, a Service.", "A port is a field.")


def test_half_of_the_answer_is_encouraged(questions: tuple[Question, ...]) -> None:
    assert questions[1].told({0}) == ("Yes, a Pod.", "Right so far; there is more to choose.")


def test_no_choice_is_asked_for_one(questions: tuple[Question, ...]) -> None:
    assert questions[0].told(()) == ("Choose first.",)
    assert not questions[0].is_right(())


def test_unknown_lesson_names_those_that_have_a_quiz(tmp_path: Path) -> None:
    with pytest.raises(SettingInvalid, match="00-test"):
        read_quiz("99-none", content=write(tmp_path, QUIZ))


@pytest.mark.parametrize(
    "text",
    [QUIZ.replace(", right = true", ""), QUIZ.replace("ask", "asks"), "question = ["],
    ids=["nothing is right", "misspelt", "no TOML"],
)
def test_faulty_file_is_named(text: str, tmp_path: Path) -> None:
    with pytest.raises(ExerciseInvalid, match=r"00-test\.toml"):
        read_quiz("00-test", content=write(tmp_path, text))
