import json
import os
import stat
import sys
from pathlib import Path

import pytest

from labkit.foundation.errors import FileProblem, TimedOut
from labkit.foundation.files import PRIVATE, locked, write_atomically
from labkit.foundation.process import SystemRunner, start_detached
from labkit.foundation.waiting import SystemClock, wait_until
from tests.support.clock import HeldClock

HOLD = """
import sys
from pathlib import Path
from labkit.foundation.files import locked
lock, held, release = map(Path, sys.argv[1:])
with locked(lock, holder="the first run"):
    held.touch()
    release.open().read()  # a pipe: blocks until the test writes or closes it
"""

FILL = """
import resource, sys
from pathlib import Path
from labkit.foundation.errors import FileProblem
from labkit.foundation.files import write_atomically
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))  # what a full disk looks like to a writer
try:
    write_atomically(Path(sys.argv[1]), "x" * 5000)
except FileProblem as problem:
    print(problem)
"""

COUNT = """
import sys
from pathlib import Path
from labkit.foundation.files import locked
lock, counter = map(Path, sys.argv[1:])
for _ in range(50):
    with locked(lock, holder="a counter"):
        counter.write_text(str(int(counter.read_text()) + 1))
"""


def test_written_file_has_its_content_and_its_mode(tmp_path: Path) -> None:
    path = tmp_path / "new folder" / "key.pem"
    write_atomically(path, "secret", mode=PRIVATE)
    assert path.read_text() == "secret"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_old_content_stays_when_writing_breaks_and_nothing_else_is_left(tmp_path: Path) -> None:
    path = tmp_path / "state.json"
    write_atomically(path, "old")
    path_is_a_folder = tmp_path / "folder"
    path_is_a_folder.mkdir()
    with pytest.raises(FileProblem, match="could not be written"):
        write_atomically(path_is_a_folder, "new")
    assert path.read_text() == "old"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["folder", "state.json"]


def test_disk_that_fills_up_while_writing_is_a_clear_error_and_leaves_no_half_file(
    tmp_path: Path,
) -> None:
    path = tmp_path / "kubelet"
    path.write_text("old")
    done = SystemRunner()(
        [sys.executable, "-c", FILL, str(path)], environment={"PYTHONPATH": str(Path.cwd())}
    )
    assert f"{path} could not be written (File too large)" in done.output
    assert path.read_text() == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["kubelet"]


def test_folder_that_may_not_be_made_is_a_clear_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(FileProblem, match="could not be written"):
        write_atomically(tmp_path / "file" / "inside", "x")


def test_readers_see_the_old_or_the_new_but_never_half(tmp_path: Path) -> None:
    path = tmp_path / "state.json"
    write_atomically(path, json.dumps({"run": 0}))
    with path.open() as reader:
        write_atomically(path, json.dumps({"run": 1}))
        assert json.load(reader) == {"run": 0}
    assert json.loads(path.read_text()) == {"run": 1}


def test_lock_held_by_another_process_is_waited_for_and_its_holder_named(tmp_path: Path) -> None:
    lock, held, release = tmp_path / "lock", tmp_path / "held", tmp_path / "release"
    os.mkfifo(release)
    start_detached(
        [sys.executable, "-c", HOLD, str(lock), str(held), str(release)],
        tmp_path / "log",
        environment={"PYTHONPATH": str(Path.cwd())},
    )
    wait_until(held.exists, "the other process", limit_seconds=20, clock=SystemClock())
    with (
        pytest.raises(TimedOut, match="held by the first run"),
        locked(lock, holder="the second run", limit_seconds=1, clock=HeldClock()),
    ):
        pass
    release.write_text("go on")
    with locked(lock, holder="the second run", limit_seconds=20):
        assert "the second run" in lock.read_text()


def test_lock_keeps_processes_from_overwriting_each_other(tmp_path: Path) -> None:
    counter = tmp_path / "counter"
    counter.write_text("0")
    command = [sys.executable, "-c", COUNT, str(tmp_path / "lock"), str(counter)]
    environment = {"PYTHONPATH": str(Path.cwd())}
    start_detached(command, tmp_path / "log", environment=environment)
    SystemRunner()(command, environment=environment)
    wait_until(
        lambda: counter.read_text() == "100",
        "both counters",
        limit_seconds=20,
        clock=SystemClock(),
        last_seen=lambda: f"{counter.read_text()} {(tmp_path / 'log').read_text()}",
    )


def test_lock_is_free_again_after_an_error_inside(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="inside"), locked(tmp_path / "lock", holder="one"):
        raise ValueError("inside")
    with locked(tmp_path / "lock", holder="two", limit_seconds=0):
        assert "two" in (tmp_path / "lock").read_text()
