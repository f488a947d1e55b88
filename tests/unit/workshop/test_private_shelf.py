"""A login that is drawn for each attendee, and known to the registry by a hash."""

import string
from pathlib import Path

import bcrypt

from labkit.grading.exercise import Exercise, Shelf
from labkit.workshop.private_shelf import TRICKY, drawn_password, hashed, shelf_values

SHELF = Shelf("hello", "${ns}/members", "1.0")
EXERCISE = Exercise("door", Path(), "00-setup", "Door", 5, "Open.", (), (), (), shelf=SHELF)


def test_password_follows_from_attendee_exercise_and_seed() -> None:
    password = drawn_password("ada", "door", "7")
    others = {drawn_password(*o.split()) for o in ("bob door 7", "ada gate 7", "ada door 8")}
    assert password == drawn_password("ada", "door", "7")
    assert len({password, *others}) == 4


def test_password_holds_what_shells_and_urls_trip_over_and_no_quotes() -> None:
    """A double quote or a backslash would be one too many: JSON is written by hand, too."""
    password = drawn_password("ada", "door", "7")
    assert [sign for sign in password if sign in string.punctuation] == list(TRICKY)
    assert len(password) == 29


def test_registry_is_told_a_hash_of_the_kind_that_it_knows() -> None:
    password = drawn_password("ada", "door", "7")
    told = hashed(password)
    assert told.startswith("$2b$05$")
    assert bcrypt.checkpw(password.encode(), told.encode())


def test_each_attendee_has_a_user_of_their_own() -> None:
    values = {who: shelf_values(EXERCISE, who, 7) for who in ("ada", "bob")}
    assert values["ada"]["shelf_user"] == "reader-ada"
    assert values["ada"]["shelf_password"] != values["bob"]["shelf_password"]


def test_exercise_without_a_shelf_knows_of_no_login() -> None:
    plain = Exercise("door", Path(), "00-setup", "Door", 5, "Open.", (), (), ())
    assert shelf_values(plain, "ada", 7) == {}
