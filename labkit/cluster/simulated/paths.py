"""Where the simulated engine keeps things, all of it the attendee's own."""

import hashlib
import os
import stat
from dataclasses import dataclass
from pathlib import Path

from labkit.cluster.administrator import administrator_path
from labkit.foundation.errors import FileProblem
from labkit.foundation.text import say

SOCKET_PATH_LENGTH = 107  # what the kernel takes, without the ending zero
LONGEST_SOCKET_NAME = "/supervisor.sock.4194304"  # supervisord binds this first, then renames
RUN_FOLDERS = (Path("/run/user"), Path("/tmp"))  # noqa: S108  checked by ensure_private


@dataclass(frozen=True, slots=True)
class SimulatedPaths:
    name: str
    home: Path

    @property
    def data(self) -> Path:
        return self.home.absolute() / "simulated" / self.name

    @property
    def lock(self) -> Path:
        """Outside the data folder, which `down` removes while it holds the lock."""
        return self.data.parent / f".{self.name}.lock"

    @property
    def record(self) -> Path:
        return self.data / "cluster.json"

    @property
    def pki(self) -> Path:
        return self.data / "pki"

    @property
    def logs(self) -> Path:
        return self.data / "logs"

    @property
    def audit_log(self) -> Path:
        return self.data / "audit.log"

    @property
    def admin_kubeconfig(self) -> Path:
        return administrator_path(self.home, self.name)

    @property
    def digest(self) -> str:
        """Tells clusters of one name in two homes, or of two users, apart."""
        return hashlib.sha256(str(self.data).encode()).hexdigest()[:8]

    @property
    def group(self) -> str:
        """The processes' mark. No local cluster's name begins with an underscore."""
        return f"_simulated.{self.name}.{self.digest}"

    @property
    def supervisor(self) -> Path:
        """The supervisor's folder: with the data, unless its socket could not be there."""
        beside = self.data / "supervisor"
        if _takes_a_socket(beside):
            return beside
        return run_folder(os.getuid()) / self.digest


def simulated_names(home: Path) -> list[str]:
    """Every simulated cluster of this home."""
    return sorted(path.parent.name for path in (home / "simulated").glob("*/cluster.json"))


def _takes_a_socket(folder: Path) -> bool:
    """Supervisord splits the path of its included files at spaces and expands its % signs."""
    text = f"{folder}{LONGEST_SOCKET_NAME}"
    return len(text.encode()) <= SOCKET_PATH_LENGTH and not set(text) & set(" \t%;[*?")


def run_folder(user: int, places: tuple[Path, ...] = RUN_FOLDERS) -> Path:
    """A place with a short path: the session's own folder where there is one."""
    session, temporary = places
    own = session / str(user)
    return own / "labkit" if own.is_dir() else temporary / f"labkit-{user}"


def ensure_private(folder: Path, user: int) -> None:
    """Have a folder that only this user can enter, also where others may write beside it.

    Raises FileProblem if somebody else made it.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != user or found.st_mode & 0o077:
        raise FileProblem(
            folder,
            say("is not a folder that only user {user} can enter", user=user),
            say("Remove it, or choose a shorter home with LABKIT_HOME."),
        )
