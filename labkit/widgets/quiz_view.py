"""Questions to choose an answer to; without a kernel, the answers are folded below each."""

from collections.abc import Collection
from typing import Any

from labkit.foundation.text import say
from labkit.grading.verdict import State
from labkit.widgets.twin import Twin, framed, page
from labkit.widgets.verdict_card import COLOURS
from labkit.widgets.view import View, card, folded, mark, paragraph, prose, title
from labkit.workshop.quizzes import Question, Quiz


def quiz_view(quiz: Quiz, told: dict[int, str]) -> View:
    """The whole quiz, and by a question's number what was said to the answer."""
    parts = []
    for number, question in enumerate(quiz.questions):
        options = "".join(f"<li>{prose(option.text)}</li>" for option in question.options)
        asked = title(_asked(number, question))
        answer = folded(say("Answer"), *map(paragraph, _solved(question)))
        parts.append(
            f'<div style="margin:0 0 1em">{asked}<ul style="margin:0 0 0.3em">{options}</ul>'
            f"{told.get(number, '')}{answer}</div>"
        )
    return View(_text(quiz), card(say("Quiz"), *parts))


def answer_html(question: Question, chosen: Collection[int]) -> str:
    is_right = question.is_right(chosen)
    state = State.PASSED if is_right else State.NOT_YET
    word, symbol = (say("right"), "✔") if is_right else (say("not yet"), "◐")
    reasons = " ".join(prose(reason) for reason in question.told(chosen))
    badge = mark(symbol, word, COLOURS[state])
    return f'<p role="status" style="margin:0.2em 0 0.6em">{badge}{reasons}</p>'


class QuizPanel:
    def __init__(self, quiz: Quiz) -> None:
        self._quiz = quiz
        self._told: dict[int, str] = {}
        self.asked = [self._question(n, one) for n, one in enumerate(quiz.questions)]

    def display(self) -> None:
        controls = [widget for asked in self.asked for widget in asked]
        name = f"quiz-{self._quiz.lesson}"
        self._twin = Twin(name, controls, quiz_view(self._quiz, self._told))

    def _question(self, number: int, question: Question) -> list[Any]:
        """The question, its options, the button, and what is said to an answer."""
        from ipywidgets import Button

        label = _asked(number, question)
        options = _choices(question)
        button = Button(description=say("Answer"), tooltip=say("Answer question {n}", n=number + 1))
        said = page()

        def answered(_: object) -> None:
            told = answer_html(question, _chosen(question, options))
            self._told[number] = told
            said.value = framed(told)
            self._twin.keep(quiz_view(self._quiz, self._told))

        button.on_click(answered)
        return [page(title(label)), *options, button, said]


def _choices(question: Question) -> list[Any]:
    """One of several: radio buttons. Several of several: boxes."""
    from ipywidgets import Checkbox, Layout, RadioButtons

    wide = Layout(width="auto")
    if len(question.rights) == 1:
        texts = [(option.text, n) for n, option in enumerate(question.options)]
        return [RadioButtons(options=texts, value=None, layout=wide)]
    return [
        Checkbox(value=False, description=option.text, indent=False, layout=wide)
        for option in question.options
    ]


def _chosen(question: Question, options: list[Any]) -> set[int]:
    if len(question.rights) == 1:
        return {options[0].value} - {None}
    return {n for n, box in enumerate(options) if box.value}


def _asked(number: int, question: Question) -> str:
    return f"{number + 1}. {question.ask}"


def _solved(question: Question) -> list[str]:
    rights = [option for option in question.options if option.is_right]
    return [f"{option.text} {option.why}" for option in rights]


def _text(quiz: Quiz) -> str:
    """The answers at the end, where whoever reads on from a question does not meet them."""
    asked = [
        line
        for number, question in enumerate(quiz.questions)
        for line in (_asked(number, question), *(f"    - {o.text}" for o in question.options))
    ]
    solved = [
        f"{number}. {line}"
        for number, question in enumerate(quiz.questions, 1)
        for line in _solved(question)
    ]
    return "\n".join([*asked, say("Answers:"), *solved])
