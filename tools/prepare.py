"""The steps that make a machine ready: system packages, a Python environment, labkit in it."""

import sys
from collections.abc import Sequence
from pathlib import Path

from labkit.cluster.opening import engine_of
from labkit.foundation.errors import LabError, SettingInvalid
from labkit.foundation.files import locked
from labkit.foundation.process import SystemRunner
from labkit.foundation.settings import read_settings
from labkit.foundation.waiting import SystemClock
from tools import environment, system_packages
from tools.shown import Lines

ROOT = Path(__file__).parents[1]
KINDS = ("lab", "dev")


def main(arguments: Sequence[str]) -> int:
    try:
        return prepare(_kind(arguments))
    except SettingInvalid as problem:
        return _told(problem, 2)
    except LabError as problem:
        return _told(problem, 3)
    except KeyboardInterrupt:
        sys.stderr.write("\nStopped. Run the same command to go on from here.\n")
        return 130


def prepare(kind: str) -> int:
    settings = read_settings()
    progress = Lines(sys.stdout, settings.cache / "durations.json", SystemClock())
    run = SystemRunner()
    engine = settings.engine or engine_of(settings.home, settings.cluster or "lab")
    # Not in the clone: after a `sudo make` the lock would be root's, and nobody else's any more.
    with locked(settings.cache / "locks" / "environment", holder="another `make`"):
        system_packages.install_missing(kind, engine, run, progress)
        environment.fill(ROOT, kind, run, progress)
    return 0


def _kind(arguments: Sequence[str]) -> str:
    if len(arguments) == 1 and arguments[0] in KINDS:
        return arguments[0]
    raise SettingInvalid("what to prepare", " ".join(arguments), " or ".join(KINDS))


def _told(problem: LabError, status: int) -> int:
    if problem.evidence:
        sys.stderr.write(problem.evidence.rstrip() + "\n")
    sys.stderr.write(f"{problem.what_happened}\n→ {problem.next_step}\n")
    return status
