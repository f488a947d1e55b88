from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from labkit.cloud.lab_time import LabTime
from labkit.cloud.store import Store
from tests.support.clock import BEGINNING, HeldClock


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    one = Store(tmp_path / "cloud.sqlite")
    yield one
    one.close()


def test_it_is_the_machines_time_in_whole_seconds(store: Store) -> None:
    clock = HeldClock(datetime(2026, 1, 1, 9, 0, 0, 999_999, tzinfo=UTC))
    time = LabTime(store, clock)
    assert time.now() == BEGINNING
    assert time.unix() == int(BEGINNING.timestamp())
    clock.advance(61)
    assert time.now() == BEGINNING + timedelta(seconds=61)


def test_it_goes_ahead_by_hand_and_stays_there(store: Store) -> None:
    LabTime(store, HeldClock()).advance(3600)
    LabTime(store, HeldClock()).advance(60)
    assert LabTime(store, HeldClock()).now() == BEGINNING + timedelta(seconds=3660)


def test_speed_shortens_waits_and_not_the_clock(store: Store) -> None:
    time = LabTime(store, HeldClock())
    assert time.shortened(600) == 600
    time.set_speed(60)
    assert (time.shortened(600), time.now()) == (10, BEGINNING)
