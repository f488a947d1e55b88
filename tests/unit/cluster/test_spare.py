from pathlib import Path

from labkit.cluster.local.spare import busy_share, wait_for_spare_core
from tests.support.clock import HeldClock

BEFORE = [100, 0, 50, 800, 50, 0, 0, 0, 0, 0]


def test_share_counts_waiting_for_a_disk_as_idle() -> None:
    assert busy_share(BEFORE, [130, 0, 60, 850, 60, 0, 0, 0, 0, 0]) == 0.4


def test_readings_of_one_moment_count_as_busy() -> None:
    assert busy_share(BEFORE, BEFORE) == 1


def test_always_busy_machine_is_waited_for_no_longer_than_the_limit(tmp_path: Path) -> None:
    stat = tmp_path / "stat"
    stat.write_text("cpu " + " ".join(map(str, BEFORE)) + "\ncpu0 1 2 3\n")
    clock = HeldClock()
    began = clock.monotonic()
    wait_for_spare_core(clock, limit_seconds=3, stat=stat)
    assert 3 <= clock.monotonic() - began < 3.5
