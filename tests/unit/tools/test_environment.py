from pathlib import Path

import pytest

from labkit.foundation.errors import ProcessFailed
from tests.support.processes import Call, RecordedProcesses
from tests.support.progress import RecordedProgress
from tools.environment import fill


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "requirements").mkdir()
    for kind in ("lab", "dev"):
        (tmp_path / "requirements" / f"{kind}.lock").write_text(f"# {kind}\n")
    (tmp_path / "pyproject.toml").write_text("[project]\n")
    return tmp_path


@pytest.fixture
def run(root: Path) -> RecordedProcesses:
    """Python and pip that do what they should."""
    recorded = RecordedProcesses()

    def make(call: Call) -> None:
        python = Path(call.command[-1]) / "bin" / "python"
        python.parent.mkdir(parents=True)
        python.touch()

    recorded.answer("-m", "venv", effect=make)
    recorded.answer("-m", "pip", "--version")
    recorded.answer("-m", "pip", "install")
    return recorded


def filled(root: Path, kind: str, run: RecordedProcesses) -> None:
    fill(root, kind, run, RecordedProgress())


def test_packages_are_installed_with_hashes_and_labkit_without_a_network(
    root: Path, run: RecordedProcesses
) -> None:
    filled(root, "lab", run)
    packages, labkit = run.like("install")
    lock = str(root / "requirements" / "lab.lock")
    assert packages.is_like(["--no-deps", "--require-hashes", "--requirement", lock])
    assert labkit.is_like(["--no-index", "--no-build-isolation", "--editable", str(root)])


def test_what_is_done_is_skipped(root: Path, run: RecordedProcesses) -> None:
    filled(root, "lab", run)
    before = len(run.calls)
    filled(root, "lab", run)
    assert len(run.calls) == before


def test_environment_for_development_serves_as_one_for_the_lab(
    root: Path, run: RecordedProcesses
) -> None:
    filled(root, "dev", run)
    before = len(run.calls)
    filled(root, "lab", run)
    assert len(run.calls) == before


@pytest.mark.parametrize("changed", ["requirements/lab.lock", "pyproject.toml"])
def test_new_lock_or_metadata_is_installed_into_what_is_there(
    root: Path, run: RecordedProcesses, changed: str
) -> None:
    filled(root, "lab", run)
    (root / changed).write_text("# new\n")
    filled(root, "lab", run)
    assert len(run.like("venv")) == 1
    assert len(run.like("install")) == 4


def test_run_that_was_killed_is_gone_on_with(root: Path, run: RecordedProcesses) -> None:
    run.answer("install", "--require-hashes", status=-9)
    with pytest.raises(ProcessFailed):
        filled(root, "lab", run)
    run.answer("install", "--require-hashes")
    filled(root, "lab", run)
    assert len(run.like("venv")) == 1
    assert (root / ".venv" / "ready-lab").exists()


def test_package_that_a_killed_pip_left_half_written_is_written_again(
    root: Path, run: RecordedProcesses
) -> None:
    packages = root / ".venv/lib/python3.11/site-packages"
    whole, half = packages / "whole-1.0.dist-info", packages / "half-1.0.dist-info"
    for metadata in (whole, half):
        metadata.mkdir(parents=True)
        (metadata / "METADATA").touch()
    (whole / "RECORD").touch()
    python = root / ".venv/bin/python"
    python.parent.mkdir()
    python.touch()
    filled(root, "lab", run)
    assert whole.exists()
    assert not half.exists()


def test_environment_without_a_working_pip_is_made_anew(root: Path, run: RecordedProcesses) -> None:
    leftover = root / ".venv" / "leftover"
    leftover.parent.mkdir()
    leftover.touch()
    filled(root, "lab", run)
    assert not leftover.exists()
    assert len(run.like("venv")) == 1


def test_failure_points_at_the_network_and_promises_to_go_on(
    root: Path, run: RecordedProcesses
) -> None:
    run.answer("install", "--require-hashes", status=1, errors="ERROR: no route\n")
    with pytest.raises(ProcessFailed) as caught:
        filled(root, "lab", run)
    assert "it goes on from here" in caught.value.next_step
    assert "no route" in caught.value.evidence
