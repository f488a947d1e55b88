from pathlib import Path

import pytest

from labkit.authoring.rules import breaches
from tests.unit.authoring.lesson_text import EXERCISE, LESSON, source_of, work_tree

BREAKING = {
    "long-cell": ("You greeted.", "a\n" + "# b\n" * 12, "lines; 12 are allowed"),
    "no-minutes": ("About 5 minutes", "A while", "the minutes the lesson takes"),
    "no-recap": ("## Recap", "## End", "no section “Recap”"),
    "one-question": (
        "# <details><summary>Answer</summary>two</details>\n",
        "",
        "at least two questions",
    ),
    "star-import": ("import check, hint, reset, solution, start", "import *", "nothing else"),
    "other-import": ("from labkit.notebook import", "from os import", "nothing else"),
    "other-module": (
        "from labkit.notebook import",
        "import os\nfrom labkit.notebook import",
        "whole",
    ),
    "no-reset": ("hint, reset, ", "hint, ", "does not import reset"),
    "late-module": ('start("greet")', "import ovh", "first code cell"),
    "late-import": ('start("greet")', "from labkit.notebook import answer", "first code cell"),
    "missing-parameter": ('attendee = "me"\n', "", "one cell tagged `parameters`"),
    "code-after-code": ("# %% [markdown]\n# Where are you?\n\n", "", "needs a sentence before"),
    "belittling": ("Leave these.", "This is just a start.", "says “just”"),
    "unexplained": ("# %%\n# !kubectl", '# %% tags=["nbval-ignore-output"]\n# !kubectl', "why"),
    "unknown-exercise": ("greet", "grunt", "is not in 00-setup"),
    "no-hint": ('# hint("greet")\n', "", "lacks: hint"),
    "check-before-work-only": (
        '# %%\ncheck("greet")',
        "# %%\n1",
        "lacks: check",
    ),
}


def test_lesson_that_keeps_the_rules_has_no_breach(tmp_path: Path) -> None:
    content = work_tree(tmp_path)
    assert breaches(source_of(content), content) == ()


def test_lesson_may_import_what_it_teaches(tmp_path: Path) -> None:
    content = work_tree(tmp_path, LESSON.replace("from lab", "import hashlib\nfrom lab", 1))
    assert breaches(source_of(content), content) == ()


@pytest.mark.parametrize(("old", "new", "complaint"), list(BREAKING.values()), ids=list(BREAKING))
def test_broken_rule_is_said(tmp_path: Path, old: str, new: str, complaint: str) -> None:
    assert old in LESSON
    content = work_tree(tmp_path, LESSON.replace(old, new))
    said = [breach.sentence for breach in breaches(source_of(content), content)]
    assert any(complaint in sentence for sentence in said), said


def test_exercise_checked_only_before_the_work_is_a_breach(tmp_path: Path) -> None:
    moved = LESSON.replace('check("greet")', "1").replace(
        'start("greet")', 'start("greet")\ncheck("greet")'
    )
    content = work_tree(tmp_path, moved)
    said = [breach.sentence for breach in breaches(source_of(content), content)]
    assert said == ["exercise “greet” is not checked after the work"]


def test_exercise_that_its_page_never_starts_is_a_breach(tmp_path: Path) -> None:
    content = work_tree(tmp_path)
    forgotten = content.exercises / "00-setup" / "wave" / "exercise.toml"
    forgotten.parent.mkdir()
    forgotten.write_text(EXERCISE.replace("greet", "wave"))
    said = [breach.sentence for breach in breaches(source_of(content), content)]
    assert said == ["never starts exercise “wave”, which is in 00-setup"]


def test_quiz_may_be_a_file_but_must_be_there(tmp_path: Path) -> None:
    folded = LESSON[LESSON.index("# <details>") :]
    called = LESSON.replace(folded, '# Answer.\n\n# %%\nquiz("00-setup")\n')
    content = work_tree(tmp_path, called)
    (said,) = [breach.sentence for breach in breaches(source_of(content), content)]
    assert said == "calls its quiz, and notebooks/quiz/00-setup.toml is not there"
    content.quizzes.mkdir()
    (content.quizzes / "00-setup.toml").touch()
    assert breaches(source_of(content), content) == ()
