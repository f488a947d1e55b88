import re
from pathlib import Path

import pytest

from labkit.grading.errors import ExerciseInvalid, ExerciseUnknown
from labkit.grading.exercise import (
    ChoiceDraw,
    LogRead,
    NumberDraw,
    ObjectDraw,
    ObjectsRead,
    PagesRead,
    Scope,
    VersionRead,
    closest_ids,
    exercise_folders,
    find_exercise,
    load_exercise,
)

GOOD = """
id = "open-door"
lesson = "00-setup"
title = "Open door"
minutes = 5
task = "Open the door of the hall."
hints = ["Look at the door.", "Look at the key.", "Turn the key."]
namespaces = ["", "b"]
answers = ["colour"]
capabilities = ["real-pods"]
settle_seconds = 10

[draw]
table = { number = [1, 9] }
city = { choice = ["Milano", "Bologna"] }
node = { object = "Node", where = "schedulable" }

[[read]]
objects = "Service"
in = ["", "b"]
[[read]]
objects = "Service"
namespace = "kube-system"
labels = "k8s-app=kube-dns"
[[read]]
objects = "Node"
[[read]]
web = "/info"
port = 80
times = 12
in = [""]
[[read]]
log = "app=observer"
in = ["b"]
lines = 500
keep = ["ok"]
[[read]]
version = true

[[criterion]]
id = "door-open"
weight = 6
text = "The door is open"
[[criterion]]
id = "key-turned"
weight = 4
text = "The key is turned"
"""


def written(tmp_path: Path, text: str, *, folder: str = "00-setup/open-door") -> Path:
    path = tmp_path / folder / "exercise.toml"
    path.parent.mkdir(parents=True)
    path.write_text(text)
    return path.parent


def test_exercise_is_loaded_whole(tmp_path: Path) -> None:
    exercise = load_exercise(written(tmp_path, GOOD))
    assert (exercise.id, exercise.scope, exercise.settle_seconds) == (
        "open-door",
        Scope.NAMESPACE,
        10,
    )
    assert exercise.namespaces == ("", "b")
    assert exercise.draws == (
        NumberDraw("table", 1, 9),
        ChoiceDraw("city", ("Milano", "Bologna")),
        ObjectDraw("node", "Node", "schedulable"),
    )
    assert exercise.reads == (
        ObjectsRead("Service", ("", "b")),
        ObjectsRead("Service", (), "kube-system", "k8s-app=kube-dns"),
        ObjectsRead("Node"),
        PagesRead("web", "/info", 80, 12, ("",)),
        LogRead("app=observer", ("b",), 500, ("ok",)),
        VersionRead(),
    )
    assert [criterion.function for criterion in exercise.criteria] == ["door_open", "key_turned"]
    assert exercise.check_file.name == "check_open_door.py"


FAULTS = {
    "unknown field": ('title = "Open door"', 'titel = "Open door"', "titel", "not known"),
    "weights of 9": ("weight = 6", "weight = 5", "criterion", "add up to 9"),
    "weight as text": ("weight = 6", 'weight = "6"', "criterion.0.weight", "integer"),
    "two hints": (', "Turn the key."', "", "hints", "at least 3"),
    "id with a space": ('"open-door"', '"open door"', "id", "pattern"),
    "criterion twice": ('"key-turned"', '"door-open"', "criterion", "there twice"),
    "read of nothing": ("version = true", "", "read.5", "exactly one of"),
    "read of two things": (
        "version = true",
        'version = true\nobjects = "Pod"',
        "read.5",
        "exactly one of",
    ),
    "read where it has no namespace": (
        'objects = "Service"\nin = ["", "b"]',
        'objects = "Service"\nin = ["", "c"]',
        "whole file",
        "'c'",
    ),
    "list read twice": (
        'objects = "Node"',
        'objects = "Service"\nin = [""]',
        "whole file",
        "twice",
    ),
    "pages without their Services": (
        'objects = "Service"\nin = ["", "b"]',
        'objects = "Pod"\nin = ["", "b"]',
        "whole file",
        "kind Service",
    ),
    "kind in small letters": ('"Node"\n[[', '"node"\n[[', "read.2.objects.objects", "pattern"),
    "number upside down": ("[1, 9]", "[9, 1]", "draw.table.number.number", "smaller"),
    "neighbour first": ('["", "b"]\nanswers', '["b", ""]\nanswers', "namespaces", "comes first"),
    "not TOML": ("minutes = 5", "minutes 5", "TOML", "line 5"),
    "another lesson": ('"00-setup"', '"01-setup"', "lesson", "folder above"),
    "another id": ('"open-door"', '"shut-door"', "id", "folder's name"),
}


@pytest.mark.parametrize(("old", "new", "field", "words"), FAULTS.values(), ids=FAULTS.keys())
def test_fault_of_the_author_names_file_and_field(
    tmp_path: Path, old: str, new: str, field: str, words: str
) -> None:
    assert old in GOOD
    folder = written(tmp_path, GOOD.replace(old, new, 1))
    with pytest.raises(ExerciseInvalid) as raised:
        load_exercise(folder)
    assert raised.value.file == folder / "exercise.toml"
    assert field in raised.value.field
    assert words in raised.value.what_happened
    assert "exercise.toml" in raised.value.what_happened


def test_folder_without_the_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ExerciseInvalid, match="No such file"):
        load_exercise(tmp_path)


def test_exercise_is_found_among_all_lessons(tmp_path: Path) -> None:
    written(tmp_path, GOOD)
    assert find_exercise(tmp_path, "open-door").title == "Open door"
    assert list(exercise_folders(tmp_path)) == ["open-door"]


def test_unknown_exercise_is_answered_with_the_closest(tmp_path: Path) -> None:
    written(tmp_path, GOOD)
    with pytest.raises(ExerciseUnknown, match=re.escape("Did you mean one of these: open-door?")):
        find_exercise(tmp_path, "opendoor")


def test_nothing_close_leads_to_the_list(tmp_path: Path) -> None:
    written(tmp_path, GOOD)
    with pytest.raises(ExerciseUnknown, match="labkit progress"):
        find_exercise(tmp_path, "zzz")


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("leave_a_card", "leave-a-card"),
        ("Leave-A-Card", "leave-a-card"),
        ("dials", "read-the-dials"),
    ],
    ids=["underscores", "capitals", "one word of it"],
)
def test_closest_id_survives(asked: str, expected: str) -> None:
    assert expected in closest_ids(asked, ["leave-a-card", "read-the-dials", "open-the-desk"])
