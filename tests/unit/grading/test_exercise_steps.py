from pathlib import Path

import pytest

from labkit.grading.attempts import Expect, Kind, load_attempts
from labkit.grading.errors import ExerciseInvalid
from labkit.grading.exercise import Criterion, Exercise
from labkit.grading.steps import (
    AddNode,
    Answer,
    Apply,
    CordonNode,
    Delete,
    Patch,
    Remember,
    RemoveNode,
    Run,
    Shake,
    Step,
    Target,
    Wait,
    load_steps,
)

ALL = """
[[step]]
apply = "card.yaml"
as = "other-manager"
[[step]]
run = ["kubectl", "label", "configmap", "card", "lab=${mark}"]
[[step]]
wait = { object = "Deployment/web", until = "available", limit_seconds = 5 }
[[step]]
wait = { object = "Pod", labels = "app=web", in = "b", until = "condition=Ready" }
[[step]]
wait = { object = "Pod/observer", in = "b", until = 'log="ok":true' }
[[step]]
delete = { object = "ConfigMap/card" }
[[step]]
patch = { object = "ConfigMap/card", merge = { data = { a = "${mark}" } } }
[[step]]
answer = { key = "colour", value = "red" }
[[step]]
answer = { key = "count", run = ["kubectl", "get", "pods"], count_lines = true }
[[step]]
remember = { key = "card", object = "ConfigMap/card", in = "b", fields = ["metadata.uid"] }
[[step]]
shake = true
[[step]]
node = { add = "annex", flavor = "d2-2", cordoned = true }
when = "multi-node"
[[step]]
node = { remove = "annex" }
[[step]]
node = { cordon = "node1" }
"""


def steps_in(folder: Path, text: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "steps.toml").write_text(text)
    (folder / "card.yaml").write_text("kind: ConfigMap")
    return folder


def test_every_step_is_read_and_filled(tmp_path: Path) -> None:
    steps = load_steps(steps_in(tmp_path, ALL), lambda text: text.replace("${mark}", "card"))
    card = Target("ConfigMap", "card")
    assert [step.action for step in steps] == [
        Apply(tmp_path / "card.yaml", "other-manager"),
        Run(("kubectl", "label", "configmap", "card", "lab=card")),
        Wait(Target("Deployment", "web"), "available", 5),
        Wait(Target("Pod", labels="app=web", suffix="b"), "condition=Ready"),
        Wait(Target("Pod", "observer", suffix="b"), 'log="ok":true'),
        Delete(card),
        Patch(card, {"data": {"a": "card"}}),
        Answer("colour", "red"),
        Answer("count", command=("kubectl", "get", "pods"), count_lines=True),
        Remember("card", Target("ConfigMap", "card", suffix="b"), ("metadata.uid",)),
        Shake(),
        AddNode("annex", "d2-2", cordoned=True),
        RemoveNode("annex"),
        CordonNode("node1"),
    ]
    assert steps[11] == Step(AddNode("annex", "d2-2", cordoned=True), "multi-node")


def test_no_file_means_no_steps(tmp_path: Path) -> None:
    assert load_steps(tmp_path) == ()


FAULTS = {
    "no such step": ('dance = "tango"', "step.0", "exactly one of"),
    "two steps in one": ('apply = "card.yaml"\nrun = ["true"]', "step.0", "exactly one of"),
    "file that is not there": ('apply = "other.yaml"', "step.0.apply", "not beside it"),
    "file elsewhere": ('apply = "../card.yaml"', "step.0.apply", "pattern"),
    "wait for something unknown": (
        'wait = { object = "Pod/a", until = "happy" }',
        "until",
        "'happy'",
    ),
    "wait for a log that is not a Pod's": (
        'wait = { object = "Deployment/a", until = "log=x" }',
        "wait",
        "only a Pod",
    ),
    "wait for no seconds": (
        'wait = { object = "Pod/a", until = "running_seconds=0" }',
        "wait",
        "running_seconds=0",
    ),
    "shake that is none": ("shake = false", "shake", "True"),
    "target without a name": ('delete = { object = "Pod" }', "delete", "name"),
    "answer without a value": ('answer = { key = "a" }', "answer", "`value` or `run`"),
    "pattern without a command": (
        'answer = { key = "a", value = "b", match = "c" }',
        "answer",
        "prints",
    ),
    "node without a flavor": ('node = { add = "annex" }', "node", "needs it"),
    "node that is added and removed": ('node = { add = "a", remove = "a" }', "node", "exactly one"),
    "a shell line": ('run = "kubectl get pods"', "run", "list"),
}


@pytest.mark.parametrize(("line", "field", "words"), FAULTS.values(), ids=FAULTS.keys())
def test_faulty_step_names_file_and_field(
    tmp_path: Path, line: str, field: str, words: str
) -> None:
    folder = steps_in(tmp_path, f"[[step]]\n{line}\n")
    with pytest.raises(ExerciseInvalid) as raised:
        load_steps(folder)
    assert raised.value.file == folder / "steps.toml"
    assert field in raised.value.field
    assert words in raised.value.what_happened


def exercise_in(folder: Path) -> Exercise:
    criteria = (Criterion("one", 5, "The first thing"), Criterion("two", 5, "The second thing"))
    return Exercise("door", folder, "00-setup", "Door", 5, "Open it.", (), criteria, ())


def attempts_in(folder: Path, expect: str) -> Path:
    for name in ("solution", "variants/other", "mutants/wrong"):
        steps_in(folder / name, ALL)
    (folder / "mutants/wrong/expect.toml").write_text(expect)
    return folder


def test_attempts_are_found_by_folder_and_the_solution_comes_first(tmp_path: Path) -> None:
    expect = 'fails = "one"\nmessage = "door.shut"\nalso = ["two"]\nwhen = "dns"\n'
    attempts = load_attempts(exercise_in(tmp_path), attempts_in(tmp_path, expect))
    assert [(attempt.kind, attempt.name) for attempt in attempts] == [
        (Kind.SOLUTION, "solution"),
        (Kind.VARIANT, "other"),
        (Kind.MUTANT, "wrong"),
    ]
    assert attempts[2].expect == Expect("one", "door.shut", ("two",), "dns")


EXPECT_FAULTS = {
    "criterion that is not there": ('fails = "three"\nmessage = "door.shut"', "fails", "'three'"),
    "the same twice": ('fails = "one"\nmessage = "door.shut"\nalso = ["one"]', "also", "already"),
    "message without a subject": ('fails = "one"\nmessage = "shut"', "message", "pattern"),
}


@pytest.mark.parametrize(
    ("text", "field", "words"), EXPECT_FAULTS.values(), ids=EXPECT_FAULTS.keys()
)
def test_faulty_expectation_names_file_and_field(
    tmp_path: Path, text: str, field: str, words: str
) -> None:
    with pytest.raises(ExerciseInvalid) as raised:
        load_attempts(exercise_in(tmp_path), attempts_in(tmp_path, text))
    assert raised.value.file.name == "expect.toml"
    assert raised.value.field == field
    assert words in raised.value.what_happened
