import sqlite3
from collections.abc import Iterator
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from labkit.cloud.store import Store
from labkit.cloud.values import Kept

Disk = Any


class Thing(Kept):
    word: str = ""


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    one = Store(tmp_path / "cloud.sqlite")
    yield one
    one.close()


def reopened(folder: Path) -> list[Thing]:
    """What another process would find at this moment."""
    other = Store(folder / "cloud.sqlite")
    try:
        return other.all(Thing)
    finally:
        other.close()


def words(things: list[Thing]) -> dict[str, str]:
    return {one.id: one.word for one in things}


def test_what_was_put_is_on_disk_at_once(store: Store, tmp_path: Path) -> None:
    store.put(Thing(id="a", word="é"))
    assert words(reopened(tmp_path)) == {"a": "é"}


def test_things_stay_in_the_order_in_which_they_came(store: Store, tmp_path: Path) -> None:
    for id_ in "cab":
        store.put(Thing(id=id_))
    store.put(Thing(id="c", word="changed"))
    assert [one.id for one in store.all(Thing)] == ["c", "a", "b"]
    assert [one.id for one in reopened(tmp_path)] == ["c", "a", "b"]


def test_a_parents_things_are_its_own(store: Store) -> None:
    store.put(Thing(id="a", parent="x"))
    store.put(Thing(id="b", parent="y"))
    assert [one.id for one in store.all(Thing, "x")] == ["a"]


def test_a_change_that_fails_leaves_memory_and_disk_as_they_were(
    store: Store, tmp_path: Path
) -> None:
    for id_ in "abc":
        store.put(Thing(id=id_, word="before"))

    def change() -> None:
        with store.changing():
            store.put(Thing(id="b", word="after"))
            store.put(Thing(id="d"))
            store.remove(Thing, "a")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        change()
    assert list(words(store.all(Thing)).items()) == [(id_, "before") for id_ in "abc"]
    assert words(reopened(tmp_path)) == words(store.all(Thing))


def test_an_inner_change_belongs_to_the_outer_one(store: Store, tmp_path: Path) -> None:
    def change() -> None:
        with store.changing():
            with store.changing():
                store.put(Thing(id="a"))
            assert reopened(tmp_path) == []
            raise RuntimeError

    with pytest.raises(RuntimeError):
        change()
    assert store.get(Thing, "a") is None


def test_forgetting_everything_can_fail_too(store: Store) -> None:
    store.put(Thing(id="a"))

    def change() -> None:
        with store.changing():
            store.clear()
            store.put(Thing(id="b"))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        change()
    assert [one.id for one in store.all(Thing)] == ["a"]


class FullDisk:
    """Refuses to commit, as SQLite does where there is no room."""

    def __init__(self, disk: Disk) -> None:
        self._disk = disk

    def execute(self, sql: str, *values: Any) -> Any:
        if sql == "COMMIT":
            raise sqlite3.OperationalError("database or disk is full")
        return self._disk.execute(sql, *values)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._disk, name)


def test_a_full_disk_loses_the_change_and_nothing_else(store: Store, tmp_path: Path) -> None:
    store.put(Thing(id="a"))
    disk: Disk = store._disk
    store._disk = FullDisk(disk)  # type: ignore[assignment]
    with pytest.raises(sqlite3.OperationalError):
        store.put(Thing(id="b"))
    store._disk = disk

    assert words(store.all(Thing)) == words(reopened(tmp_path)) == {"a": ""}
    store.put(Thing(id="c"))
    assert words(reopened(tmp_path)) == {"a": "", "c": ""}


def test_nobody_sees_half_a_change(store: Store) -> None:
    seen: list[int] = []

    def look() -> None:
        seen.append(len(store.all(Thing)))

    with store.changing():
        store.put(Thing(id="a"))
        reader = Thread(target=look)
        reader.start()
        store.put(Thing(id="b"))
    reader.join()
    assert seen == [2]


def test_what_an_older_version_did_not_know_gets_its_default(tmp_path: Path) -> None:
    first = Store(tmp_path / "cloud.sqlite")
    first.put(Thing(id="a"))
    first._disk.execute('UPDATE kept SET body = \'{"id": "a", "gone": 1}\'')
    first.close()
    assert words(reopened(tmp_path)) == {"a": ""}
