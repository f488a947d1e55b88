import io
from pathlib import Path

from labkit.foundation.durations import remember, remembered
from tests.support.clock import HeldClock
from tools.shown import Lines


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def lines(out: io.StringIO, folder: Path, clock: HeldClock) -> Lines:
    return Lines(out, folder / "durations.json", clock)


def test_step_says_how_long_it_took_now_and_remembers_it(tmp_path: Path) -> None:
    out, clock = io.StringIO(), HeldClock()
    shown = lines(out, tmp_path, clock)
    shown.started("fetch")
    clock.advance(12.3)
    shown.ended("fetch", well=True)
    assert out.getvalue().splitlines() == ["· fetch", "✓ fetch (12.3 s)"]
    assert remembered(tmp_path / "durations.json", "fetch") == 12.3


def test_step_says_how_long_it_took_last_time(tmp_path: Path) -> None:
    out = io.StringIO()
    remember(tmp_path / "durations.json", "fetch", 41.2)
    lines(out, tmp_path, HeldClock()).started("fetch")
    assert out.getvalue() == "· fetch (last time 41 s)\n"


def test_step_that_broke_is_not_remembered(tmp_path: Path) -> None:
    out, clock = io.StringIO(), HeldClock()
    shown = lines(out, tmp_path, clock)
    shown.started("fetch")
    shown.ended("fetch", well=False)
    assert out.getvalue().splitlines()[-1] == "✗ fetch (0.0 s)"
    assert remembered(tmp_path / "durations.json", "fetch") is None


def test_log_gets_a_line_every_ten_seconds_not_every_package(tmp_path: Path) -> None:
    out, clock = io.StringIO(), HeldClock()
    shown = lines(out, tmp_path, clock)
    shown.started("fetch")
    for done in range(1, 26):
        clock.advance(1)
        shown.advanced("fetch", done, 150)
    assert out.getvalue().splitlines()[1:] == [
        "· fetch: 10 of 150 (10 s)",
        "· fetch: 20 of 150 (20 s)",
    ]


def test_terminal_gets_one_line_that_moves(tmp_path: Path) -> None:
    out, clock = Terminal(), HeldClock()
    shown = lines(out, tmp_path, clock)
    shown.started("fetch")
    clock.advance(1)
    shown.advanced("fetch", 1, 2)
    shown.ended("fetch", well=True)
    assert out.getvalue().count("\n") == 1
    assert "fetch: 1 of 2 (1 s)" in out.getvalue()


def test_how_far_is_told_also_when_nobody_knows_the_end(tmp_path: Path) -> None:
    out, clock = Terminal(), HeldClock()
    shown = lines(out, tmp_path, clock)
    shown.started("read")
    clock.advance(1)
    shown.advanced("read", 7, 0)
    assert "read: 7 (1 s)" in out.getvalue()
