import os
import shutil
import sys
from pathlib import Path

import pytest

from labkit.cluster.local.paths import MachinePaths
from labkit.cluster.local.trusted import (
    base_python,
    fingerprint,
    install,
    is_out_of_reach,
    is_roots_own,
    remove_unused,
    trusted_files,
    trusted_python,
    use_trusted_programs,
)
from labkit.foundation.errors import LabError, ProcessFailed
from labkit.foundation.files import is_held, locked
from labkit.foundation.progress import Quiet
from tests.support.fake_proc import FakeProc
from tests.support.processes import RecordedProcesses

ME = os.geteuid()
ROOTS, LIBRARY = Path("/usr/bin/env"), Path("/usr/lib")


def test_file_that_only_its_owner_can_change_is_out_of_reach(program: Path, tmp_path: Path) -> None:
    assert is_out_of_reach(program, ME, tmp_path)


def test_file_of_somebody_else_is_within_reach(program: Path, tmp_path: Path) -> None:
    assert not is_out_of_reach(program, ME + 1, tmp_path)


@pytest.mark.parametrize("mode", [0o775, 0o757, 0o777, 0o1777])
@pytest.mark.parametrize("above", [0, 1, 2], ids=["the file", "its folder", "a folder above"])
def test_others_who_may_write_anywhere_above_can_change_it(
    program: Path, tmp_path: Path, above: int, mode: int
) -> None:
    (program, *program.parents)[above].chmod(mode)
    assert not is_out_of_reach(program, ME, tmp_path)


def test_link_is_as_safe_as_the_place_where_it_lies(program: Path, tmp_path: Path) -> None:
    (tmp_path / "open").mkdir()
    link = tmp_path / "open" / "kubelet"
    link.symlink_to(program)
    assert is_out_of_reach(link, ME, tmp_path)
    link.parent.chmod(0o777)
    assert not is_out_of_reach(link, ME, tmp_path)


def test_link_is_as_safe_as_every_place_that_it_leads_through(
    program: Path, tmp_path: Path
) -> None:
    (tmp_path / "open").mkdir()
    middle = tmp_path / "open" / "middle"
    middle.symlink_to("../bin/v1")
    first = tmp_path / "first"
    first.symlink_to("open/middle")
    assert is_out_of_reach(first / "kubelet", ME, tmp_path)
    middle.parent.chmod(0o777)
    assert not is_out_of_reach(first / "kubelet", ME, tmp_path)


def test_systems_programs_are_roots_own_and_those_in_a_shared_folder_are_not(
    program: Path, tmp_path: Path
) -> None:
    assert is_roots_own(Path("/usr/bin/env"))
    tmp_path.chmod(0o777)
    assert not is_roots_own(program)


@pytest.mark.skipif(ME != 0, reason="only root copies what others can change")
def test_root_runs_its_own_copy_of_what_others_can_change(program: Path, tmp_path: Path) -> None:
    tmp_path.chmod(0o777)
    files = {"kubelet": program, "env": Path("/usr/bin/env")}
    copies = trusted_files(files, tmp_path / "roots", ME)
    copy = tmp_path / "roots" / "v1" / "kubelet"
    assert copies == {"kubelet": copy, "env": Path("/usr/bin/env")}
    program.write_text("another")
    assert copy.read_text() == "kubelet"
    assert copy.stat().st_mode & 0o777 == 0o755
    assert [path.name for path in copy.parent.iterdir()] == ["kubelet"]


@pytest.mark.skipif(ME != 0, reason="only root copies what others can change")
def test_copy_that_was_cut_short_is_made_again(program: Path, tmp_path: Path) -> None:
    tmp_path.chmod(0o777)
    copy = tmp_path / "roots" / "v1" / "kubelet"
    copy.parent.mkdir(parents=True)
    copy.write_text("kub")
    trusted_files({"kubelet": program}, tmp_path / "roots", ME)
    assert copy.read_text() == "kubelet"


@pytest.mark.skipif(ME == 0, reason="root copies what others can change")
def test_user_runs_programs_where_they_are(program: Path, tmp_path: Path) -> None:
    tmp_path.chmod(0o777)
    assert trusted_files({"kubelet": program}, tmp_path / "roots", ME) == {"kubelet": program}


@pytest.mark.skipif(ME == 0, reason="root may need a copy")
def test_users_interpreter_is_their_own(tmp_path: Path) -> None:
    machine = MachinePaths(tmp_path, tmp_path)
    assert trusted_python(machine, RecordedProcesses(), Quiet()) == Path(sys.executable)


def test_python_that_its_user_can_change_is_left_for_the_systems(program: Path) -> None:
    program.parent.chmod(0o777)
    run = RecordedProcesses()
    run.answer("env", output="3 11\n")  # stands for a Python that is root's
    assert base_python(run, program, LIBRARY, ROOTS) == ROOTS
    assert base_python(run, ROOTS, program.parent, ROOTS) == ROOTS


def test_python_that_is_roots_is_the_copys_too() -> None:
    run = RecordedProcesses()
    assert base_python(run, ROOTS, LIBRARY) == ROOTS
    assert run.calls == []


@pytest.mark.parametrize("system", [ROOTS, Path("/usr/bin/python-of-nobody")])
def test_root_runs_no_python_rather_than_one_that_is_not_its_own_or_too_old(
    program: Path, system: Path
) -> None:
    program.parent.chmod(0o777)
    run = RecordedProcesses()
    run.answer("env", output="3 9\n")
    with pytest.raises(LabError, match="others can change it") as refused:
        base_python(run, program, LIBRARY, system)
    assert "python3-venv" in refused.value.next_step


def test_copy_of_labkit_is_made_by_one_at_a_time(tmp_path: Path) -> None:
    machine = MachinePaths(tmp_path / "data", tmp_path / "run")
    held = []
    run = RecordedProcesses()
    run.answer("-m", "venv", status=1, effect=lambda _: held.append(is_held(machine.lock)))
    with pytest.raises(ProcessFailed):
        install(machine.python / "new", machine, run, Quiet())
    assert held == [True]
    with locked(machine.lock, holder="another"):
        pass


def test_copies_go_that_no_group_names_and_nothing_runs_from(tmp_path: Path) -> None:
    machine = MachinePaths(tmp_path / "data", tmp_path / "run")
    for name in ("old", "named", "run", "new"):
        (machine.python / name / "environment").mkdir(parents=True)
    groups = machine.supervisor / "groups"
    groups.mkdir(parents=True)
    (groups / "agent.conf").write_text(f"command = {machine.python}/named/environment/bin/python\n")
    proc = FakeProc(tmp_path / "proc")
    proc.process(7, (f"{machine.python}/run/environment/bin/python", "-m", "supervisor"))
    remove_unused(machine, machine.python / "new", proc.folder)
    assert sorted(path.name for path in machine.python.iterdir()) == ["named", "new", "run"]


def test_root_finds_no_program_in_a_folder_of_its_callers(
    program: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program.rename(program.with_name("env"))
    monkeypatch.setenv("PATH", f"{program.parent}:/usr/bin")
    assert shutil.which("env") == str(program.with_name("env"))
    use_trusted_programs()
    assert shutil.which("env") == "/usr/bin/env"


FILES = (
    "labkit/cluster/engine.py",
    "labkit/cluster/stages/stage.yaml",
    "manifests/platform/coredns/deployment.yaml",
    "requirements/agent.lock",
)


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    for name in (*FILES, "labkit/__pycache__/engine.pyc", "README.md"):
        path = tmp_path / "clone" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
    return tmp_path / "clone"


@pytest.mark.parametrize("name", FILES)
def test_fingerprint_changes_with_every_file_that_is_copied(clone: Path, name: str) -> None:
    before = fingerprint(clone)
    (clone / name).write_text("changed")
    assert fingerprint(clone) != before


def test_fingerprint_changes_when_a_file_moves(clone: Path) -> None:
    before = fingerprint(clone)
    (clone / "labkit/cluster/engine.py").rename(clone / "labkit/cluster/motor.py")
    assert fingerprint(clone) != before


def test_fingerprint_stays_with_what_is_not_copied(clone: Path, tmp_path: Path) -> None:
    before = fingerprint(clone)
    (clone / "labkit/__pycache__/engine.pyc").write_text("compiled again")
    (clone / "README.md").write_text("read me")
    assert fingerprint(clone) == before
    shutil.copytree(clone, tmp_path / "another")
    assert fingerprint(tmp_path / "another") == before
