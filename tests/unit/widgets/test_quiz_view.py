"""A quiz can be answered while the kernel lives, and read when it does not."""

from collections.abc import Iterator

import pytest

from labkit.widgets.quiz_view import QuizPanel, quiz_view
from labkit.workshop.quizzes import Option, Question, Quiz
from tests.support.notebook_shell import HTML, Displayed, notebook_shell
from tests.unit.widgets.test_verdict_card import words_of

SINGLE = Question(
    "Who gets visitors?",
    (Option("All.", "One is not ready.", False), Option("Those ready.", "As `it` is.", True)),
)
SEVERAL = Question(
    "Which are kinds?",
    (
        Option("Pod", "Yes, a Pod.", True),
        Option("Port", "That is a <field>.", False),
        Option("Service", "Yes, a Service.", True),
    ),
)
QUIZ = Quiz("00-test", (SINGLE, SEVERAL))


@pytest.fixture
def displayed() -> Iterator[Displayed]:
    with notebook_shell() as shown:
        yield shown


def kept(displayed: Displayed) -> str:
    return str(displayed.kept[-1][HTML])


def test_without_a_kernel_every_answer_is_folded_below_its_question() -> None:
    html = quiz_view(QUIZ, {}).html
    assert html.count("<details>") == 2
    question, _, answer = html.partition("<details>")
    assert "As <code>it</code> is." in answer
    assert "As <code>it</code> is." not in question


def test_text_has_the_answers_after_the_last_question() -> None:
    text = quiz_view(QUIZ, {}).text
    questions, _, answers = text.partition("Answers:")
    assert "Which are kinds?" in questions
    assert "Yes, a Service." in answers
    assert "Yes, a Service." not in questions


def test_right_choice_is_called_right_and_told_why(displayed: Displayed) -> None:
    panel = QuizPanel(QUIZ)
    panel.display()
    _, radio, button, said = panel.asked[0]
    radio.value = 1
    button.click()
    assert "✔ right As  it  is." in words_of(said.value)
    assert "✔ right" in kept(displayed)


def test_wrong_choice_is_not_yet_and_told_why(displayed: Displayed) -> None:
    panel = QuizPanel(QUIZ)
    panel.display()
    _, radio, button, said = panel.asked[0]
    radio.value = 0
    button.click()
    assert "◐ not yet One is not ready." in words_of(said.value)


def test_question_with_several_right_options_has_boxes(displayed: Displayed) -> None:
    panel = QuizPanel(QUIZ)
    panel.display()
    _, pod, _, service, button, said = panel.asked[1]
    pod.value = service.value = True
    button.click()
    assert "✔ right" in words_of(said.value)


def test_answer_before_a_choice_asks_for_one(displayed: Displayed) -> None:
    panel = QuizPanel(QUIZ)
    panel.display()
    panel.asked[0][2].click()
    assert "Choose first." in panel.asked[0][3].value
