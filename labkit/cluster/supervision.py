"""Long-lived processes under the `supervisor` library: its calls.

One supervisor serves many groups (each control plane, each node); groups join and leave while
it runs. A process that ends is started again, at once the first time and then one second later
each further time.
"""

import contextlib
import http.client
import json
import socket
import xmlrpc.client
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from labkit.cluster.errors import ClusterError
from labkit.cluster.plan import ProcessGroup, ProcessPlan
from labkit.cluster.processes import kill, supervisors_with
from labkit.cluster.supervisor_files import MARK, SUPERVISOR, configuration, group_text
from labkit.foundation.errors import TimedOut
from labkit.foundation.files import PRIVATE, write_atomically
from labkit.foundation.process import start_detached
from labkit.foundation.text import say
from labkit.foundation.waiting import Clock, wait_until

ALREADY = {10, 60, 70, 90}  # BAD_NAME on removal, ALREADY_STARTED, NOT_RUNNING, ALREADY_ADDED
STILL_RUNNING_CODE = 91  # the supervisor has not yet buried a process that ended
STILL_RUNNING = object()
LAUNCH_SECONDS = 15
END_SECONDS = 10  # twice what its programs may take to stop


@dataclass(frozen=True, slots=True)
class ProcessState:
    group: str
    name: str
    running: bool
    pid: int
    description: str


class Supervisor:
    """One running supervisord, reached by its Unix socket in `folder`."""

    def __init__(self, folder: Path, python: Path) -> None:
        self.folder = folder
        self.python = python
        """The interpreter to run under: root's own copy where root supervises."""

    def is_alive(self) -> bool:
        try:
            self._asked("getPID")
        except (OSError, http.client.HTTPException, xmlrpc.client.Error):
            return False
        return True

    def pid(self) -> int:
        return int(str(self._call("getPID")))

    def pids(self) -> list[int]:
        """Of every supervisor with our settings, also one that is ending or has lost its socket."""
        return supervisors_with(self._settings)

    def launch(self, clock: Clock) -> None:
        """Start it with the groups that are on disk, and wait until it listens."""
        write_atomically(self._settings, configuration(self.folder))
        start_detached(
            [str(self.python), "-m", "supervisor.supervisord", "-n", "-c", str(self._settings)],
            self.folder / "supervisord.out",
            environment={MARK: SUPERVISOR},
        )
        wait_until(
            self.is_alive,
            say("the supervisor"),
            limit_seconds=LAUNCH_SECONDS,
            clock=clock,
            pause_seconds=0.02,
        )

    def end_predecessor(self, clock: Clock) -> None:
        """One that is ending answers no more, and at its end removes its successor's socket.

        One that does not end has lost its socket; its programs outlive it, to be adopted.
        """
        with contextlib.suppress(TimedOut):
            wait_until(
                lambda: not self.pids(),
                say("the end of the earlier supervisor"),
                limit_seconds=END_SECONDS,
                clock=clock,
                pause_seconds=0.02,
            )
        kill(self.pids(), clock)

    def write_group(self, group: ProcessGroup, adopted: dict[str, int] | None = None) -> None:
        Path(group.log_folder).mkdir(parents=True, exist_ok=True)
        text = group_text(group, self.python, adopted, self.paused(group.name))
        write_atomically(self._plan_file(group.name), json.dumps(asdict(group)), mode=PRIVATE)
        write_atomically(self._group_file(group.name), text, mode=PRIVATE)

    def read_group(self, name: str) -> ProcessGroup | None:
        """The group as it was last written; None when it never was."""
        if not self._plan_file(name).exists():
            return None
        content = json.loads(self._plan_file(name).read_text())
        return ProcessGroup(
            content["name"],
            tuple(_plan_from(plan) for plan in content["plans"]),
            content["log_folder"],
        )

    def groups_on_disk(self) -> list[str]:
        return sorted(path.stem for path in (self.folder / "groups").glob("*.conf"))

    def forget_group(self, name: str) -> None:
        """Take a group off the disk; a running supervisor is not told."""
        self._group_file(name).unlink(missing_ok=True)
        self._plan_file(name).unlink(missing_ok=True)
        self._paused_file(name).unlink(missing_ok=True)

    def paused(self, group: str) -> frozenset[str]:
        """Those of a group's processes that somebody stopped on purpose; nobody starts them."""
        try:
            return frozenset(json.loads(self._paused_file(group).read_text()))
        except FileNotFoundError:
            return frozenset()

    def pause_only(self, group: str, processes: Iterable[str]) -> None:
        """Note who is stopped on purpose, also for the next supervisor; it stops nobody."""
        names = sorted(processes)
        if names:
            write_atomically(self._paused_file(group), json.dumps(names), mode=PRIVATE)
        else:
            self._paused_file(group).unlink(missing_ok=True)

    def sweep(self, prefix: str) -> None:
        """Take away what a killed run left half written, of groups whose names begin so."""
        for path in (self.folder / "groups").glob(f".{prefix}.*"):
            path.unlink(missing_ok=True)

    def add_group(self, name: str) -> None:
        """Take a written group up and start those of its processes that do not wait."""
        self._call("reloadConfig")
        self._call("addProcessGroup", name)

    def start(self, group: str, process: str) -> None:
        self._call("startProcess", f"{group}:{group}.{process}", False)

    def stop(self, group: str, process: str) -> None:
        self._call("stopProcess", f"{group}:{group}.{process}", True)

    def begin_stop(self, name: str) -> None:
        """Ask a group's processes to end, and do not wait; they are not started again."""
        self._call("stopProcessGroup", name, False)

    def remove_group(self, name: str, clock: Clock) -> None:
        """Stop a group and wait for it. A group that is not there is fine.

        Its files go before, by `forget_group`, under the lock that keeps others from reading them.
        """
        self._call("stopProcessGroup", name)
        wait_until(
            lambda: self._call("removeProcessGroup", name) is not STILL_RUNNING,
            say("the end of the processes of {name}", name=name),
            limit_seconds=15,
            clock=clock,
            pause_seconds=0.02,
        )

    def group_names(self) -> list[str]:
        return sorted({state.group for state in self.states()})

    def states(self) -> list[ProcessState]:
        answer = self._call("getAllProcessInfo")
        rows = answer if isinstance(answer, list) else []
        return [
            ProcessState(
                group=row["group"],
                name=row["name"].removeprefix(f"{row['group']}."),
                running=row["statename"] in {"RUNNING", "STARTING"} and row["pid"] > 0,
                pid=row["pid"],
                description=row["description"] or row["spawnerr"],
            )
            for row in rows
        ]

    def shut_down(self) -> None:
        with contextlib.suppress(ClusterError):
            self._call("shutdown")

    @property
    def _settings(self) -> Path:
        return self.folder / "supervisord.conf"

    def _group_file(self, name: str) -> Path:
        return self.folder / "groups" / f"{name}.conf"

    def _plan_file(self, name: str) -> Path:
        return self.folder / "groups" / f"{name}.json"

    def _paused_file(self, name: str) -> Path:
        return self.folder / "groups" / f"{name}.paused"

    def _call(self, method: str, *arguments: object) -> object:
        try:
            return self._asked(method, *arguments)
        except xmlrpc.client.Fault as fault:
            if fault.faultCode in ALREADY:
                return None
            if fault.faultCode == STILL_RUNNING_CODE:
                return STILL_RUNNING
            raise ClusterError(
                say("The supervisor refused {method}: {why}", method=method, why=fault.faultString),
                say("Run `labkit status`, then `labkit up` again."),
            ) from fault
        except (OSError, http.client.HTTPException) as problem:
            raise ClusterError(
                say("The supervisor does not answer: {why}.", why=problem),
                say("Run `labkit up`; it starts the supervisor again."),
            ) from problem

    def _asked(self, method: str, *arguments: object) -> object:
        transport = _UnixTransport(self.folder / "supervisor.sock")
        with xmlrpc.client.ServerProxy("http://supervisor", transport=transport) as proxy:
            return getattr(proxy.supervisor, method)(*arguments)


def _plan_from(content: dict[str, Any]) -> ProcessPlan:
    """From JSON, where tuples have become lists."""
    environment = tuple((key, value) for key, value in content["environment"])
    words = {"command": tuple(content["command"]), "environment": environment}
    return ProcessPlan(**{**content, **words})


class _UnixTransport(xmlrpc.client.Transport):
    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path = path

    def make_connection(self, host: object) -> http.client.HTTPConnection:
        connection = _UnixConnection(self._path)
        self._connection = (str(host), connection)  # what the proxy's close() closes
        return connection


class _UnixConnection(http.client.HTTPConnection):
    def __init__(self, path: Path) -> None:
        super().__init__("supervisor", timeout=120)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        try:
            self.sock.connect(str(self._path))
        except OSError:
            self.close()
            raise
