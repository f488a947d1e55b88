"""Root runs only what nobody else can replace: it copies programs, images and labkit itself.

A file counts as root's own when it and every folder above it belong to root and nobody else may
write there; then it is used where it lies.
"""

import hashlib
import os
import shutil
import stat
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

import labkit
from labkit.cluster.local.paths import MachinePaths
from labkit.cluster.local.taking_over import check_readable, copied
from labkit.foundation.errors import LabError
from labkit.foundation.process import Runner
from labkit.foundation.progress import Progress, shown
from labkit.foundation.text import say

PACKAGE = Path(labkit.__file__).resolve().parent
CONTENT = ("manifests",)
REQUIREMENTS = "requirements/agent.lock"
COMPILED = "__pycache__"
INSTALL_SECONDS = 600


def is_roots_own(path: Path) -> bool:
    return is_out_of_reach(path, 0, Path("/"))


def is_out_of_reach(path: Path, owner: int, top: Path) -> bool:
    """Whether nobody but `owner` can change, below `top`, what this name leads to."""
    ways = (each for each in _ways_to(path.absolute()) if each.is_relative_to(top))
    return all(_only_writes(owner, each) for each in ways)


def _ways_to(path: Path) -> set[Path]:
    """The file, every folder above it, and wherever a link among these leads."""
    found: set[Path] = set()
    pending = [path]
    while pending:
        each = pending.pop()
        if each not in found:
            found.add(each)
            pending.append(each.parent)
            if each.is_symlink():
                pending.append(each.parent / each.readlink())
    return found


def _only_writes(owner: int, path: Path) -> bool:
    status = path.stat()
    return status.st_uid == owner and not status.st_mode & (stat.S_IWGRP | stat.S_IWOTH)


def trusted_files(files: Mapping[str, Path], folder: Path, user: int) -> dict[str, Path]:
    """The same files, copied below `folder` unless they are root's own already.

    Raises FileProblem for one that `user` may not read, or that cannot be copied.
    """
    return {name: _trusted_file(path, folder, user) for name, path in files.items()}


def _trusted_file(path: Path, folder: Path, user: int) -> Path:
    check_readable(path, user)
    return path if os.geteuid() != 0 or is_roots_own(path) else copied(path, folder, user)


def installed_copies(programs: Mapping[str, str], folder: Path) -> dict[str, str] | None:
    """Root's copies of these programs; None where one has not been made yet."""
    found = {
        name: folder / Path(path).parent.name / Path(path).name for name, path in programs.items()
    }
    if all(copy.exists() for copy in found.values()):
        return {name: str(copy) for name, copy in found.items()}
    return None


def are_installed(programs: Mapping[str, str], folder: Path) -> bool:
    """Whether each is a copy that root made, and the program that its name says."""
    return all(
        Path(path).parent.parent == folder
        and Path(path).name == name.partition("@")[0]
        and ".." not in Path(path).parts
        and Path(path).is_file()
        for name, path in programs.items()
    )


def is_installed(machine: MachinePaths) -> bool:
    """Whether root has a copy of this very labkit: then its agent is no older one."""
    return (machine.python / fingerprint(PACKAGE.parent) / "complete").exists()


def trusted_python(machine: MachinePaths, run: Runner, progress: Progress) -> Path:
    """An interpreter with labkit that root may run: our own if root's, else a copy of it all."""
    own = Path(sys.executable)
    if os.geteuid() != 0 or all(is_roots_own(path) for path in (own, PACKAGE, *_used_paths())):
        return own
    folder = machine.python / fingerprint(PACKAGE.parent)
    python = folder / "environment" / "bin" / "python"
    if not (folder / "complete").exists():
        with shown(progress, say("Copy labkit to where only root can change it")):
            _install(folder, python, run)
    return python


def _used_paths() -> Iterable[Path]:
    return [Path(path) for path in sys.path if path.endswith("site-packages")]


def fingerprint(root: Path) -> str:
    """Changes with any file that the copy of the clone in `root` is made of."""
    digest = hashlib.sha256(sys.version.encode())
    files = [root / REQUIREMENTS]
    for name in (PACKAGE.name, *CONTENT):
        files += [path for path in (root / name).rglob("*") if path.is_file()]
    for path in sorted(path for path in files if COMPILED not in path.parts):
        digest.update(str(path.relative_to(root)).encode() + path.read_bytes())
    return digest.hexdigest()[:16]


def _install(folder: Path, python: Path, run: Runner) -> None:
    root = PACKAGE.parent
    if not (root / REQUIREMENTS).exists():
        raise LabError(
            say("{path} is missing.", path=root / REQUIREMENTS),
            say("Run labkit from a clone of its repository."),
        )
    shutil.rmtree(folder, ignore_errors=True)
    run(
        [sys.executable, "-m", "venv", str(folder / "environment")], timeout_seconds=INSTALL_SECONDS
    )
    options = ["--quiet", "--require-hashes", "--disable-pip-version-check"]
    requirements = ["-r", str(root / REQUIREMENTS)]
    run(
        [str(python), "-m", "pip", "install", *options, *requirements],
        timeout_seconds=INSTALL_SECONDS,
    )
    ignored = shutil.ignore_patterns(COMPILED)
    for name in (PACKAGE.name, *CONTENT):
        shutil.copytree(root / name, folder / name, ignore=ignored)
    library = next((folder / "environment" / "lib").glob("python3*"))
    (library / "site-packages" / "labkit.pth").write_text(f"{folder}\n")
    run(["chown", "-R", "0:0", str(folder)])
    run(["chmod", "-R", "go-w", str(folder)])
    (folder / "complete").touch()
