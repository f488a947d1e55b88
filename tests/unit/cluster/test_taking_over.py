import os
from pathlib import Path

import pytest

from labkit.cluster.local.taking_over import check_readable, copied, may_read, opened
from labkit.foundation.errors import FileProblem

ME = os.geteuid()
NOBODY = 54321  # a user without account or groups


def test_root_reads_for_a_user_what_all_may_read() -> None:
    check_readable(Path("/usr/bin/env"), NOBODY)


def test_file_that_is_its_owners_alone_is_read_for_its_owner(program: Path, tmp_path: Path) -> None:
    program.chmod(0o600)
    assert may_read(program, ME, tmp_path)
    assert not may_read(program, NOBODY, tmp_path)
    with pytest.raises(FileProblem, match="is not yours to read"):
        check_readable(program, NOBODY)
    check_readable(program, ME)


def test_file_for_all_is_out_of_reach_in_a_folder_that_is_not(
    program: Path, tmp_path: Path
) -> None:
    link = tmp_path / "link"
    link.symlink_to(program)
    assert may_read(program, NOBODY, tmp_path)
    assert may_read(link, NOBODY, tmp_path)
    program.parent.chmod(0o700)
    assert not may_read(program, NOBODY, tmp_path)
    assert not may_read(link, NOBODY, tmp_path)


def test_owner_whom_a_file_shuts_out_is_shut_out(program: Path, tmp_path: Path) -> None:
    program.chmod(0o044)
    assert not may_read(program, ME, tmp_path)
    assert may_read(program, NOBODY, tmp_path)


def test_missing_file_is_said_to_be_missing(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "missing"):
        with pytest.raises(FileProblem, match="is not a file"):
            check_readable(path, NOBODY)


def test_what_was_checked_is_what_is_read_when_its_name_leads_elsewhere_since(
    program: Path, tmp_path: Path
) -> None:
    secret = tmp_path / "secret"
    secret.write_text("secret")
    with opened(program, ME) as found:
        program.unlink()
        program.symlink_to(secret)
        assert found.read_text() == "kubelet"


def test_link_is_read_by_the_rights_of_what_it_leads_to(tmp_path: Path) -> None:
    link = tmp_path / "image.tar"
    link.symlink_to("/etc/shadow")
    with pytest.raises(FileProblem, match="is not yours to read"):
        check_readable(link, NOBODY)


def test_pipe_and_device_are_no_files_and_are_not_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", Path("/dev/null"), tmp_path / "x\0y"):
        with pytest.raises(FileProblem, match="is not a file"):
            check_readable(path, ME)


@pytest.mark.parametrize("named", ["bin/../kubelet", "bin/v1/.."])
def test_copy_never_lies_beside_the_folder_of_copies(
    program: Path, tmp_path: Path, named: str
) -> None:
    (tmp_path / "kubelet").write_text("the user's")
    notes = tmp_path / "roots" / "kubelet"
    notes.parent.mkdir()
    notes.write_text("root's")
    with pytest.raises(FileProblem, match="does not name its folder"):
        copied(tmp_path / named, tmp_path / "roots" / "programs", ME)
    assert notes.read_text() == "root's"


def test_two_who_copy_the_same_file_have_a_partial_each(program: Path, tmp_path: Path) -> None:
    copy = tmp_path / "roots" / "v1" / "kubelet"
    (copy.parent / f".kubelet.{os.getpid()}").mkdir(parents=True)  # somebody else's
    assert copied(program, tmp_path / "roots", ME) == copy
    assert copy.read_text() == "kubelet"
    assert copy.stat().st_mode & 0o777 == 0o755


def test_copy_that_fails_is_said_to_and_leaves_nothing_behind(tmp_path: Path) -> None:
    unreadable = Path("/proc/self/mem")  # a file whose first byte is an error
    with pytest.raises(FileProblem, match="could not be written"):
        copied(unreadable, tmp_path, ME)
    assert list((tmp_path / "self").iterdir()) == []
