"""The container room: podman for lessons, apart from the containers that a user has themselves.

A program `podman` of ours goes before the machine's on PATH. It names our files and hands over, so
that cells, terminals and steps of exercises say `podman build` as people do everywhere.
"""

import hashlib
import os
import resource
import shutil
import tempfile
from contextlib import suppress
from pathlib import Path

from labkit.foundation.errors import FileProblem
from labkit.foundation.files import READABLE, write_atomically
from labkit.foundation.process import Runner
from labkit.foundation.settings import Settings
from labkit.foundation.text import say
from labkit.foundation.waiting import Clock, wait_until
from labkit.preflight.packages import PODMAN, find_program
from labkit.workshop.container_files import Limits, RegistryPlace, Room, room_files
from labkit.workshop.image_registry import LOCAL_REGISTRY

SHARED = "labkit-containers"
ROOTS_PASSING = Path("/run", SHARED)
EXECUTABLE = 0o755
PRIVATE_FOLDER = 0o700
END_SECONDS = 60


def room_of(settings: Settings, user: int) -> Room:
    """Where a user's containers are when they work with this home."""
    home = settings.home.absolute()
    mark = hashlib.sha256(str(home).encode()).hexdigest()[:8]
    is_root = user == 0
    passing = ROOTS_PASSING / mark
    if not is_root and settings.runtime:
        passing = settings.runtime / SHARED / mark
    elif not is_root:
        passing = Path(tempfile.gettempdir()) / f"{SHARED}-{user}-{mark}"
    return Room(home / "containers", passing, is_root)


def furnish(settings: Settings) -> list[Path]:
    """Write what podman needs here; folders for PATH, none on a machine without podman."""
    podman = find_program(PODMAN)
    if not podman:
        return []
    room = room_of(settings, os.getuid())
    if room.passing.parent == Path(tempfile.gettempdir()):
        _make_ours(room.passing)
    address = LOCAL_REGISTRY.url.removeprefix("https://")
    authority = LOCAL_REGISTRY.authority
    files = room_files(
        room,
        podman=podman,
        limits=_own_limits(),
        registry=RegistryPlace(address, authority or Path()),
    )
    for path, text in files.items():
        if not path.is_file() or path.read_text(encoding="utf-8") != text:
            is_program = path.parent == room.programs
            write_atomically(path, text, mode=EXECUTABLE if is_program else READABLE)
    return [room.programs]


def clear(settings: Settings, run: Runner, clock: Clock, *, podman: str | None = None) -> None:
    """End all containers of the room and remove it with its images. Nothing there is fine."""
    room = room_of(settings, os.getuid())
    is_there = find_program(PODMAN) if podman is None else podman
    podman = str(room.programs / PODMAN)
    if room.storage.is_dir() and is_there:
        run([podman, "rm", "--all", "--force", "--time", "0"], timeout_seconds=END_SECONDS)
        wait_until(
            lambda: not _still_at_work(room),
            say("the end of the containers"),
            limit_seconds=END_SECONDS,
            clock=clock,
            pause_seconds=0.02,
        )
        if not room.is_root:  # files of other users in images, and the process that maps them
            run([podman, "unshare", "rm", "-rf", str(room.storage)], timeout_seconds=END_SECONDS)
            run([podman, "system", "migrate"], timeout_seconds=END_SECONDS, may_fail=True)
    remove(room)


def remove(room: Room) -> None:
    """Its folders, and behind the last of a user's rooms the one that these share."""
    for folder in (room.folder, room.passing):
        shutil.rmtree(folder, ignore_errors=True)
    if room.passing.parent.name == SHARED:
        with suppress(OSError):  # another room is in it, or none ever was
            room.passing.parent.rmdir()


def _still_at_work(room: Room, processes: Path = Path("/proc")) -> bool:
    """Each container's keeper tidies up behind it, a moment after `podman rm` has returned."""
    mark = str(room.storage).encode()
    for path in processes.glob("[0-9]*/cmdline"):
        with suppress(OSError):  # it has ended
            if mark in path.read_bytes().split(b"\0"):
                return True
    return False


def _make_ours(folder: Path) -> None:
    """Where anybody may make folders, somebody else may have been first."""
    folder.mkdir(parents=True, exist_ok=True, mode=PRIVATE_FOLDER)
    if folder.stat().st_uid != os.getuid():
        raise FileProblem(
            folder, say("belongs to another user"), say("Remove it, or set XDG_RUNTIME_DIR.")
        )


def _own_limits() -> Limits:
    _, files = resource.getrlimit(resource.RLIMIT_NOFILE)
    _, processes = resource.getrlimit(resource.RLIMIT_NPROC)
    return Limits(files, processes)
