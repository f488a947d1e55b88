"""One emulator a lab: whoever finds one alive waits for it, and no second opens its records."""

import json
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from labkit.cloud.emulator import sole_use
from labkit.cloud.errors import EmulatorRunsAlready
from labkit.foundation.errors import TimedOut
from labkit.foundation.files import locked
from labkit.foundation.process import start_detached
from labkit.foundation.settings import read_settings
from labkit.workshop.cloud import CloudPlace, cloud_down, cloud_up
from tests.support.clock import HeldClock
from tests.support.processes import RecordedProcesses
from tests.support.progress import RecordedProgress
from tests.support.waiting import eventually


def place_in(folder: Path) -> CloudPlace:
    place = CloudPlace(
        read_settings({"HOME": str(folder), "LABKIT_HOME": str(folder / "lab")}),
        RecordedProcesses(),
        HeldClock(),
    )
    place.folder.mkdir(parents=True)
    return place


@contextmanager
def silent_emulator(place: CloudPlace, folder: Path) -> Iterator[int]:
    """A process that /proc shows as the emulator of `folder`, and that answers nobody."""
    waits = place.settings.home / "waits"
    os.mkfifo(waits)
    words = ["labkit.cloud.server", str(folder), "simulated", "8780"]
    pid = start_detached(["sh", "-c", f"read line < {waits}; :", *words], place.log)
    # Python goes on from its start a moment before the kernel knows the new program's words.
    eventually(Path(f"/proc/{pid}/cmdline").read_bytes, "the words of the process")
    try:
        yield pid
    finally:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)


def note(place: CloudPlace, pid: int) -> str:
    noted = {"pid": pid, "port": 8780, "endpoint": "http://127.0.0.1:8780/1.0", "engine": "local"}
    place.note.write_text(json.dumps(noted))
    return place.note.read_text()


def test_emulator_that_lives_and_does_not_answer_gets_no_second_beside_it(tmp_path: Path) -> None:
    place = place_in(tmp_path)
    with silent_emulator(place, place.folder) as pid:
        noted = note(place, pid)
        with pytest.raises(TimedOut) as late:
            cloud_up(place, RecordedProgress(), engine="simulated")
    assert str(pid) in late.value.next_step
    assert "labkit cloud down" in late.value.next_step
    assert place.note.read_text() == noted


def test_emulator_of_another_lab_that_has_the_noted_id_now_is_left_alone(tmp_path: Path) -> None:
    place = place_in(tmp_path)
    with silent_emulator(place, tmp_path / "other" / "cloud") as pid:
        note(place, pid)
        cloud_down(place, RecordedProgress())
        assert Path(f"/proc/{pid}/cmdline").read_bytes()
    assert not place.folder.exists()


def test_two_who_start_the_cloud_at_once_take_turns(tmp_path: Path) -> None:
    place = place_in(tmp_path)
    lock = place.settings.home / "locks" / "cloud"
    with (
        locked(lock, holder="the first"),
        pytest.raises(TimedOut, match="held by the first"),
    ):
        cloud_up(place, RecordedProgress(), engine="simulated")
    assert not place.note.exists()


def test_records_are_not_removed_from_under_an_emulator_that_nobody_noted(tmp_path: Path) -> None:
    place = place_in(tmp_path)
    with (
        sole_use(place.folder, HeldClock()),
        pytest.raises(EmulatorRunsAlready, match=f"process {os.getpid()}"),
    ):
        cloud_down(place, RecordedProgress())
    assert place.folder.is_dir()
