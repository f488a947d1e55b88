"""Fill .venv from a lock file, with hashes, and put labkit in it; what is done is skipped."""

import hashlib
import os
import shutil
import sys
from pathlib import Path

from labkit.foundation.errors import FileProblem
from labkit.foundation.files import write_atomically
from labkit.foundation.process import Runner
from labkit.foundation.progress import Progress, shown
from tools.pip_progress import PipProgress

STEP_LABKIT = "put labkit in the environment"
PIP_LIMIT_SECONDS = 3600  # a slow line; whoever waits sees how far it is
PIP = ["-m", "pip", "--disable-pip-version-check", "--no-input", "install", "--progress-bar", "off"]
READ_PIP = "Read pip's own words above; the line that begins with ERROR says why."
NO_NETWORK = "Look at the network or the proxy, then run the same command; it goes on from here."


def fill(root: Path, kind: str, run: Runner, progress: Progress) -> None:
    """`kind` is lab or dev; an environment for dev serves as one for the lab."""
    folder = root / ".venv"
    if any(is_ready(root, folder, wanted) for wanted in {kind, "dev"}):
        return
    if folder.exists() and not os.access(folder, os.W_OK):
        raise FileProblem(folder, "belongs to another user", remove_it(folder))
    python = folder / "bin" / "python"
    if not has_pip(python, run):
        make(folder, run, progress)
    forget_half_installed(folder)
    lock = root / "requirements" / f"{kind}.lock"
    with PipProgress(lock, folder, progress) as watch:
        run(
            [str(python), *PIP, "--no-deps", "--require-hashes", "--requirement", str(lock)],
            timeout_seconds=PIP_LIMIT_SECONDS,
            watch=watch,
            next_step=NO_NETWORK,
        )
    with shown(progress, STEP_LABKIT):
        own = ["--no-deps", "--no-index", "--no-build-isolation", "--editable", str(root)]
        run([str(python), *PIP, *own], timeout_seconds=300, next_step=READ_PIP)
    for path in folder.glob("ready-*"):
        path.unlink()
    write_atomically(folder / f"ready-{kind}", fingerprint(root, kind))


def is_ready(root: Path, folder: Path, kind: str) -> bool:
    stamp = folder / f"ready-{kind}"
    return stamp.exists() and stamp.read_text() == fingerprint(root, kind)


def fingerprint(root: Path, kind: str) -> str:
    """Changes with the lock, labkit's own metadata, the folder, and the Python."""
    parts = [
        (root / "requirements" / f"{kind}.lock").read_bytes(),
        (root / "pyproject.toml").read_bytes(),
        str(root).encode(),
        sys.version.encode(),
    ]
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def has_pip(python: Path, run: Runner) -> bool:
    return (
        python.exists() and run([str(python), "-m", "pip", "--version"], may_fail=True).status == 0
    )


def forget_half_installed(folder: Path) -> None:
    """What a killed pip left: it writes RECORD last, but takes a package without it as whole."""
    for metadata in folder.glob("lib/python*/site-packages/*.dist-info"):
        if not (metadata / "RECORD").exists():
            shutil.rmtree(metadata)


def remove_it(folder: Path) -> str:
    return f"Remove it with `sudo rm -r {folder}`, then run the same command."


def make(folder: Path, run: Runner, progress: Progress) -> None:
    with shown(progress, "make the Python environment"):
        try:
            shutil.rmtree(folder)
        except FileNotFoundError:
            pass
        except OSError as problem:
            raise FileProblem(
                folder,
                f"could not be removed ({problem.strerror})",
                remove_it(folder),
            ) from problem
        run([sys.executable, "-m", "venv", str(folder)], timeout_seconds=300)
