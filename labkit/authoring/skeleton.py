"""A new exercise: every file that the proof wants, with a line that says what it is for."""

from pathlib import Path

from labkit.foundation.errors import SettingInvalid
from labkit.foundation.files import write_atomically
from labkit.foundation.text import say
from labkit.grading.exercise import exercise_folders

EXERCISE = '''\
id = "{id}"
lesson = "{lesson}"
title = "TODO: a few words"
minutes = 10
namespaces = [""] # also "b": a neighbour's
task = """
TODO: what to do, in namespace ${{ns}}, and with which drawn values.
"""
hints = [
    "TODO: where to look",
    "TODO: what to look for",
    "TODO: the last step but one",
]

[draw]
number = {{ number = [10, 99] }} # ${{number}} in every step and file

[[read]]
objects = "ConfigMap" # the snapshot holds exactly what is declared
in = [""]

[[criterion]]
id = "todo-exists"
weight = 10 # all weights add up to 10
text = "TODO: what must be so"
'''
CHECK = '''\
"""TODO: what this exercise asks, in one sentence."""

from labkit.foundation.text import say
from labkit.grading.snapshot import Snapshot
from labkit.grading.verdict import Finding, not_started, passed


def todo_exists(snapshot: Snapshot) -> Finding:
    if not snapshot.objects("ConfigMap"):
        return not_started("todo.none", seen=say("TODO:"), next_step=say("TODO:"))
    return passed(say("TODO:"))
'''
STEPS = '[[step]]\nrun = ["kubectl", "get", "pods"] # TODO: do it\n'
EXPECT = 'fails = "todo-exists"\nmessage = "todo.none"\n'
NOTES = "# TODO: why this answer, and which mistakes to expect\n"
STARTER = "# TODO: the files that an attendee gets, with gaps marked TODO\n"
VARIANTS = ("first-other-way", "second-other-way")
MUTANTS = tuple(f"mistake-{number}" for number in range(1, 6))


def write_exercise(content: Path, lesson: str, exercise_id: str) -> tuple[Path, ...]:
    """The files written. Raises SettingInvalid when the id is taken; nothing is overwritten."""
    if exercise_id in exercise_folders(content / "exercises"):
        raise SettingInvalid("new exercise", exercise_id, say("an id that no lesson uses yet"))
    exercise = content / "exercises" / lesson / exercise_id
    solution = content / "solutions" / lesson / exercise_id
    module = f"check_{exercise_id.replace('-', '_')}.py"
    files = {
        exercise / "exercise.toml": EXERCISE.format(id=exercise_id, lesson=lesson),
        exercise / module: CHECK,
        exercise / "setup" / "steps.toml": STEPS,
        exercise / "starter" / "todo.yaml": STARTER,
        solution / "notes.md": NOTES,
        solution / "solution" / "steps.toml": STEPS,
        **{solution / "variants" / name / "steps.toml": STEPS for name in VARIANTS},
        **{solution / "mutants" / name / "steps.toml": STEPS for name in MUTANTS},
        **{solution / "mutants" / name / "expect.toml": EXPECT for name in MUTANTS},
    }
    for path, text in files.items():
        write_atomically(path, text)
    return tuple(files)
