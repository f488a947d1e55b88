from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from labkit.foundation.durations import remembered
from labkit.foundation.settings import Settings
from labkit.toolchain.errors import BuildFailed, ToolchainError, ToolMissing
from labkit.toolchain.programs import Tool
from labkit.toolchain.provide import provide
from tests.support.clock import HeldClock
from tests.support.processes import Call, RecordedProcesses
from tests.support.progress import RecordedProgress
from tests.support.releases import ReleaseServer, release_server
from tests.support.tools import PROGRAM, plain_release, settings_in, tiny_tool, with_compiler
from tests.unit.toolchain.test_releases import tiny_path

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])


@pytest.fixture
def server() -> Iterator[ReleaseServer]:
    with release_server() as started:
        yield started


class Run:
    """A machine with a compiler, and programs that say their version."""

    def __init__(self, folder: Path) -> None:
        self.settings: Settings = settings_in(folder)
        self.processes = RecordedProcesses()
        self.progress = RecordedProgress()
        self.clock = HeldClock()
        with_compiler(self.processes)
        for name in ("tiny", "first", "second"):
            self.processes.answer(name, "--version", output="version 1.2.3\n")

    def provide(self, tool: Tool, *names: str) -> dict[str, Path]:
        return provide(
            names or ("tiny",),
            settings=self.settings,
            run=self.processes,
            progress=self.progress,
            clock=self.clock,
            tools=[tool],
        )

    def built(self) -> int:
        return len(self.processes.like("go", "build"))

    def work(self) -> list[Path]:
        return list((self.settings.cache / "work").iterdir())


def test_program_is_built_when_there_is_no_release(tmp_path: Path) -> None:
    run, tool = Run(tmp_path), tiny_tool(tmp_path / "pins")
    path = run.provide(tool)["tiny"]
    assert path == tmp_path / "cache/programs" / tool.cache_name() / "tiny"
    assert path.read_bytes() == PROGRAM
    assert path.stat().st_mode & 0o777 == 0o755


def test_program_that_is_there_costs_nothing(tmp_path: Path) -> None:
    run, tool = Run(tmp_path), tiny_tool(tmp_path / "pins")
    run.provide(tool)
    again = Run(tmp_path)
    assert again.provide(tool)["tiny"].exists()
    assert again.processes.calls == []


def test_only_the_asked_programs_are_made_and_later_ones_added(tmp_path: Path) -> None:
    run, tool = Run(tmp_path), tiny_tool(tmp_path / "pins", "first", "second")
    place = run.provide(tool, "first")["first"].parent
    assert [path.name for path in place.iterdir()] == ["first"]
    run.provide(tool, "first", "second")
    assert sorted(path.name for path in place.iterdir()) == ["first", "second"]
    assert run.processes.like("go", "build")[1].command[-1] == "example.com/tiny/cmd/second"


def test_edit_of_the_pins_makes_the_program_anew(tmp_path: Path) -> None:
    run, tool = Run(tmp_path), tiny_tool(tmp_path / "pins")
    first = run.provide(tool)["tiny"]
    (tool.folder / "go.sum").write_text("example.com/tiny v1.2.3 h1:1\n")
    assert run.provide(tool)["tiny"] != first
    assert run.built() == 2


def test_nothing_is_left_in_the_work_folder(tmp_path: Path) -> None:
    run = Run(tmp_path)
    run.provide(tiny_tool(tmp_path / "pins"))
    assert run.work() == []


def test_official_release_is_preferred_to_a_build(server: ReleaseServer, tmp_path: Path) -> None:
    server.publish(tiny_path(), PROGRAM)
    run = Run(tmp_path)
    path = run.provide(tiny_tool(tmp_path / "pins", release=plain_release(server.base)))["tiny"]
    assert path.read_bytes() == PROGRAM
    assert path.stat().st_mode & 0o777 == 0o755
    assert run.built() == 0


def test_downloads_that_are_switched_off_are_not_tried(
    server: ReleaseServer, tmp_path: Path
) -> None:
    server.publish(tiny_path(), PROGRAM)
    run = Run(tmp_path)
    run.settings = settings_in(tmp_path, LABKIT_DOWNLOADS="no")
    run.provide(tiny_tool(tmp_path / "pins", release=plain_release(server.base)))
    assert server.asked == []
    assert run.built() == 1


def test_failed_download_is_said_and_the_build_takes_over(
    server: ReleaseServer, tmp_path: Path
) -> None:
    server.publish(tiny_path(), PROGRAM)
    server.files[tiny_path()] = b"something else"
    run = Run(tmp_path)
    path = run.provide(tiny_tool(tmp_path / "pins", release=plain_release(server.base)))["tiny"]
    assert path.read_bytes() == PROGRAM
    assert [s for s in run.progress.sentences if "published is" in s]
    assert run.built() == 1


def test_downloaded_programs_are_kept_when_another_must_be_built(
    server: ReleaseServer, tmp_path: Path
) -> None:
    server.publish(tiny_path("first"), PROGRAM + b"# released\n")
    run = Run(tmp_path)
    tool = tiny_tool(tmp_path / "pins", "first", "second", release=plain_release(server.base))
    paths = run.provide(tool, "first", "second")
    assert paths["first"].read_bytes().endswith(b"# released\n")
    [build] = run.processes.like("go", "build")
    assert build.command[-1] == "example.com/tiny/cmd/second"


def test_downloaded_program_of_another_version_is_not_used(
    server: ReleaseServer, tmp_path: Path
) -> None:
    server.publish(tiny_path(), PROGRAM)
    run = Run(tmp_path)

    def tell_the_truth_next_time(_: Call) -> None:
        run.processes.answer("tiny", "--version", output="version 1.2.3\n")

    run.processes.answer(
        "tiny", "--version", output="version 1.2.2\n", effect=tell_the_truth_next_time
    )
    run.provide(tiny_tool(tmp_path / "pins", release=plain_release(server.base)))
    assert [s for s in run.progress.sentences if "says 'version 1.2.2\\n' for its version" in s]
    assert run.built() == 1


def test_built_program_that_says_another_version_is_refused(tmp_path: Path) -> None:
    run = Run(tmp_path)
    run.processes.answer("tiny", "--version", output="version 0\n")
    tool = tiny_tool(tmp_path / "pins")
    with pytest.raises(BuildFailed, match=r"ask tiny for its version, 1\.2\.3") as failure:
        run.provide(tool)
    assert failure.value.evidence == "version 0\n"
    assert not (run.settings.cache / "programs" / tool.cache_name()).exists()


def test_failed_build_names_program_step_and_log_and_leaves_nothing(tmp_path: Path) -> None:
    run = Run(tmp_path)
    run.processes.answer("go", "build", status=1, errors="link: no space left on device\n")
    tool = tiny_tool(tmp_path / "pins")
    with pytest.raises(BuildFailed, match=r"Building tiny stopped at: Build tiny v1\.2\.3") as it:
        run.provide(tool)
    assert "no space left on device" in it.value.evidence
    assert "no space left on device" in it.value.log.read_text()
    assert run.work() == []
    assert ("Build tiny v1.2.3", False) in run.progress.steps


def test_build_works_after_one_that_failed(tmp_path: Path) -> None:
    run, tool = Run(tmp_path), tiny_tool(tmp_path / "pins")
    run.processes.answer("go", "build", status=1, errors="link: no space left on device\n")
    with pytest.raises(BuildFailed):
        run.provide(tool)
    assert Run(tmp_path).provide(tool)["tiny"].read_bytes() == PROGRAM


def test_unknown_program_changes_nothing(tmp_path: Path) -> None:
    run = Run(tmp_path)
    with pytest.raises(ToolMissing):
        run.provide(tiny_tool(tmp_path / "pins"), "tiny", "other")
    assert not run.settings.cache.exists()


def test_cache_that_cannot_be_written_is_a_clear_error(tmp_path: Path) -> None:
    run = Run(tmp_path)
    (tmp_path / "cache").write_text("a file where the folder should be")
    with pytest.raises(
        ToolchainError, match=r"tiny could not be put into .*\(Not a dir"
    ) as failure:
        run.provide(tiny_tool(tmp_path / "pins"))
    assert "disk space" in failure.value.next_step


def test_duration_of_a_build_is_remembered_and_told_next_time(tmp_path: Path) -> None:
    run, tool = Run(tmp_path), tiny_tool(tmp_path / "pins")

    def take_a_minute(_: Call) -> None:
        run.clock.advance(61)

    run.processes.answer("tiny", "--version", output="1.2.3")
    run.processes.answer("go", "list", output="fmt\n", effect=take_a_minute)
    run.provide(tool)
    step = "Get the sources of tiny v1.2.3"
    assert remembered(run.settings.cache / "durations.json", step) == 61
    (tool.folder / "go.sum").write_text("changed\n")
    run.provide(replace(tool))
    assert f"{step}: last time 61 s." in run.progress.sentences
