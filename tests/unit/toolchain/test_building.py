import tempfile
from dataclasses import replace
from pathlib import Path

import pytest

from labkit.toolchain.building import build, build_plan
from labkit.toolchain.errors import BuildFailed
from labkit.toolchain.golang import Go
from labkit.toolchain.means import Means
from labkit.toolchain.programs import ETCD, KUBERNETES
from tests.support.clock import HeldClock
from tests.support.processes import Call, RecordedProcesses
from tests.support.progress import RecordedProgress
from tests.support.tools import settings_in, tiny_tool, with_compiler

GO = Go("go", {"GOTOOLCHAIN": "local"})


def test_all_missing_programs_of_a_tool_are_one_compiler_call(tmp_path: Path) -> None:
    plan = build_plan(KUBERNETES, ["kubelet", "kubectl"], tmp_path, GO, compiled=tmp_path / "c")
    assert plan.compile == (
        *("go", "build", "-v", "-trimpath", "-ldflags", KUBERNETES.linking()),
        *("-o", f"{tmp_path}/built/"),
        *("k8s.io/kubernetes/cmd/kubelet", "k8s.io/kubernetes/cmd/kubectl"),
    )
    assert plan.folder == KUBERNETES.folder
    assert plan.results["kubectl"] == tmp_path / "built/kubectl"


def test_single_program_is_written_under_its_own_name(tmp_path: Path) -> None:
    plan = build_plan(ETCD, ["etcd"], tmp_path, GO, compiled=tmp_path / "c")
    assert plan.compile[-3:] == ("-o", f"{tmp_path}/built/etcd", "go.etcd.io/etcd/server/v3")


def test_pins_are_binding_and_nothing_is_written_outside_the_cache(tmp_path: Path) -> None:
    environment = build_plan(ETCD, ["etcd"], tmp_path, GO, compiled=tmp_path / "c").environment
    assert environment["CGO_ENABLED"] == "0"
    assert "-mod=readonly" in environment["GOFLAGS"].split()
    assert environment["GOCACHE"] == str(tmp_path / "c")
    assert environment["GOTMPDIR"].startswith(str(tmp_path))
    assert environment["GOTOOLCHAIN"] == "local"


class Compiling:
    """Builds the tiny tool with a compiler that leaves something in its own cache."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.run = RecordedProcesses()
        with_compiler(self.run)
        self.tool = tiny_tool(folder / "pins")
        self.kept = folder / "cache/compiled"

    def build(self) -> None:
        def leave_something(call: Call) -> None:
            Path(call.environment["GOCACHE"]).mkdir(parents=True, exist_ok=True)

        self.run.answer("go", "list", output="fmt\n", effect=leave_something)
        work = Path(tempfile.mkdtemp(dir=self.folder))
        means = Means(settings_in(self.folder), self.run, RecordedProgress(), HeldClock())
        build(self.tool, ["tiny"], work, means)


def test_compiler_cache_is_deleted_when_the_tool_is_built(tmp_path: Path) -> None:
    compiling = Compiling(tmp_path)
    compiling.build()
    [call] = compiling.run.like("go", "build")
    assert call.environment["GOCACHE"] == str(compiling.kept / "tiny")
    assert list(compiling.kept.iterdir()) == []


def test_compiler_cache_is_deleted_when_the_build_fails(tmp_path: Path) -> None:
    compiling = Compiling(tmp_path)
    compiling.run.answer("go", "build", status=1, errors="no space left on device\n")
    with pytest.raises(BuildFailed):
        compiling.build()
    assert list(compiling.kept.iterdir()) == []


def test_compiler_cache_of_an_interrupted_run_is_there_for_the_next(tmp_path: Path) -> None:
    def interrupt(_: Call) -> None:
        raise KeyboardInterrupt

    compiling = Compiling(tmp_path)
    compiling.run.answer("go", "build", effect=interrupt)
    with pytest.raises(KeyboardInterrupt):
        compiling.build()
    assert [path.name for path in compiling.kept.iterdir()] == ["tiny"]
    with_compiler(compiling.run)
    compiling.build()
    first, second = compiling.run.like("go", "build")
    assert first.environment["GOCACHE"] == second.environment["GOCACHE"]


def test_compiler_cache_of_programs_of_ours_is_kept(tmp_path: Path) -> None:
    compiling = Compiling(tmp_path)
    compiling.tool = replace(compiling.tool, settled="v1.2.3")
    compiling.build()
    assert [path.name for path in compiling.kept.iterdir()] == ["ours"]


def test_progress_tells_how_many_packages_are_compiled(tmp_path: Path) -> None:
    run, progress = RecordedProcesses(), RecordedProgress()
    with_compiler(run)
    means = Means(settings_in(tmp_path), run, progress, HeldClock())
    build(tiny_tool(tmp_path / "pins"), ["tiny"], tmp_path, means)
    assert progress.advances["Build tiny v1.2.3"] == [(1, 2), (2, 2)]


def test_modules_that_cannot_be_had_are_named_as_that_step(tmp_path: Path) -> None:
    run = RecordedProcesses()
    with_compiler(run)
    run.answer("go", "list", status=1, errors="go: dial tcp: lookup proxy: no such host\n")
    means = Means(settings_in(tmp_path), run, RecordedProgress(), HeldClock())
    with pytest.raises(BuildFailed, match="Building tiny stopped at: Get the sources") as failure:
        build(tiny_tool(tmp_path / "pins"), ["tiny"], tmp_path, means)
    assert "no such host" in failure.value.evidence
    assert "no such host" in failure.value.log.read_text()
    assert str(failure.value.log) in failure.value.next_step


def test_compiler_that_makes_no_program_is_a_failed_build(tmp_path: Path) -> None:
    run = RecordedProcesses()
    with_compiler(run)
    run.answer("go", "build")
    means = Means(settings_in(tmp_path), run, RecordedProgress(), HeldClock())
    with pytest.raises(BuildFailed, match="find the compiled program"):
        build(tiny_tool(tmp_path / "pins"), ["tiny"], tmp_path, means)


def test_failed_build_shows_what_the_compiler_complained_of_not_what_it_finished(
    tmp_path: Path,
) -> None:
    compiling = Compiling(tmp_path)
    said = "fmt\nexample.com/tiny\n# runtime\ncompile: write x: no space left on device\n"
    compiling.run.answer("go", "build", status=1, errors=said)
    with pytest.raises(BuildFailed, match="compile: write x: no space left on device") as failure:
        compiling.build()
    assert failure.value.evidence == "# runtime\ncompile: write x: no space left on device"
