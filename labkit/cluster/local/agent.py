"""The root agent: serves the engine's calls on a Unix socket, and keeps the supervisor alive.

`python -m labkit.cluster.local.agent`, run by the supervisor. The kernel tells who asks
(SO_PEERCRED): users who have come through sudo, and they reach only clusters of their own. Of
programs that a request names it starts only copies that root made: `labkit up` installs them
through sudo.
"""

import contextlib
import logging
import os
import select
import signal
import socket
import socketserver
import struct
import sys
import threading
from collections.abc import Callable
from io import TextIOWrapper
from pathlib import Path
from typing import TextIO

from labkit.cluster.errors import AgentRefuses, ClusterError
from labkit.cluster.local.admitted import is_admitted
from labkit.cluster.local.messages import (
    LONGEST_REQUEST,
    Request,
    Told,
    error_line,
    read_request,
    result_line,
)
from labkit.cluster.local.operations import Root, perform
from labkit.cluster.local.paths import MachinePaths
from labkit.cluster.local.registry_files import REALMS
from labkit.cluster.local.trusted import are_installed, use_trusted_programs
from labkit.cluster.logs import rotate
from labkit.cluster.supervising import relaunch
from labkit.cluster.supervision import Supervisor
from labkit.foundation.errors import LabError
from labkit.foundation.files import locked
from labkit.foundation.process import SystemRunner
from labkit.foundation.text import say
from labkit.foundation.waiting import SystemClock

LOG = logging.getLogger("labkit.agent")
TROUBLE_SECONDS = 5  # before a duty that met trouble is tried again
LOGS_SECONDS = 60  # a kubelet that complains a lot writes 1 MB in that time
CREDENTIALS = struct.Struct("3i")  # struct ucred: pid, uid, gid


def serve(root: Root) -> None:
    path = root.machine.agent_socket
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    before = os.umask(0o111)  # the socket is born 0666: who is served is a matter of `answer`
    server = _Server(str(path), _Handler)
    os.umask(before)
    server.root = root
    for duty in (revive_supervisor, shorten_logs):
        threading.Thread(target=keep_doing, args=(duty, root), daemon=True).start()
    signal.signal(signal.SIGTERM, lambda *_: threading.Thread(target=server.shutdown).start())
    with server:  # leaving it waits for the answers under way: one of them may be ending us
        server.serve_forever(poll_interval=0.2)


class _Server(socketserver.ThreadingUnixStreamServer):
    root: Root
    daemon_threads = False


class _Handler(socketserver.StreamRequestHandler):
    server: _Server

    def handle(self) -> None:
        root, user = self.server.root, _peer(self.request)
        out = TextIOWrapper(self.request.makefile("wb"), encoding="utf-8", write_through=True)
        # A stranger's line is not waited for: it might never come, and our end waits for this.
        raw = self.rfile.readline(LONGEST_REQUEST) if is_admitted(root.machine, user) else b""
        answer(root, raw.decode(errors="replace"), user, out)


def _peer(connection: socket.socket) -> int:
    raw = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, CREDENTIALS.size)
    _, user, _ = CREDENTIALS.unpack(raw)
    return int(user)


def answer(root: Root, line: str, user: int, out: TextIO, *, through_sudo: bool = False) -> None:
    """One request from `user`, its progress, and its end. Whoever left hears nothing more."""
    with contextlib.suppress(BrokenPipeError):
        try:
            if not through_sudo and not is_admitted(root.machine, user):
                raise AgentRefuses(user)
            asked = read_request(line)
            request = Request(asked.method, asked.cluster, asked.arguments, user)
            if not through_sudo:
                _refuse_programs(root, request)
            result = perform(root, request, Told(out))
        except LabError as problem:
            out.write(error_line(problem))
        except BrokenPipeError:
            raise
        except Exception as bug:
            trouble = say("The agent met a bug: {bug!r}.", bug=bug)
            out.write(error_line(ClusterError(trouble, say("Please report it."))))
            raise
        else:
            out.write(result_line(result))
        out.flush()


def _refuse_programs(root: Root, request: Request) -> None:
    programs = request.arguments.get("programs") or {}
    if request.user != 0 and not are_installed(programs, root.machine.programs):
        raise ClusterError(
            say("The agent runs installed programs only."),
            say("Run `labkit up`; it installs them through sudo."),
        )


def keep_doing(duty: Callable[[Root], object], root: Root) -> None:
    """Again and again. Trouble is told to the log and passes: nobody else has this duty."""
    while True:
        try:
            duty(root)
        except (LabError, OSError) as trouble:
            LOG.warning("%s, again in %d s: %s", duty.__name__, TROUBLE_SECONDS, trouble)
            root.clock.pause(TROUBLE_SECONDS)


def revive_supervisor(root: Root) -> None:
    """When the supervisor dies before us, start another that adopts what it left."""
    supervisor = Supervisor(root.machine.supervisor, Path(sys.executable))
    with contextlib.suppress(ClusterError, ProcessLookupError):
        select.select([os.pidfd_open(supervisor.pid())], [], [])
    with locked(root.machine.lock, holder="restart the supervisor", clock=root.clock):
        if not supervisor.is_alive():
            relaunch(supervisor, root.clock)


def shorten_logs(root: Root) -> None:
    """Of clusters and their nodes, of the registries, and our own."""
    machine = root.machine
    clusters = machine.data / "clusters"
    folders = [*clusters.glob("*/logs"), *clusters.glob("*/nodes/*/logs")]
    registries = [realm.folder(machine) / "logs" for realm in REALMS.values()]
    rotate([*folders, *registries, machine.supervisor / "logs"])
    root.clock.pause(LOGS_SECONDS)


if __name__ == "__main__":
    logging.basicConfig(format="%(asctime)s %(levelname)s %(message)s")
    use_trusted_programs()
    serve(Root(MachinePaths(), SystemRunner(), SystemClock()))
