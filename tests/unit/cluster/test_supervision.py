import json
import sys
from pathlib import Path

import pytest

from labkit.cluster.errors import ClusterError
from labkit.cluster.plan import ProcessGroup, ProcessPlan
from labkit.cluster.supervision import Supervisor
from labkit.cluster.supervisor_files import ADOPT
from labkit.foundation.process import SystemRunner
from tests.support.supervised import Read, read_back

WORDS = {
    "percent sign": "100%",
    "expansion": "%(here)s %%",
    "single quote": "it's",
    "double quotes": 'say "yes"',
    "both quotes": """'"'"'""",
    "backslash": "C:\\new \\",
    "empty": "",
    "space": " two  words ",
    "comment": "a ;b",
    "hash": "a #b",
    "shell": "$HOME `id` && exit > file * ~",
    "equals and commas": "a=b,c=d",
    "tab": "one\ttwo",
    "letters of the world": "è ü 日本",
}
PLAN = ProcessPlan("kubelet", ("/programs/kubelet", "--node-ip=198.18.1.11"))


def group_of(*plans: ProcessPlan) -> ProcessGroup:
    return ProcessGroup("lab.node1", plans, "/data/logs")


def read_one(plan: ProcessPlan, adopted: dict[str, int] | None = None) -> Read:
    return read_back(group_of(plan), adopted)[f"lab.node1.{plan.name}"]


@pytest.mark.parametrize("word", WORDS.values(), ids=WORDS.keys())
def test_argument_reaches_the_program_as_it_was_given(word: str) -> None:
    plan = ProcessPlan("echo", ("/bin/echo", word, "last"))
    assert read_one(plan).words[-3:] == plan.command


@pytest.mark.parametrize(
    "name", ["percent sign", "expansion", "space", "equals and commas", "letters of the world"]
)
def test_variable_reaches_the_program_as_it_was_given(name: str) -> None:
    plan = ProcessPlan("echo", ("/bin/echo",), (("VALUE", WORDS[name]), ("OTHER", "x")))
    read = read_one(plan).environment
    assert (read["VALUE"], read["OTHER"]) == (WORDS[name], "x")


@pytest.mark.parametrize(
    "value",
    [WORDS["double quotes"], WORDS["comment"], WORDS["hash"], "'quoted'", "one\ntwo"],
    ids=["double quotes", "comment", "hash", "single quotes around", "line break"],
)
def test_variable_that_supervisor_would_spoil_is_refused(value: str) -> None:
    plan = ProcessPlan("echo", ("/bin/echo",), (("VALUE", value),))
    with pytest.raises(ClusterError, match=r"VALUE .* cannot be handed to the supervisor"):
        read_one(plan)


def test_argument_cannot_bring_a_program_of_its_own() -> None:
    plan = ProcessPlan("echo", ("/bin/echo", "x\n[program:more]\ncommand = /bin/sh"))
    with pytest.raises(ClusterError, match="cannot be handed to the supervisor"):
        read_one(plan)


def test_program_writes_its_log_itself_whatever_its_arguments(tmp_path: Path) -> None:
    script = "import json, sys; print(json.dumps(sys.argv[1:]))"
    plan = ProcessPlan("echo", (sys.executable, "-S", "-c", script, *WORDS.values()))
    folder = tmp_path / "it's 100% #1"
    folder.mkdir()
    read = read_back(ProcessGroup("lab", (plan,), str(folder)))["lab.echo"]
    said = SystemRunner()(read.words)
    assert (said.output, said.errors) == ("", "")
    assert json.loads((folder / "echo.log").read_text()) == list(WORDS.values())


def test_each_plan_is_one_program_marked_with_group_and_name() -> None:
    group = group_of(PLAN, ProcessPlan("containerd", ("/bin/containerd",)))
    marks = {name: read.environment["LABKIT_PROCESS"] for name, read in read_back(group).items()}
    assert marks == {
        "lab.node1.kubelet": "lab.node1/kubelet",
        "lab.node1.containerd": "lab.node1/containerd",
    }


def test_plan_that_waits_is_not_started_with_its_group() -> None:
    waiting = ProcessPlan("scheduler", ("/bin/true",), waits=True)
    group = group_of(PLAN, waiting)
    assert [read.at_once for read in read_back(group).values()] == [True, False]
    resumed = read_back(group, {"kubelet": 4121})
    assert [read.at_once for read in resumed.values()] == [True, True]


def test_survivor_is_stood_in_for_and_the_rest_of_its_group_started() -> None:
    group = group_of(PLAN, ProcessPlan("containerd", ("/bin/containerd",)))
    read = read_back(group, {"kubelet": 4121})
    stand_in = ("/usr/bin/python3", "-I", "-S", str(ADOPT), "4121")
    assert read["lab.node1.kubelet"].words[-7:] == (*stand_in, *PLAN.command)
    assert str(ADOPT) not in read["lab.node1.containerd"].words
    assert read["lab.node1.kubelet"].environment["LABKIT_PROCESS"] == "lab.node1/kubelet"


def test_group_is_read_as_it_was_written(tmp_path: Path) -> None:
    supervisor = Supervisor(tmp_path / "supervisor", Path(sys.executable))
    odd = ProcessPlan("odd", tuple(WORDS.values()), (("A", "b"),), waits=True, stop_seconds=60)
    group = ProcessGroup("lab.node1", (PLAN, odd), str(tmp_path / "logs"))
    supervisor.write_group(group)
    assert supervisor.read_group("lab.node1") == group
    assert supervisor.groups_on_disk() == ["lab.node1"]
    supervisor.forget_group("lab.node1")
    supervisor.forget_group("lab.node1")
    assert supervisor.read_group("lab.node1") is None
    assert supervisor.groups_on_disk() == []


def test_other_users_cannot_read_what_processes_are_started_with(tmp_path: Path) -> None:
    supervisor = Supervisor(tmp_path, Path(sys.executable))
    supervisor.write_group(ProcessGroup("lab", (PLAN,), str(tmp_path / "logs")))
    modes = [path.stat().st_mode & 0o777 for path in (tmp_path / "groups").iterdir()]
    assert modes == [0o600, 0o600]


def test_supervisor_that_is_not_there_is_not_alive(tmp_path: Path) -> None:
    assert not Supervisor(tmp_path, Path(sys.executable)).is_alive()


def test_sweep_takes_what_a_killed_run_left_half_written_of_one_cluster(tmp_path: Path) -> None:
    supervisor = Supervisor(tmp_path, Path(sys.executable))
    supervisor.write_group(ProcessGroup("lab", (PLAN,), str(tmp_path / "logs")))
    for name in (".lab.json.x1", ".lab.node1.json.x2", ".lab2.json.x3"):
        (tmp_path / "groups" / name).touch()
    supervisor.sweep("lab")
    left = {path.name for path in (tmp_path / "groups").iterdir()}
    assert left == {"lab.conf", "lab.json", ".lab2.json.x3"}
