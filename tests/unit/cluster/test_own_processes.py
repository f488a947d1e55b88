import sys
from pathlib import Path

import pytest

from labkit.cluster.local import registry
from labkit.cluster.local.own_processes import release_machine
from labkit.cluster.local.paths import MachinePaths
from labkit.cluster.local.registry_files import OPEN
from labkit.cluster.local.site import Site
from labkit.foundation.files import locked, write_atomically
from labkit.foundation.progress import Quiet
from tests.support.clock import HeldClock
from tests.support.processes import RecordedProcesses


@pytest.fixture
def site(tmp_path: Path) -> Site:
    """Of a machine whose last cluster has gone; nothing runs on it."""
    machine = MachinePaths(tmp_path / "data", tmp_path / "run")
    for note in (machine.networks, machine.users, machine.supervisor / "supervisord.conf"):
        write_atomically(note, "{}")
    with locked(machine.cluster("lab").lock, holder="the last command"):
        pass
    run = RecordedProcesses()
    run.answer("ip", "address", "del")
    return Site("lab", machine, run, HeldClock(), Quiet(), Path(sys.executable))


def test_with_the_last_cluster_goes_all_that_the_machine_had(site: Site) -> None:
    release_machine(site)
    assert not site.machine.data.exists()


@pytest.mark.parametrize("other", ["other", "registry"])
def test_who_has_begun_something_and_no_process_yet_keeps_the_machine(
    site: Site, other: str
) -> None:
    lock = site.machine.cluster(other).lock
    with locked(lock, holder="labkit start other"):
        release_machine(site)
        assert lock.exists()
        assert site.machine.networks.exists()
        assert site.machine.supervisor.exists()
        assert site.run.calls == []  # type: ignore[attr-defined]
    release_machine(site)
    assert not site.machine.data.exists()


def test_folder_of_a_cluster_under_way_outlives_the_last_release(site: Site) -> None:
    lost = site.machine.cluster("other").data / "installed.json"
    write_atomically(lost, "{}")
    release_machine(site)
    assert lost.exists()


def test_end_of_the_registry_is_no_reason_to_keep_the_machine(site: Site) -> None:
    registry.end(site, OPEN, 0)
    assert not site.machine.data.exists()
