"""Install the system packages that are missing, after saying which and why."""

import os
import re
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from labkit.foundation.errors import LabError, ProcessFailed
from labkit.foundation.process import Runner
from labkit.foundation.progress import Progress, shown
from labkit.preflight.packages import (
    FOR_ANY_ENGINE,
    PACKAGES,
    Package,
    install_command,
    look,
    missing_packages,
    with_containerd_version,
)
from tools.attended import run_attended

LOCAL = "local"
QUIETLY = ["env", "DEBIAN_FRONTEND=noninteractive", "NEEDRESTART_MODE=a"]
# A machine that was switched on a minute ago may be installing its own updates.
APT = [*QUIETLY, "apt-get", "-q", "--yes", "-o", "DPkg::Lock::Timeout=300"]
SHOW_STATUS = ["-o", "APT::Status-Fd=1"]
APT_LISTS = Path("/var/lib/apt/lists")
FOR_DEVELOPMENT = (
    Package("chromium", "opens notebooks in the browser tests", ("chromium",)),
    Package(
        "libatomic1",
        "lets Playwright's driver run, which asks it to",
        files=("libatomic.so.1",),
        folders=("usr/lib/x86_64-linux-gnu", "usr/lib/aarch64-linux-gnu"),
    ),
    Package(
        "fonts-dejavu-core",
        "has the letters and signs that those look at",
        files=("DejaVuSans.ttf",),
        folders=("usr/share/fonts/truetype/dejavu",),
    ),
)
"""What a learner's machine never needs."""
PERCENT = re.compile(r"^(?P<kind>dl|pm)status:[^:]*:(?P<percent>[\d.]+):")


def wanted_packages(kind: str, engine: str = LOCAL) -> tuple[Package, ...]:
    """`kind` is lab or dev; whoever works on labkit needs what each engine needs."""
    if kind == "dev":
        return (*PACKAGES, *FOR_DEVELOPMENT)
    if engine == LOCAL:
        return PACKAGES
    return tuple(package for package in PACKAGES if package.name in FOR_ANY_ENGINE)


def install_missing(kind: str, engine: str, run: Runner, progress: Progress) -> None:
    packages = wanted_packages(kind, engine)
    here = with_containerd_version(look(packages=packages), run)
    names = missing_packages(here, packages)
    if not names:
        return
    why = {package.name: package.why for package in packages}
    progress.said(f"System packages missing here: {len(names)}")
    for name in names:
        progress.said(f"  {name:<28} {why[name]}")
    by_hand = install_command(names, here)
    if kind == "lab" and engine == LOCAL:
        by_hand += "; or do without real nodes: LABKIT_ENGINE=simulated make lab"
    if not here.has_apt:
        raise LabError("There is no apt-get here to install them with.", by_hand)
    is_root, is_attended = os.geteuid() == 0, sys.stdin.isatty()
    rights = root_rights(run, progress, by_hand, is_root=is_root, is_attended=is_attended)
    if not any(APT_LISTS.glob("*_Packages*")):
        update(rights, progress, by_hand)
    try:
        install(names, rights, progress, by_hand)
    except ProcessFailed:  # lists of last month name versions that are gone, or a run was killed
        progress.said("apt-get could not; once more, with fresh package lists.")
        run_attended([*rights, *QUIETLY, "dpkg", "--configure", "-a"], next_step=by_hand)
        update(rights, progress, by_hand)
        install(names, rights, progress, by_hand)


def root_rights(
    run: Runner, progress: Progress, by_hand: str, *, is_root: bool, is_attended: bool
) -> list[str]:
    """What to put before a command that needs root: nothing, or sudo once it is allowed."""
    if is_root:
        return []
    try:
        asks_nothing = run(["sudo", "-n", "true"], may_fail=True).status == 0
    except LabError as problem:
        nobody = "Installing packages needs root, and there is no sudo here."
        raise LabError(nobody, by_hand) from problem
    if not asks_nothing and not is_attended:
        raise LabError(
            "Installing packages needs root; sudo wants a password and nobody can type it here.",
            by_hand,
        )
    if not asks_nothing:
        progress.said("Installing them needs root: sudo asks for your password.")
    return ["sudo"]


def update(rights: Sequence[str], progress: Progress, by_hand: str) -> None:
    step = "read the package lists"
    with shown(progress, step):
        lines = 0

        def watch(line: str) -> None:
            nonlocal lines
            lines += line.startswith(("Get:", "Hit:", "Ign:"))
            progress.advanced(step, lines, 0)

        run_attended([*rights, *APT, "update"], watch=watch, next_step=by_hand)


def install(names: Sequence[str], rights: Sequence[str], progress: Progress, by_hand: str) -> None:
    step = "install system packages"
    command = [*rights, *APT, *SHOW_STATUS, "install", "--no-install-recommends", *names]
    with shown(progress, step):
        run_attended(command, watch=percent_of(step, progress), next_step=by_hand)


def percent_of(step: str, progress: Progress) -> Callable[[str], None]:
    """Reads apt's status lines; downloading is the first half, installing the second."""

    def watch(line: str) -> None:
        found = PERCENT.match(line)
        if found:
            half = float(found["percent"]) / 2
            progress.advanced(step, round(half if found["kind"] == "dl" else 50 + half), 100)

    return watch
