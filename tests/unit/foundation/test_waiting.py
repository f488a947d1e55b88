import pytest

from labkit.foundation.errors import TimedOut
from labkit.foundation.waiting import wait_until
from tests.support.clock import HeldClock


def test_what_is_there_at_once_is_returned_without_a_pause() -> None:
    clock = HeldClock()
    assert wait_until(lambda: "here", "it", limit_seconds=5, clock=clock) == "here"
    assert clock.pauses == []


def test_waiting_ends_as_soon_as_it_is_there() -> None:
    clock = HeldClock()
    found = wait_until(
        lambda: clock.seconds if clock.seconds >= 3 else None,
        "three o'clock",
        limit_seconds=60,
        clock=clock,
        pause_seconds=0.5,
    )
    assert found == 3
    assert len(clock.pauses) == 6


def test_zero_and_empty_are_values_not_absence() -> None:
    assert wait_until(lambda: 0, "it", limit_seconds=1, clock=HeldClock()) == 0
    assert wait_until(lambda: "", "it", limit_seconds=1, clock=HeldClock()) == ""


def test_false_is_absence() -> None:
    with pytest.raises(TimedOut):
        wait_until(lambda: False, "it", limit_seconds=1, clock=HeldClock())


def test_end_of_the_limit_is_an_error_with_the_last_value_seen() -> None:
    clock = HeldClock()
    with pytest.raises(TimedOut, match="Waited 2 s for node1; last seen: NotReady") as caught:
        wait_until(
            lambda: None,
            "node1",
            limit_seconds=2,
            clock=clock,
            last_seen=lambda: "NotReady",
            next_step="Read its log.",
        )
    assert caught.value.next_step == "Read its log."
    assert clock.seconds == pytest.approx(2, abs=0.2)


def test_it_looks_once_more_at_the_very_end() -> None:
    clock = HeldClock()
    found = wait_until(
        lambda: True if clock.seconds >= 2 else None,
        "it",
        limit_seconds=2,
        clock=clock,
        pause_seconds=2,
    )
    assert found is True


def test_an_error_while_looking_is_not_swallowed() -> None:
    def look() -> None:
        raise PermissionError("no")

    with pytest.raises(PermissionError):
        wait_until(look, "it", limit_seconds=1, clock=HeldClock())
