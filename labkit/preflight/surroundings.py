"""Through what the doctor looks: folders, programs, clock, environment, connections.

Each is a parameter, so that a test can plant a fault without harming the machine it runs on.
"""

import os
import socket
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from labkit.cluster.local.paths import MachinePaths
from labkit.foundation.errors import LabError
from labkit.foundation.process import Runner, SystemRunner, merged_environment
from labkit.foundation.waiting import Clock, SystemClock

PROGRAM_SECONDS = 3.0  # the slowest, kubectl on a cold disk, takes half a second
CONNECT_SECONDS = 0.7  # the whole look is to end within 1.5 s


@dataclass(frozen=True, slots=True)
class Places:
    root: Path = Path("/")
    proc: Path = Path("/proc")
    sys: Path = Path("/sys")
    namespaces: Path = Path("/run/netns")
    paths: MachinePaths = field(default_factory=MachinePaths)


def connects(host: str, port: int) -> bool:
    try:
        with socket.create_connection((host, port), timeout=CONNECT_SECONDS):
            return True
    except OSError:
        return False


def server_certificate(host: str, port: int) -> str:
    """What a server shows, unverified: an expired one must be readable too. "" when none came."""
    try:
        return ssl.get_server_certificate((host, port), timeout=CONNECT_SECONDS)
    except OSError:
        return ""


@dataclass(frozen=True, slots=True)
class Surroundings:
    run: Runner = field(default_factory=SystemRunner)
    clock: Clock = field(default_factory=SystemClock)
    environment: Mapping[str, str] = field(default_factory=lambda: merged_environment({}))
    places: Places = field(default_factory=Places)
    connects: Callable[[str, int], bool] = connects
    server_certificate: Callable[[str, int], str] = server_certificate
    is_root: bool = field(default_factory=lambda: os.geteuid() == 0)

    def read(self, path: Path) -> str:
        """Empty when it is not there or not for us: whoever asks decides what that means."""
        try:
            return path.read_text(errors="replace")
        except OSError:
            return ""

    def number(self, path: Path) -> int:
        """0 when the file is not there or holds no number (`max` of cgroups)."""
        words = self.read(path).split()
        return int(words[0]) if words and words[0].lstrip("-").isdecimal() else 0

    def say_of(self, *command: str) -> tuple[bool, str]:
        """Whether a program ended well, and what it said; (False, "") when it is not there."""
        try:
            done = self.run(command, timeout_seconds=PROGRAM_SECONDS, may_fail=True)
        except (LabError, OSError):
            return False, ""
        return done.status == 0, (done.output if done.status == 0 else done.errors).strip()
