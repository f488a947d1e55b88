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
from labkit.cluster.processes import PROC, runs_from
from labkit.foundation.errors import LabError
from labkit.foundation.files import locked
from labkit.foundation.process import Runner
from labkit.foundation.progress import Progress, shown
from labkit.foundation.settings import change_environment, invoking_user
from labkit.foundation.text import say

PACKAGE = Path(labkit.__file__).resolve().parent
CONTENT = ("manifests",)
REQUIREMENTS = "requirements/agent.lock"
COMPILED = "__pycache__"
INSTALL_SECONDS = 600
SYSTEM_PYTHON = Path("/usr/bin/python3")
OLDEST_PYTHON = (3, 11)
TELL_VERSION = "import sys; print(*sys.version_info[:2])"
TRUSTED_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


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
    return _is_complete(machine.python / fingerprint(PACKAGE.parent))


def _is_complete(copy: Path) -> bool:
    return (copy / "complete").exists()


def trusted_python(machine: MachinePaths, run: Runner, progress: Progress) -> Path:
    """An interpreter with labkit that root may run: our own if root's, else a copy of it all."""
    own = Path(sys.executable)
    if os.geteuid() != 0 or all(is_roots_own(path) for path in (own, PACKAGE, *_used_paths())):
        return own
    copy = machine.python / fingerprint(PACKAGE.parent)
    if not _is_complete(copy):
        install(copy, machine, run, progress)
    return _python_of(copy)


def install(copy: Path, machine: MachinePaths, run: Runner, progress: Progress) -> None:
    """One at a time: a second would begin by removing what the first has half done."""
    with locked(
        machine.lock,
        holder="copy labkit",
        waiting=lambda other: progress.said(say("Waiting for {other}.", other=other)),
    ):
        if _is_complete(copy):  # made by whoever held the lock
            return
        with shown(progress, say("Copy labkit to where only root can change it")):
            # Root's own command runs under this Python already, whoever may change it.
            own, library = Path(sys.executable), Path(os.__file__).parent
            base = own if invoking_user() == 0 else base_python(run, own, library)
            _install(copy, base, run)
        remove_unused(machine, copy)


def _python_of(copy: Path) -> Path:
    return copy / "environment" / "bin" / "python"


def base_python(run: Runner, own: Path, library: Path, system: Path = SYSTEM_PYTHON) -> Path:
    """An interpreter for the copy: ours where it and its `library` are root's, else the system's.

    A copy only links to it: whoever can change a Python of their own would be run as root.
    """
    if all(is_roots_own(path) for path in (own.resolve(), library)):
        return own
    if system.exists() and is_roots_own(system):
        told = run([str(system), "-I", "-c", TELL_VERSION]).output.split()
        if tuple(map(int, told)) >= OLDEST_PYTHON:
            return system
    raise LabError(
        say("Root must not run {path}: others can change it.", path=own.resolve()),
        say("Run `sudo apt-get install python3 python3-venv`; it must be Python 3.11 or newer."),
    )


def remove_unused(machine: MachinePaths, kept: Path, proc: Path = PROC) -> None:
    """Other copies, unless a group names them or something runs from them; under the lock."""
    groups = [path.read_text() for path in (machine.supervisor / "groups").glob("*.conf")]
    for copy in machine.python.iterdir():
        is_named = copy == kept or any(f"{copy}/" in text for text in groups)
        if not is_named and not runs_from(copy, proc):
            shutil.rmtree(copy, ignore_errors=True)


def use_trusted_programs() -> None:
    """Root finds programs where only root puts them, whatever PATH its caller had."""
    change_environment({"PATH": TRUSTED_PATH})


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


def _install(folder: Path, base: Path, run: Runner) -> None:
    root, python = PACKAGE.parent, _python_of(folder)
    if not (root / REQUIREMENTS).exists():
        raise LabError(
            say("{path} is missing.", path=root / REQUIREMENTS),
            say("Run labkit from a clone of its repository."),
        )
    shutil.rmtree(folder, ignore_errors=True)
    run([str(base), "-m", "venv", str(folder / "environment")], timeout_seconds=INSTALL_SECONDS)
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
