"""The ways from a command to root: in this process, over the agent's socket, or through sudo.

Run as `python -m labkit.cluster.local.root_side` by sudo: one request on standard input, the
answer's lines on standard output.
"""

import os
import shutil
import socket
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from labkit.cluster.errors import AgentRefuses, AgentUnreachable, ClusterError, NeedsRoot
from labkit.cluster.local.admitted import is_admitted
from labkit.cluster.local.messages import Request, follow, request_line
from labkit.cluster.local.paths import MachinePaths
from labkit.cluster.local.trusted import installed_copies, is_installed, use_trusted_programs
from labkit.foundation.process import Runner, stream_lines
from labkit.foundation.progress import Progress
from labkit.foundation.text import say
from labkit.foundation.waiting import Clock

ANSWER_SECONDS = 900  # the longest operation is a first `up` of many nodes


@dataclass(frozen=True, slots=True)
class RootSide:
    machine: MachinePaths
    run: Runner
    clock: Clock

    def ask(self, request: Request, progress: Progress, *, why: str, sudo: bool = False) -> Any:
        """Raises what keeps us from the agent where sudo is not allowed, NeedsRoot where not there.

        `why` says what for.
        """
        if os.geteuid() == 0:
            return self._here(request, progress)
        for_agent = self._for_agent(request)
        obstacle = agent_obstacle(self.machine, os.geteuid())
        if for_agent and obstacle is None:
            return self._agent(for_agent, progress)
        if not sudo:
            raise obstacle or NeedsRoot(why)
        return self._sudo(request, progress, why)

    def _for_agent(self, request: Request) -> Request | None:
        """Programs that root has copied already need no sudo; the agent runs no others."""
        programs = request.arguments.get("programs")
        if not programs:
            return request
        copies = installed_copies(programs, self.machine.programs)
        if copies is None or not is_installed(self.machine):
            return None
        return replace(request, arguments={**request.arguments, "programs": copies})

    def agent_answers(self) -> bool:
        return agent_obstacle(self.machine, os.geteuid()) is None

    def _here(self, request: Request, progress: Progress) -> Any:
        from labkit.cluster.local.operations import Root, perform  # noqa: PLC0415  root's alone

        return perform(Root(self.machine, self.run, self.clock), request, progress)

    def _agent(self, request: Request, progress: Progress) -> Any:
        return follow(exchange(self.machine.agent_socket, request), progress)

    def _sudo(self, request: Request, progress: Progress, why: str) -> Any:
        if shutil.which("sudo") is None:
            raise NeedsRoot(why)
        progress.said(say("Root is needed to {why}; sudo may ask for your password.", why=why))
        # -B: root's bytecode files in the user's clone could not be removed by the user.
        command = ["sudo", "--", sys.executable, "-B", "-m", "labkit.cluster.local.root_side"]
        folder = Path(__file__).parents[3]
        lines = stream_lines(command, stdin=request_line(request), folder=folder)
        return follow(lines, progress)


def agent_obstacle(machine: MachinePaths, user: int) -> ClusterError | None:
    """What keeps `user`, who is asking, from the agent; None where it listens and serves them."""
    with socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.connect(str(machine.agent_socket))
        except PermissionError:
            return AgentRefuses(user)
        except OSError:
            return AgentUnreachable(say("nothing listens on {path}", path=machine.agent_socket))
    return None if is_admitted(machine, user) else AgentRefuses(user)


def exchange(path: Path, request: Request) -> Iterator[str]:
    """The agent's lines as they come. Raises AgentUnreachable when it is not there or leaves."""
    try:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(ANSWER_SECONDS)
            connection.connect(str(path))
            connection.sendall(request_line(request).encode())
            with connection.makefile("r", encoding="utf-8") as stream:
                yield from stream
    except OSError as problem:
        raise AgentUnreachable(problem.strerror or str(problem)) from problem


def main() -> None:
    from labkit.cluster.local.agent import answer  # noqa: PLC0415  root's alone
    from labkit.cluster.local.operations import Root  # noqa: PLC0415
    from labkit.foundation.process import SystemRunner  # noqa: PLC0415
    from labkit.foundation.settings import invoking_user  # noqa: PLC0415
    from labkit.foundation.waiting import SystemClock  # noqa: PLC0415

    use_trusted_programs()
    root = Root(MachinePaths(), SystemRunner(), SystemClock())
    answer(root, sys.stdin.readline(), invoking_user(), sys.stdout, through_sudo=True)


if __name__ == "__main__":
    main()
