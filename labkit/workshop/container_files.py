"""What podman is told in a lesson: its settings, its storage, and where images come from. Pure.

Sources: containers.conf(5), containers-storage.conf(5), containers-registries.conf(5), podman 4.3.
"""

import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from labkit.toolchain.recipes import REGISTRY

UNLIMITED = -1
ENOUGH_FILES = 65536
ENOUGH_PROCESSES = 16384  # podman 4.3 cannot give twice that, whatever the machine's limit
TO_THE_ADDRESS = """\
# A pull of {registry} is led to its address by registries.conf; a push is not, so it is here.
if [ "${{1-}}" = push ]; then
  names=0 is_value=no
  for word in "$@"; do
    case "$is_value$word" in
    yes*) is_value=no ;;
    no-f | no--authfile | no--cert-dir | no--compression-format | no--creds | no--digestfile | \\
      no--format | no--sign-by | no--sign-by-sigstore-private-key | no--sign-passphrase-file)
      is_value=yes
      ;;
    no-*) ;;
    *) names=$((names + 1)) last=$word ;;
    esac
  done
  place=${{last#docker://}}
  case "$names $place" in
  2' {registry}/'*) set -- "$@" "docker://{address}/${{place#*/}}" ;;
  3' {registry}/'*)
    for word in "$@"; do
      shift
      [ "$word" != "$last" ] || word="docker://{address}/${{place#*/}}"
      set -- "$@" "$word"
    done
    ;;
  esac
fi
"""


@dataclass(frozen=True, slots=True)
class Room:
    """Where one learner's containers are."""

    folder: Path
    """Settings and storage."""
    passing: Path
    """What must not outlive a restart. A short name: podman puts sockets in it, and hangs over
    one that is longer than the kernel takes."""
    is_root: bool

    @property
    def programs(self) -> Path:
        """Goes before the machine's own on PATH."""
        return self.folder / "programs"

    @property
    def storage(self) -> Path:
        return self.folder / "storage"

    @property
    def run(self) -> Path:
        """Which containers run, for podman."""
        return self.passing / "run"


@dataclass(frozen=True, slots=True)
class Limits:
    """The hard limits of whoever calls podman; what it asks for by itself may lie above them."""

    files: int
    processes: int


@dataclass(frozen=True, slots=True)
class RegistryPlace:
    """Where registry.lab.example:5000 is, and who signed its certificate."""

    address: str
    authority: Path


def room_files(
    room: Room, *, podman: str, limits: Limits, registry: RegistryPlace
) -> Mapping[Path, str]:
    return {
        room.folder / "containers.conf": containers_conf(room, limits),
        room.folder / "storage.conf": storage_conf(room),
        room.folder / "registries.conf": registries_conf(registry),
        room.programs / "podman": podman_script(room, podman, registry),
    }


def containers_conf(room: Room, limits: Limits) -> str:
    """runc, because crun refuses machines that have both kinds of cgroups.

    The network is one in user space: it leaves neither bridges nor firewall rules behind, and is
    the same for root and for everybody else.
    """
    files = _at_most(limits.files, ENOUGH_FILES)
    processes = _at_most(limits.processes, ENOUGH_PROCESSES)
    manager = 'cgroup_manager = "cgroupfs"\n' if room.is_root else ""  # else the user's own systemd
    return f"""\
[containers]
default_ulimits = ["nofile={files}:{files}", "nproc={processes}:{processes}"]
log_driver = "k8s-file"
netns = "slirp4netns"

[engine]
runtime = "runc"
{manager}events_logger = "file"
tmp_dir = "{room.passing / "tmp"}"

[network]
network_config_dir = "{room.folder / "networks"}"
"""


def storage_conf(room: Room) -> str:
    """Plain folders: our images have a few MB, and nothing stays mounted."""
    return f"""\
[storage]
driver = "vfs"
graphroot = "{room.storage}"
runroot = "{room.run}"
"""


def registries_conf(registry: RegistryPlace) -> str:
    """Every image is named in full; the lab's registry is found without DNS."""
    return f"""\
unqualified-search-registries = []

[[registry]]
prefix = "{REGISTRY}"
location = "{registry.address}"
"""


def podman_script(room: Room, podman: str, registry: RegistryPlace) -> str:
    """What `podman` is for a lesson: the machine's, with our files named.

    `RUN` works in a folder of its own, on the machine's network: a network of podman's would leave
    a bridge and firewall rules, and needs rights.
    SSL_CERT_FILE adds the registry's authority; the system's are found in their folder.
    The storage's places are named once more: without root, podman 4.3 reads neither of them from
    storage.conf, and would work in the user's own.
    """
    environment = {
        "CONTAINERS_CONF": room.folder / "containers.conf",
        "CONTAINERS_STORAGE_CONF": room.folder / "storage.conf",
        "CONTAINERS_REGISTRIES_CONF": room.folder / "registries.conf",
        "BUILDAH_ISOLATION": "chroot",
        "SSL_CERT_FILE": registry.authority,
    }
    lines = [f"export {name}={shlex.quote(str(value))}" for name, value in environment.items()]
    first = "# Written by labkit: podman with the lab's own storage and settings."
    push = TO_THE_ADDRESS.format(registry=REGISTRY, address=registry.address)
    places = ["--root", str(room.storage), "--runroot", str(room.run)]
    last = f'exec {shlex.join([podman, *places])} "$@"'
    return "\n".join(["#!/bin/sh", first, *lines, push + last, ""])


def _at_most(limit: int, enough: int) -> int:
    return enough if limit == UNLIMITED else min(limit, enough)
