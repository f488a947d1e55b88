"""The lab's emulated cloud: up, down, status, and the keys to it."""

import json
import os
import shutil
import signal
import socket
import sys
from collections.abc import Mapping
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from labkit.cloud.emulator import kept_clusters, sole_use
from labkit.cloud.errors import EmulatorNotRunning
from labkit.cluster.local.paths import MachinePaths
from labkit.cluster.local.root_side import agent_obstacle
from labkit.cluster.opening import open_engine
from labkit.foundation.errors import LabError, SettingInvalid, TimedOut
from labkit.foundation.files import PRIVATE, last_line, locked, write_atomically
from labkit.foundation.process import Runner, start_detached
from labkit.foundation.progress import Progress, shown
from labkit.foundation.settings import Settings
from labkit.foundation.text import say
from labkit.foundation.waiting import Clock, wait_until
from labkit.remote.cloud_keys import FILE_NAME, CloudKeys, read_keys
from labkit.remote.cloud_levers import Levers
from labkit.remote.errors import RemoteError
from labkit.workshop.cloud_account import ACCOUNTS

HOST = "127.0.0.1"
USUAL_PORT = 8780
START_SECONDS = 20
END_SECONDS = 60
ENGINES = ("local", "simulated")


@dataclass(frozen=True, slots=True)
class CloudPlace:
    """Where the emulator of one lab keeps what it has."""

    settings: Settings
    run: Runner
    clock: Clock

    @property
    def folder(self) -> Path:
        return self.settings.home / "cloud"

    @property
    def note(self) -> Path:
        """Which process it is, where it answers, and on which engine."""
        return self.folder / "running.json"

    @property
    def log(self) -> Path:
        return self.folder / "emulator.log"


@dataclass(frozen=True, slots=True)
class CloudStatus:
    running: bool
    endpoint: str = ""
    engine: str = ""
    project: str = ""
    clusters: tuple[Mapping[str, Any], ...] = ()
    pid: int = 0


def cloud_engine(place: CloudPlace, wanted: str) -> str:
    """The one asked for; else local where that is possible without asking for a password.

    Raises SettingInvalid for one that has no nodes to add.
    """
    if wanted in ENGINES:
        return wanted
    if wanted:
        one, other = ENGINES
        raise SettingInvalid("--engine", wanted, say("{one} or {other}", one=one, other=other))
    user = os.geteuid()
    at_hand = user == 0 or agent_obstacle(MachinePaths(), user) is None
    return "local" if at_hand else "simulated"


def cloud_up(place: CloudPlace, progress: Progress, *, engine: str, port: int = 0) -> CloudStatus:
    """Start the emulator, or find it running. Its clusters of an earlier run are kept.

    Raises TimedOut when one lives and does not answer: there is never a second beside it.
    """
    with _alone(place, say("start of the emulated cloud")):
        found = cloud_status(place)
        if found.running:
            return found
        with shown(progress, say("Start the emulated cloud")):
            pid = _living(place) or _begin(place, engine, port or _port(place))
            wait_until(
                lambda: _has_begun(place, pid),
                say("the emulated cloud"),
                limit_seconds=START_SECONDS,
                clock=place.clock,
                last_seen=lambda: last_line(place.log),
                next_step=say(
                    "It is process {pid}: try again in a moment, or remove it with its clusters by "
                    "`labkit cloud down`.",
                    pid=pid,
                ),
            )
        return cloud_status(place)


def _alone(place: CloudPlace, holder: str) -> AbstractContextManager[None]:
    """Beside the folder, which goes with the cloud."""
    lock = place.settings.home / "locks" / "cloud"
    return locked(lock, holder=holder, clock=place.clock)


def _begin(place: CloudPlace, engine: str, port: int) -> int:
    """Its process id, which is noted."""
    place.folder.mkdir(parents=True, exist_ok=True, mode=0o700)  # its database holds every key
    command = [sys.executable, "-m", "labkit.cloud.server", str(place.folder), engine, str(port)]
    pid = start_detached(command, place.log, folder=Path(__file__).parents[2])
    endpoint = f"http://{HOST}:{port}/1.0"
    written = {"pid": pid, "port": port, "endpoint": endpoint, "engine": engine}
    write_atomically(place.note, json.dumps(written) + "\n", mode=PRIVATE)
    return pid


def _port(place: CloudPlace) -> int:
    """The one of last time, so that notes of a lesson stay true; else one that is free."""
    for wanted in (_noted(place).get("port", USUAL_PORT), USUAL_PORT, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            with suppress(OSError):
                probe.bind((HOST, int(wanted)))
                return int(probe.getsockname()[1])
    raise LabError(say("No port of {host} is free.", host=HOST), say("Close some programs."))


def _has_begun(place: CloudPlace, pid: int) -> bool:
    """Raises LabError once the process that was started is gone."""
    if _has_ended(pid):
        raise LabError(
            say("The emulated cloud ended at once."),
            say("Read {log}.", log=place.log),
            last_line(place.log),
        )
    return _state(place) is not None


def cloud_status(place: CloudPlace) -> CloudStatus:
    """Whether it runs, and its clusters. Never raises because it does not."""
    note, pid = _noted(place), _living(place)
    if not pid:
        return CloudStatus(running=False)
    state = _state(place)
    if state is None:
        return CloudStatus(running=False)
    return CloudStatus(
        running=True,
        endpoint=note["endpoint"],
        engine=note["engine"],
        project=state["projects"][0],
        clusters=tuple(state["clusters"]),
        pid=pid,
    )


def cloud_keys(place: CloudPlace) -> CloudKeys:
    """Raises EmulatorNotRunning."""
    if not cloud_status(place).running:
        raise EmulatorNotRunning(place.folder)
    return read_keys(place.folder / FILE_NAME)


def cloud_reset(place: CloudPlace, progress: Progress) -> CloudStatus:
    """As new, with the same keys and project: every cluster goes."""
    if not cloud_status(place).running:
        raise EmulatorNotRunning(place.folder)
    with shown(progress, say("Remove the clusters of the emulated cloud")):
        Levers(read_keys(place.folder / FILE_NAME)).pull("reset")
        shutil.rmtree(place.folder / ACCOUNTS, ignore_errors=True)  # theirs mean nobody now
        wait_until(
            lambda: not cloud_status(place).clusters,
            say("the clusters of the emulated cloud to go"),
            limit_seconds=END_SECONDS * 5,
            clock=place.clock,
            last_seen=lambda: ", ".join(str(one["name"]) for one in cloud_status(place).clusters),
        )
    return cloud_status(place)


def cloud_down(place: CloudPlace, progress: Progress) -> None:
    """The emulator, its clusters, and all that it kept. Again is fine.

    Raises EmulatorRunsAlready for one that nobody has noted.
    """
    with _alone(place, say("end of the emulated cloud")):
        engine = _noted(place).get("engine", "local")
        if pid := _living(place):
            with shown(progress, say("Stop the emulated cloud")):
                _end(place, pid)
        if place.folder.is_dir():
            with sole_use(place.folder, place.clock):
                _remove(place, engine, progress)


def _remove(place: CloudPlace, engine: str, progress: Progress) -> None:
    for name in kept_clusters(place.folder):
        with shown(progress, say("Remove cluster {name}", name=name)):
            opened = open_engine(engine, name, place.settings, run=place.run, clock=place.clock)
            opened.delete(progress)
    shutil.rmtree(place.folder)


def _end(place: CloudPlace, pid: int) -> None:
    """It finishes the step it is in; after a while it is made to end."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        with suppress(ProcessLookupError):
            os.kill(pid, number)
        with suppress(TimedOut):
            wait_until(
                lambda: not _living(place),
                say("the emulated cloud to end"),
                limit_seconds=END_SECONDS,
                clock=place.clock,
            )
            return


def _has_ended(pid: int) -> bool:
    """Also one that nobody has waited for: its name is in brackets, its state is Z."""
    try:
        status = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return True
    return status.rpartition(")")[2].split()[0] == "Z"


def _living(place: CloudPlace) -> int:
    """The noted process, or 0 where it has ended.

    Process ids come again: it must be the program that we started, on this lab's folder.
    """
    pid = int(_noted(place).get("pid", 0))
    try:
        line = Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return 0
    _, found, arguments = line.partition(b"\0labkit.cloud.server\0")
    folder = os.path.realpath(os.fsdecode(arguments.partition(b"\0")[0]))
    return pid if found and folder == os.path.realpath(place.folder) else 0


def _state(place: CloudPlace) -> dict[str, Any] | None:
    """What the emulator says of itself; None where nobody answers."""
    try:
        return Levers(read_keys(place.folder / FILE_NAME)).state()
    except RemoteError:
        return None


def _noted(place: CloudPlace) -> dict[str, Any]:
    """Empty where nothing was started."""
    try:
        content: dict[str, Any] = json.loads(place.note.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return content
