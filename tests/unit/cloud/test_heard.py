from collections.abc import Iterator
from pathlib import Path

import pytest

from labkit.cloud.heard import MOST, Heard, HeardCall
from labkit.cloud.store import Store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    one = Store(tmp_path / "cloud.sqlite")
    yield one
    one.close()


def test_calls_are_counted_by_client_operation_and_status(store: Store) -> None:
    heard = Heard(store)
    for status in (200, 200, 403):
        heard.note("curl/8", "GET /me", status)
    counted = {(one["agent"], one["status"]): one["count"] for one in heard.shown()}
    assert counted == {("curl/8", 200): 2, ("curl/8", 403): 1}


def test_that_there_was_a_call_outlives_the_emulator(store: Store) -> None:
    Heard(store).note("curl/8", "GET /me", 200)
    assert [one["count"] for one in Heard(store).shown()] == [1]


def test_strangers_names_fill_no_memory_not_even_over_several_starts(store: Store) -> None:
    with store.changing():
        for number in range(MOST - 1):
            store.put(HeardCall(id=str(number), agent="a", operation="b", status=200))
    for _ in range(2):
        heard = Heard(store)
        for number in range(3):
            heard.note(f"agent {number}", "GET /me", 200)
    assert len(store.all(HeardCall)) == MOST
