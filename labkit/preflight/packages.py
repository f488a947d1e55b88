"""The one table of system packages that the lab needs, and which of them are missing here.

`python -m labkit.preflight.packages --missing` prints their names, for the bootstrap of `make lab`:
this module needs nothing but the standard library.
"""

import importlib.util
import re
import shutil
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from labkit.foundation.errors import LabError
from labkit.foundation.process import Runner, SystemRunner
from labkit.foundation.text import say

OLDEST_CONTAINERD = (1, 6)
SYSTEM_FOLDERS = "/usr/local/sbin:/usr/sbin:/sbin:/usr/local/bin:/usr/bin:/bin"
CNI_FOLDERS = ("usr/lib/cni", "opt/cni/bin")  # Debian's package; everybody else
DOCKERS_CONTAINERD = "containerd.io"
PODMAN = "podman"


@dataclass(frozen=True, slots=True)
class Package:
    name: str
    """As Debian and Ubuntu call it."""
    why: str
    programs: tuple[str, ...] = ()
    """Each must be found on PATH or in the system's folders."""
    files: tuple[str, ...] = ()
    """All must stand in one of `folders`."""
    folders: tuple[str, ...] = ("",)
    module: str = ""
    """A Python module that must be importable."""
    is_optional: bool = False
    """Needed to build, to install or for one lesson: its absence stops no cluster."""


CONTAINER_ROOM = (
    Package("podman", "builds and runs the containers of lesson 01", (PODMAN,), is_optional=True),
    Package("slirp4netns", "connects them", ("slirp4netns",), is_optional=True),
    Package("curl", "asks a registry there", ("curl",), is_optional=True),
    Package("uidmap", "lets podman work without root", ("newuidmap",), is_optional=True),
)

# What kube-proxy once called (conntrack, modprobe in iptables mode) is not here: 1.34 talks to
# the kernel itself.
PACKAGES = (
    Package("containerd", "runs the containers of each node", ("containerd", "ctr")),
    Package("runc", "starts each container", ("runc",)),
    Package(
        "containernetworking-plugins",
        "give each Pod its address",
        files=("ptp", "host-local", "portmap", "loopback"),
        folders=CNI_FOLDERS,
    ),
    Package(
        "iptables",
        "carries Services to Pods",
        ("iptables", "iptables-save", "iptables-restore"),
    ),
    Package("nftables", "keeps network policies", ("nft",)),
    Package("iproute2", "makes namespaces, links and routes", ("ip",)),
    Package("util-linux", "starts programs inside a node", ("nsenter", "unshare")),
    Package("mount", "mounts a node's folders", ("mount", "umount")),
    Package(
        "ca-certificates",
        "lets Go and others trust where programs come from",
        files=("ca-certificates.crt", "ca-bundle.crt", "tls-ca-bundle.pem", "cert.pem"),
        folders=("etc/ssl/certs", "etc/pki/tls/certs", "etc/pki/ca-trust/extracted/pem", "etc/ssl"),
        is_optional=True,
    ),
    Package("python3-venv", "makes the lab's own Python", module="ensurepip", is_optional=True),
    *CONTAINER_ROOM,
)
FOR_ANY_ENGINE = frozenset({"ca-certificates", "python3-venv"})
"""What labkit itself takes to install; all else is for real nodes and their containers."""
ANY_FILE_WILL_DO = frozenset({"ca-certificates"})  # each system has one of these names


@dataclass(frozen=True, slots=True)
class Installed:
    """What is here of the table: programs by name, files, modules, and whose containerd."""

    programs: dict[str, str]
    """Name and path."""
    files: dict[str, str]
    """Name and path."""
    modules: frozenset[str] = frozenset()
    containerd_version: tuple[int, ...] = ()
    """Empty when it could not be read."""
    has_dockers_containerd: bool = False
    """Debian's packages would remove it, and with it the attendee's Docker."""
    has_apt: bool = True


def look(
    root: Path = Path("/"), search_path: str = "", *, packages: Sequence[Package] = PACKAGES
) -> Installed:
    """Look at files only; `with_containerd_version` asks the program."""
    names = [program for package in packages for program in package.programs]
    modules = [package.module for package in packages if package.module]
    return Installed(
        programs={name: path for name in names if (path := find_program(name, root, search_path))},
        files={name: path for package in packages for name, path in _files(package, root).items()},
        modules=frozenset(name for name in modules if importlib.util.find_spec(name)),
        has_dockers_containerd=(root / f"var/lib/dpkg/info/{DOCKERS_CONTAINERD}.list").exists(),
        has_apt=(root / "usr/bin/apt-get").exists(),
    )


def find_program(name: str, root: Path = Path("/"), search_path: str = "") -> str:
    """Its path, or empty. Root's folders count too: they are often not on a user's PATH."""
    below = ":".join(str(root / folder.lstrip("/")) for folder in SYSTEM_FOLDERS.split(":"))
    return shutil.which(name, path=f"{search_path}:{below}" if search_path else below) or ""


def _files(package: Package, root: Path) -> dict[str, str]:
    """From the folder that has most of them: a node's CNI plugins are looked up in one folder."""
    by_folder = [
        {name: str(path) for name in package.files if (path := root / folder / name).exists()}
        for folder in package.folders
    ]
    return max(by_folder, key=len)


def with_containerd_version(here: Installed, run: Runner) -> Installed:
    """Ask the program itself; one that does not answer is judged by its presence only."""
    program = here.programs.get("containerd")
    if not program:
        return here
    try:
        said = run([program, "--version"], timeout_seconds=5, may_fail=True).output
    except (LabError, OSError):
        said = ""
    return replace(here, containerd_version=read_version(said))


def absent_parts(package: Package, here: Installed) -> list[str]:
    """The programs, files or modules of `package` that are not here."""
    absent = [name for name in package.programs if name not in here.programs]
    files = [name for name in package.files if name not in here.files]
    if not (package.name in ANY_FILE_WILL_DO and len(files) < len(package.files)):
        absent += files
    if package.module and package.module not in here.modules:
        absent.append(package.module)
    return absent


def missing_packages(here: Installed, packages: Sequence[Package] = PACKAGES) -> list[str]:
    """Names to install, in the table's order. Never Debian's containerd over Docker's."""
    return [
        package.name
        for package in packages
        if (absent_parts(package, here) or _is_too_old(package, here))
        and not (here.has_dockers_containerd and package.name in {"containerd", "runc"})
    ]


def _is_too_old(package: Package, here: Installed) -> bool:
    version = here.containerd_version
    return package.name == "containerd" and bool(version) and version < OLDEST_CONTAINERD


def install_command(names: Sequence[str], here: Installed) -> str:
    """One line; on a system without apt it gives Debian's names to translate."""
    if here.has_apt:
        return f"sudo apt-get install --no-install-recommends --yes {' '.join(names)}"
    return say(
        "Install with this system's package manager (Debian's names): {names}",
        names=" ".join(names),
    )


def read_version(output: str) -> tuple[int, ...]:
    """The first version in what a program says of itself: `containerd … v1.7.2 …` is (1, 7, 2)."""
    found = re.search(r"\bv?(\d+)\.(\d+)(?:\.(\d+))?", output)
    return tuple(int(part) for part in found.groups(default="0")) if found else ()


def main(arguments: Sequence[str]) -> int:
    """`--missing` prints the names on one line; nothing when all is here."""
    if list(arguments) != ["--missing"]:
        sys.stderr.write("usage: python -m labkit.preflight.packages --missing\n")
        return 2
    names = missing_packages(with_containerd_version(look(), SystemRunner()))
    if names:
        sys.stdout.write(" ".join(names) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
