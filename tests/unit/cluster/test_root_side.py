import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from labkit.cluster.errors import AgentRefuses, AgentUnreachable, ClusterError
from labkit.cluster.local.admitted import admit
from labkit.cluster.local.messages import (
    LONGEST_REQUEST,
    Request,
    follow,
    read_request,
    result_line,
)
from labkit.cluster.local.paths import MachinePaths
from labkit.cluster.local.root_side import RootSide, agent_obstacle, exchange
from labkit.cluster.local.trusted import PACKAGE, fingerprint
from labkit.foundation.progress import Quiet
from tests.support.clock import HeldClock
from tests.support.processes import RecordedProcesses

SEEN, UNSEEN = 54321, 54322  # whether they came through sudo
REQUEST = Request("status", "lab", {"name": "è\n"})


class Agent:
    """It says one thing to one client, and leaves."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.says = ""
        self.heard = ""

    def serve(self, listening: socket.socket) -> None:
        connection, _ = listening.accept()
        with connection, connection.makefile("rw", encoding="utf-8") as stream:
            self.heard = stream.readline(LONGEST_REQUEST)
            stream.write(self.says)


@pytest.fixture
def agent(tmp_path: Path) -> Iterator[Agent]:
    started = Agent(tmp_path / "agent.sock")
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(started.path))
        listening.listen()
        thread = threading.Thread(target=started.serve, args=(listening,))
        thread.start()
        yield started
        thread.join()


def test_agent_hears_the_request_and_is_heard(agent: Agent) -> None:
    agent.says = result_line({"è": "ü"})
    assert follow(exchange(agent.path, REQUEST), Quiet()) == {"è": "ü"}
    assert read_request(agent.heard) == REQUEST


def test_agent_that_is_killed_in_the_middle_of_a_line_ended_without_an_answer(
    agent: Agent,
) -> None:
    agent.says = '{"resu'
    with pytest.raises(ClusterError, match="ended without an answer"):
        follow(exchange(agent.path, REQUEST), Quiet())


def test_agent_that_is_not_there_is_said_not_to_answer(tmp_path: Path) -> None:
    with pytest.raises(AgentUnreachable, match="No such file"):
        list(exchange(tmp_path / "agent.sock", REQUEST))
    with socket.socket(socket.AF_UNIX) as abandoned:
        abandoned.bind(str(tmp_path / "agent.sock"))
        with pytest.raises(AgentUnreachable, match="Connection refused"):
            list(exchange(tmp_path / "agent.sock", REQUEST))


def test_agent_that_serves_others_only_is_told_from_one_that_is_not_there(tmp_path: Path) -> None:
    machine = MachinePaths(tmp_path / "data", tmp_path / "run")
    machine.run.mkdir()
    admit(machine, SEEN)
    assert isinstance(agent_obstacle(machine, SEEN), AgentUnreachable)
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(machine.agent_socket))
        listening.listen()
        assert agent_obstacle(machine, SEEN) is None
        assert isinstance(agent_obstacle(machine, UNSEEN), AgentRefuses)
    assert isinstance(agent_obstacle(machine, UNSEEN), AgentUnreachable)


def test_start_goes_to_the_agent_once_root_has_this_labkit_and_the_programs(
    tmp_path: Path,
) -> None:
    machine = MachinePaths(tmp_path / "data", tmp_path / "run")
    root = RootSide(machine, RecordedProcesses(), HeldClock())
    request = Request("start", "lab", {"programs": {"kubelet@1.34": "/cache/kubernetes/kubelet"}})
    assert root._for_agent(request) is None
    copy = machine.programs / "kubernetes" / "kubelet"
    copy.parent.mkdir(parents=True)
    copy.touch()
    assert root._for_agent(request) is None
    (machine.python / fingerprint(PACKAGE.parent)).mkdir(parents=True)
    (machine.python / fingerprint(PACKAGE.parent) / "complete").touch()
    asked = root._for_agent(request)
    assert asked is not None
    assert asked.arguments["programs"] == {"kubelet@1.34": str(copy)}


def test_what_needs_no_program_goes_to_the_agent(tmp_path: Path) -> None:
    root = RootSide(MachinePaths(tmp_path, tmp_path), RecordedProcesses(), HeldClock())
    assert root._for_agent(REQUEST) == REQUEST
