from dataclasses import replace
from pathlib import Path

import pytest

from labkit.toolchain.building import build, build_plan
from labkit.toolchain.errors import BuildFailed
from labkit.toolchain.golang import Go
from labkit.toolchain.means import Means
from labkit.toolchain.programs import ETCD, KUBERNETES
from tests.support.clock import HeldClock
from tests.support.processes import RecordedProcesses
from tests.support.progress import RecordedProgress
from tests.support.tools import settings_in, tiny_tool, with_compiler

GO = Go("go", {"GOTOOLCHAIN": "local"})


def test_all_missing_programs_of_a_tool_are_one_compiler_call(tmp_path: Path) -> None:
    plan = build_plan(KUBERNETES, ["kubelet", "kubectl"], tmp_path, GO)
    assert plan.compile == (
        *("go", "build", "-v", "-trimpath", "-ldflags", KUBERNETES.linking()),
        *("-o", f"{tmp_path}/built/"),
        *("k8s.io/kubernetes/cmd/kubelet", "k8s.io/kubernetes/cmd/kubectl"),
    )
    assert plan.folder == KUBERNETES.folder
    assert plan.results["kubectl"] == tmp_path / "built/kubectl"


def test_single_program_is_written_under_its_own_name(tmp_path: Path) -> None:
    plan = build_plan(ETCD, ["etcd"], tmp_path, GO)
    assert plan.compile[-3:] == ("-o", f"{tmp_path}/built/etcd", "go.etcd.io/etcd/server/v3")


def test_pins_are_binding_and_the_compiler_cache_lives_in_the_work_folder(tmp_path: Path) -> None:
    environment = build_plan(ETCD, ["etcd"], tmp_path, GO).environment
    assert environment["CGO_ENABLED"] == "0"
    assert "-mod=readonly" in environment["GOFLAGS"].split()
    assert environment["GOCACHE"].startswith(str(tmp_path))
    assert environment["GOTMPDIR"].startswith(str(tmp_path))
    assert environment["GOTOOLCHAIN"] == "local"


def test_compiler_cache_of_programs_of_ours_is_kept(tmp_path: Path) -> None:
    run = RecordedProcesses()
    with_compiler(run)
    means = Means(settings_in(tmp_path), run, RecordedProgress(), HeldClock())
    tool = replace(tiny_tool(tmp_path / "pins"), settled="v1.2.3")
    build(tool, ["tiny"], tmp_path, means)
    [call] = run.like("go", "build")
    assert call.environment["GOCACHE"] == str(tmp_path / "cache/compiled")


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
