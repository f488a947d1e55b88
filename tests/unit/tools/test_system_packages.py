import pytest

from labkit.foundation.errors import LabError
from tests.support.processes import RecordedProcesses
from tests.support.progress import RecordedProgress
from tools.system_packages import percent_of, root_rights, wanted_packages

BY_HAND = "sudo apt-get install runc"


def rights(
    run: RecordedProcesses, progress: RecordedProgress, *, is_root: bool, is_attended: bool
) -> list[str]:
    return root_rights(run, progress, BY_HAND, is_root=is_root, is_attended=is_attended)


def test_root_needs_no_sudo() -> None:
    run = RecordedProcesses()
    assert rights(run, RecordedProgress(), is_root=True, is_attended=False) == []
    assert run.calls == []


def test_sudo_that_asks_for_no_password_works_unattended() -> None:
    run, progress = RecordedProcesses(), RecordedProgress()
    run.answer("sudo", "-n", "true")
    assert rights(run, progress, is_root=False, is_attended=False) == ["sudo"]
    assert progress.sentences == []


def test_person_at_the_terminal_is_told_why_a_password_is_asked_for() -> None:
    run, progress = RecordedProcesses(), RecordedProgress()
    run.answer("sudo", "-n", "true", status=1)
    assert rights(run, progress, is_root=False, is_attended=True) == ["sudo"]
    assert progress.sentences == ["Installing them needs root: sudo asks for your password."]


def test_password_that_nobody_can_type_is_a_clear_error_with_the_line_to_run() -> None:
    run = RecordedProcesses()
    run.answer("sudo", "-n", "true", status=1)
    with pytest.raises(LabError, match="nobody can type it here") as caught:
        rights(run, RecordedProgress(), is_root=False, is_attended=False)
    assert caught.value.next_step == BY_HAND


def test_machine_without_sudo_is_a_clear_error_with_the_line_to_run() -> None:
    run = RecordedProcesses()
    run.missing("sudo")
    with pytest.raises(LabError, match="no sudo here") as caught:
        rights(run, RecordedProgress(), is_root=False, is_attended=True)
    assert caught.value.next_step == BY_HAND


def test_downloading_is_the_first_half_and_installing_the_second() -> None:
    progress = RecordedProgress()
    progress.started("install")
    watch = percent_of("install", progress)
    watch("dlstatus:3:50.0:Retrieving file 3 of 6")
    watch("Preparing to unpack .../runc_1.1.5_amd64.deb ...")
    watch("pmstatus:runc:100.0:Installed runc (amd64)")
    assert progress.advances["install"] == [(25, 100), (100, 100)]


def test_only_development_asks_for_a_browser() -> None:
    lab, dev = ([p.name for p in wanted_packages(kind)] for kind in ("lab", "dev"))
    assert "chromium" not in lab
    assert [name for name in dev if name not in lab] == [
        "chromium",
        "libatomic1",
        "fonts-dejavu-core",
    ]


def test_nodes_that_are_played_need_nothing_of_what_real_ones_do() -> None:
    names = [package.name for package in wanted_packages("lab", "simulated")]
    assert names == ["ca-certificates", "python3-venv"]
