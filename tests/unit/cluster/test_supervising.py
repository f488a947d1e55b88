import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from labkit.cluster.plan import ProcessGroup, ProcessPlan
from labkit.cluster.processes import is_living, kill, marked_processes
from labkit.cluster.supervising import (
    ensure_groups,
    relaunch,
    remove_group,
    start_process,
    start_waiting,
    stop_process,
)
from labkit.cluster.supervision import Supervisor
from labkit.foundation.waiting import SystemClock
from tests.support.waiting import eventually

CLOCK = SystemClock()


@dataclass(frozen=True, slots=True)
class Running:
    """A supervisor of one test's own, with one group: `first` at once, `second` when told."""

    supervisor: Supervisor
    group: ProcessGroup

    def ensure(self, *groups: ProcessGroup) -> None:
        ensure_groups(self.supervisor, list(groups or (self.group,)), CLOCK)

    def pids(self) -> dict[str, int]:
        """What really runs, whoever started it: by the processes' own words."""
        found = {}
        for pid, mark in marked_processes(f"{self.group.name}/").items():
            with suppress(OSError):
                if Path(f"/proc/{pid}/cmdline").read_bytes().startswith(b"sleep\0"):
                    found[mark.rpartition("/")[2]] = pid
        return found

    def has(self, *names: str) -> Callable[[], bool]:
        return lambda: self.pids().keys() == set(names)

    def has_another(self, name: str, than: int) -> Callable[[], bool]:
        return lambda: self.pids().get(name, than) != than


@pytest.fixture
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    folder = tmp_path_factory.mktemp("s")  # short: a socket's path must fit
    plans = (ProcessPlan("first", ("sleep", "1001")), ProcessPlan("second", ("sleep", "1002")))
    waiting = (plans[0], replace(plans[1], waits=True))
    group = ProcessGroup(f"t{os.getpid()}-lab", waiting, str(folder / "logs"))
    supervisor = Supervisor(folder, Path(sys.executable))
    yield Running(supervisor, group)
    kill(supervisor.pids(), CLOCK)  # also one that answers no more
    kill(marked_processes(group.name), CLOCK)


def end_supervisor(running: Running) -> None:
    kill([running.supervisor.pid()], CLOCK)
    assert not running.supervisor.is_alive()


def start_both(running: Running) -> dict[str, int]:
    running.ensure()
    start_waiting(running.supervisor, running.group, {"second"})
    eventually(running.has("first", "second"))
    return running.pids()


def test_process_that_waits_is_started_once_and_only_when_told(running: Running) -> None:
    running.ensure()
    eventually(running.has("first"))
    start_waiting(running.supervisor, running.group, {"other"})
    assert running.has("first")()
    start_waiting(running.supervisor, running.group, {"second"})
    eventually(running.has("first", "second"))
    before = running.pids()
    start_waiting(running.supervisor, running.group, {"first", "second"})
    running.ensure()
    assert running.pids() == before


def test_process_that_ends_is_started_again(running: Running) -> None:
    running.ensure()
    eventually(running.has("first"))
    ended = running.pids()["first"]
    os.kill(ended, signal.SIGKILL)
    eventually(running.has_another("first", ended))


def test_what_outlived_two_supervisors_is_neither_started_twice_nor_lost(
    running: Running,
) -> None:
    before = start_both(running)
    for _ in range(2):
        end_supervisor(running)
        relaunch(running.supervisor, CLOCK)
        assert running.pids() == before
    states = {state.name: state.running for state in running.supervisor.states()}
    assert states == {"first": True, "second": True}
    os.kill(before["second"], signal.SIGKILL)
    eventually(running.has_another("second", before["second"]))
    assert running.pids()["first"] == before["first"]


def test_what_outlived_its_supervisor_ends_when_its_group_is_removed(running: Running) -> None:
    before = start_both(running)
    end_supervisor(running)
    running.ensure()
    remove_group(running.supervisor, running.group.name, CLOCK)
    assert not any(is_living(pid) for pid in before.values())
    assert running.pids() == {}
    assert running.supervisor.groups_on_disk() == []


def test_what_outlived_its_supervisor_can_be_stopped_and_started(running: Running) -> None:
    before = start_both(running)
    end_supervisor(running)
    relaunch(running.supervisor, CLOCK)
    stop_process(running.supervisor, running.group.name, "second", CLOCK)
    assert running.pids() == {"first": before["first"]}
    start_process(running.supervisor, running.group.name, "second")
    eventually(running.has("first", "second"))


@pytest.mark.parametrize("name", ["first", "second"])
def test_process_stopped_on_purpose_stays_so_under_the_next_supervisor(
    running: Running, name: str
) -> None:
    start_both(running)
    stop_process(running.supervisor, running.group.name, name, CLOCK)
    for _ in range(2):
        end_supervisor(running)
        relaunch(running.supervisor, CLOCK)
    (other,) = {"first", "second"} - {name}
    eventually(running.has(other))
    states = {state.name: state.running for state in running.supervisor.states()}
    assert states == {name: False, other: True}
    assert running.supervisor.paused(running.group.name) == {name}


def test_process_stopped_on_purpose_is_started_by_up(running: Running) -> None:
    start_both(running)
    stop_process(running.supervisor, running.group.name, "first", CLOCK)
    running.ensure()
    eventually(running.has("first", "second"))
    assert running.supervisor.paused(running.group.name) == frozenset()


def test_group_that_is_forgotten_leaves_no_note_of_what_was_stopped(running: Running) -> None:
    start_both(running)
    stop_process(running.supervisor, running.group.name, "first", CLOCK)
    remove_group(running.supervisor, running.group.name, CLOCK)
    assert list((running.supervisor.folder / "groups").iterdir()) == []


def test_changed_process_replaces_the_one_before_also_after_a_crash(running: Running) -> None:
    running.ensure()
    eventually(running.has("first"))
    changed = replace(running.group, plans=(ProcessPlan("first", ("sleep", "1003")),))
    for crashes in (False, True):
        old = running.pids()["first"]
        if crashes:
            end_supervisor(running)
        running.ensure(running.group if crashes else changed)
        eventually(running.has_another("first", old))
        assert not is_living(old)


def test_program_that_the_group_has_no_more_ends_after_a_crash(running: Running) -> None:
    gone = ProcessPlan("gone", ("sleep", "1003"))
    running.ensure(replace(running.group, plans=(gone,)))
    eventually(running.has("gone"))
    end_supervisor(running)
    running.ensure()
    eventually(running.has("first"), "first alone", seen=lambda: str(running.pids()))


def test_groups_of_others_stay_after_a_crash_if_they_run(running: Running) -> None:
    before = start_both(running)
    dead, other = (replace(running.group, name=f"{running.group.name}.{n}") for n in ("x", "y"))
    running.supervisor.write_group(dead)
    end_supervisor(running)
    running.ensure(other)
    assert running.supervisor.groups_on_disk() == [running.group.name, other.name]
    assert running.pids() == before
    assert {state.name for state in running.supervisor.states() if state.running} == {
        "first",
        "second",
    }


def test_group_that_is_added_disturbs_no_other(running: Running) -> None:
    running.ensure()
    eventually(running.has("first"))
    before = running.pids()
    other = replace(running.group, name=f"{running.group.name}.y")
    running.ensure(other)
    eventually(lambda: bool(marked_processes(f"{other.name}/first")))
    assert running.pids() == before


def test_a_supervisor_starts_only_after_its_predecessor_has_ended(running: Running) -> None:
    deaf = "trap '' TERM; touch deaf; exec sleep 1003"
    folder = running.supervisor.folder
    slow = ProcessPlan("slow", ("sh", "-c", f"cd {folder}; {deaf}"), stop_seconds=1)
    running.ensure(replace(running.group, plans=(slow,)))
    eventually((folder / "deaf").exists)
    before = running.supervisor.pid()
    running.supervisor.shut_down()
    eventually(lambda: not running.supervisor.is_alive())
    assert is_living(before)  # it answers no more, and ends a second later
    running.ensure()
    assert not is_living(before)
    eventually(running.has("first"), "first alone", seen=lambda: str(running.pids()))
    assert running.supervisor.is_alive()
