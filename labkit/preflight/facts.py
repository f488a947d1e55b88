"""What is known of a machine, as plain values: nothing here looks, nothing here judges.

None stands for "could not be seen" (often for want of root), which is never a fault by itself.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from labkit.preflight.packages import Installed


@dataclass(frozen=True, slots=True)
class Platform:
    system: str
    architecture: str
    """As the kernel names it: x86_64."""
    kernel: str
    cores: int
    selinux_enforcing: bool


@dataclass(frozen=True, slots=True)
class Rights:
    is_root: bool
    sudo: str
    """Path of sudo; empty when there is none."""
    can_gain_rights: bool
    """False where the kernel keeps setuid programs, sudo among them, from gaining any."""
    capabilities: int
    """Bits of what a process here can have at most, or has if it is root."""
    has_user_namespaces: bool
    has_tunnel: bool = True
    """There is a /dev/net/tun, through which slirp4netns connects rootless containers."""
    may_use_tunnel: bool = True


@dataclass(frozen=True, slots=True)
class Memory:
    total_bytes: int
    available_bytes: int
    """What is free or can be freed, within the container's limit if there is one."""


@dataclass(frozen=True, slots=True)
class Filesystem:
    """Where `folder` is, or would be made."""

    folder: Path
    mount: Path
    kind: str
    options: frozenset[str]
    total_bytes: int
    free_bytes: int
    total_inodes: int
    """0 where the filesystem has no such limit."""
    free_inodes: int
    overlay_problem: str = ""
    """What mount said when an overlay was tried here; empty when it went well or was not tried."""


@dataclass(frozen=True, slots=True)
class Limits:
    open_files: int
    """The hard limit: Go programs raise their own up to it."""
    system_files: int
    system_files_open: int
    pid_max: int
    inotify_instances: int
    inotify_watches: int


@dataclass(frozen=True, slots=True)
class Cgroups:
    version: int
    """1 (hybrid too), 2, or 0 where nothing is mounted."""
    mounted: frozenset[str]
    """Controllers that can be used: v1 mounts, or v2's cgroup.controllers."""
    disabled: frozenset[str]
    """Controllers that the kernel has, switched off when it started."""
    delegated: frozenset[str]
    """v2: what children may use already."""
    can_delegate: bool
    """v2: whether more can be given to children."""
    writable: bool


@dataclass(frozen=True, slots=True)
class Kernel:
    ready: frozenset[str]
    """Features known to be there: loaded, built in, or shown by a probe."""
    absent: frozenset[str]
    """Features known to be missing; what is in neither set could not be found out."""
    loadable: frozenset[str]
    problems: Mapping[str, str]
    """Probe (namespaces, links, nat) and what the program said; only root can probe."""


@dataclass(frozen=True, slots=True)
class Route:
    destination: str
    """With its length: 198.18.3.0/24."""
    link: str


@dataclass(frozen=True, slots=True)
class Link:
    name: str
    addresses: tuple[str, ...] = ()
    """IPv4, without their length."""


@dataclass(frozen=True, slots=True)
class Listener:
    port: int
    pid: int | None = None
    program: str = ""


@dataclass(frozen=True, slots=True)
class Network:
    routes: tuple[Route, ...]
    links: tuple[Link, ...]
    namespaces: tuple[str, ...]
    listeners: tuple[Listener, ...]
    """Who holds the ports that we asked about."""
    nat_rules: tuple[str, ...]
    """POSTROUTING rules as `iptables -S` writes them; empty when they could not be read."""
    forward_policy: str
    """ACCEPT, DROP, or empty when it could not be read."""
    forwards: bool
    return_path_filter: int
    """Of a new link: 0 off, 1 strict, 2 loose."""


class Kind(StrEnum):
    PROCESS = "process"
    MOUNT = "mount"
    CGROUP = "cgroup"
    GUEST = "guest"
    """A process that lives in another root folder, where its own labkit lists its cluster."""


@dataclass(frozen=True, slots=True)
class Remnant:
    """Something whose path names a cluster, whether or not the cluster is listed."""

    kind: Kind
    cluster: str
    what: str
    """Process id and program, or the path."""


@dataclass(frozen=True, slots=True)
class Times:
    now: datetime
    newest_file: Path | None = None
    newest_file_time: datetime | None = None


@dataclass(frozen=True, slots=True)
class Kubectl:
    path: str
    version: tuple[int, ...]
    """Empty when it did not say one."""


@dataclass(frozen=True, slots=True)
class Sources:
    """Where the lab's programs come from when they are not in the cache."""

    missing: tuple[str, ...] = ()
    """Programs that are not in the cache."""
    reachable: tuple[str, ...] = ()
    unreachable: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Proxies:
    used: Mapping[str, str]
    """Scheme and address, from the environment."""
    exceptions: tuple[str, ...]
    """The parts of NO_PROXY."""


@dataclass(frozen=True, slots=True)
class Machine:
    platform: Platform
    rights: Rights
    installed: Installed
    memory: Memory
    data: Filesystem
    """Of clusters and root's programs: /var/lib/labkit."""
    cache: Filesystem
    """Of the user's builds and downloads."""
    limits: Limits
    cgroups: Cgroups
    kernel: Kernel
    network: Network
    clusters: Mapping[str, int] | None
    """Known clusters and the number of their 198.18.x.0/24; None when the list is unreadable."""
    remnants: tuple[Remnant, ...]
    times: Times
    proxies: Proxies
    kubectl: Kubectl | None
    """The one that a shell would start; None when there is none."""
    our_kubectl: Path
    """Where the lab's own is, or will be."""
    kubernetes_version: tuple[int, ...]
    """What the lab runs."""
    sources: Sources
