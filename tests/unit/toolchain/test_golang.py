import re
from pathlib import Path

import pytest

from labkit.toolchain.errors import ToolMissing
from labkit.toolchain.golang import LOCK, Go, find_go, wheel_version
from labkit.toolchain.means import Means
from labkit.toolchain.programs import TOOLS
from tests.support.clock import HeldClock
from tests.support.processes import Call, RecordedProcesses
from tests.support.progress import RecordedProgress
from tests.support.tools import settings_in


def means_of(folder: Path, run: RecordedProcesses) -> Means:
    return Means(settings_in(folder), run, RecordedProgress(), HeldClock())


def install(call: Call) -> None:
    target = Path(call.command[call.command.index("--target") + 1])
    (target / "go" / "bin").mkdir(parents=True)
    (target / "go" / "bin" / "go").touch()


def test_system_compiler_is_taken_when_it_is_new_enough(tmp_path: Path) -> None:
    run = RecordedProcesses()
    run.answer("go", "version", output="go version go1.24.0 linux/amd64\n")
    go = find_go((1, 24, 0), means_of(tmp_path, run))
    assert go == Go("go", {"GOTOOLCHAIN": "local"})


def test_packaged_compiler_is_installed_by_hash_when_the_system_has_none(tmp_path: Path) -> None:
    run = RecordedProcesses()
    run.missing("go")
    run.answer("-m", "pip", "install", effect=install)
    go = find_go((1, 24, 0), means_of(tmp_path, run))
    assert Path(go.program) == tmp_path / f"cache/go-{wheel_version()}/go/bin/go"
    assert go.environment["GOMODCACHE"] == str(tmp_path / "cache/modules")
    [pip] = run.like("pip", "install")
    assert pip.is_like(["--require-hashes", "-r", str(LOCK)])


def test_packaged_compiler_is_taken_when_the_system_has_an_old_one(tmp_path: Path) -> None:
    run = RecordedProcesses()
    run.answer("go", "version", output="go version go1.19.8 linux/amd64\n")
    run.answer("-m", "pip", "install", effect=install)
    assert find_go((1, 24, 0), means_of(tmp_path, run)).program != "go"


def test_packaged_compiler_is_installed_once(tmp_path: Path) -> None:
    run = RecordedProcesses()
    run.missing("go")
    run.answer("-m", "pip", "install", effect=install)
    first = find_go((1, 24), means_of(tmp_path, run))
    assert find_go((1, 24), means_of(tmp_path, run)) == first
    assert len(run.like("pip")) == 1


def test_without_any_compiler_the_message_says_what_to_install(tmp_path: Path) -> None:
    run = RecordedProcesses()
    run.missing("go")
    run.answer("-m", "pip", "install", status=1, errors="Could not find a version\n")
    with pytest.raises(ToolMissing, match=r"needs Go 1\.24 or newer") as failure:
        find_go((1, 24), means_of(tmp_path, run))
    assert "Could not find a version" in failure.value.evidence
    assert "PATH" in failure.value.next_step
    assert not (tmp_path / f"cache/go-{wheel_version()}").exists()


def test_tool_that_needs_a_newer_compiler_than_any_says_so(tmp_path: Path) -> None:
    run = RecordedProcesses()
    run.missing("go")
    with pytest.raises(ToolMissing, match=r"Go 9\.9 or newer, and the packaged one is"):
        find_go((9, 9), means_of(tmp_path, run))


def test_packaged_compiler_is_pinned_by_hash_and_new_enough_for_every_tool() -> None:
    version = tuple(int(part) for part in wheel_version().split("."))
    assert all(version >= tool.go_version() for tool in TOOLS)
    assert len(re.findall(r"--hash=sha256:[0-9a-f]{64}", LOCK.read_text())) > 1
