"""Everything that work on one local cluster needs, in one value."""

import os
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from labkit.cluster.control_plane import ControlPlane
from labkit.cluster.engine import NodeShape
from labkit.cluster.flavors import checked_flavor
from labkit.cluster.local.network import Command, Network, in_namespace
from labkit.cluster.local.node import Node, name_servers
from labkit.cluster.local.paths import ClusterPaths, MachinePaths
from labkit.cluster.local.record import ClusterRecord
from labkit.cluster.names import checked_name
from labkit.cluster.node_record import NodeRecord
from labkit.cluster.supervision import Supervisor
from labkit.cluster.versions import programs_of
from labkit.foundation.errors import LabError
from labkit.foundation.process import Runner
from labkit.foundation.progress import Progress
from labkit.foundation.text import say
from labkit.foundation.waiting import Clock

CNI_FOLDERS = (Path("/usr/lib/cni"), Path("/opt/cni/bin"))  # Debian's package; everybody else
# systemd-resolved puts itself, on loopback, into the first, and whom it asks into the second.
RESOLVERS = (Path("/etc/resolv.conf"), Path("/run/systemd/resolve/resolv.conf"))
CONTROL_PLANE_PROGRAMS = ("etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler")
NODE_PROGRAMS = ("kubelet", "kube-proxy")
PROGRAMS = (*CONTROL_PLANE_PROGRAMS, *NODE_PROGRAMS, "kubectl")
NODE_IMAGES = ("pause", "hello")
CLOUD_IMAGES = ("primes",)  # on nodes of a cloud's pool, which grows without asking what for
ADDON_IMAGES = ("coredns", "metrics-server")
ON_DEMAND = ("traefik",)  # add-ons that a cluster has when somebody asks for them


def images_of(shape: NodeShape) -> tuple[str, ...]:
    """What a node has from the first second; only a cloud gives its machines an id."""
    return (*NODE_IMAGES, *CLOUD_IMAGES) if shape.provider_id else NODE_IMAGES


@dataclass(frozen=True, slots=True)
class Host:
    """Facts of this machine that decide how nodes are started."""

    cpus: int
    memory_table: str
    resolver: str
    cgroup_mount: Path
    containerd: Path
    ctr: Path
    nft: Path
    cni_programs: Path


def read_host() -> Host:
    """Raises LabError naming the package when a program of the machine is missing."""
    return Host(
        cpus=os.cpu_count() or 1,
        memory_table=Path("/proc/meminfo").read_text(),
        resolver=resolver(RESOLVERS),
        cgroup_mount=Path("/sys/fs/cgroup"),
        containerd=_program("containerd"),
        ctr=_program("ctr"),
        nft=_program("nft", package="nftables"),
        cni_programs=_cni_programs(),
    )


def resolver(files: Iterable[Path]) -> str:
    """The first file that names a server which Pods can reach; "" where none does."""
    texts = [path.read_text() for path in files if path.exists()]
    return next((text for text in texts if name_servers(text)), "")


def _program(name: str, *, package: str = "containerd") -> Path:
    found = shutil.which(name)
    if found is None:
        raise LabError(
            say("The program {name} is not on this machine.", name=name),
            say(
                "Run `sudo apt-get install {package}`, or `labkit doctor` for all that is missing.",
                package=package,
            ),
        )
    return Path(found)


def _cni_programs() -> Path:
    for folder in CNI_FOLDERS:
        if (folder / "ptp").exists():
            return folder
    raise LabError(
        say("The CNI plugins are in none of {places}.", places=", ".join(map(str, CNI_FOLDERS))),
        say("Run `sudo apt-get install containernetworking-plugins`."),
    )


@dataclass(frozen=True, slots=True)
class Site:
    """One cluster on this machine, and what acts for it."""

    name: str
    machine: MachinePaths
    run: Runner
    clock: Clock
    progress: Progress
    python: Path
    """The interpreter that root's processes run under."""

    @property
    def paths(self) -> ClusterPaths:
        return self.machine.cluster(checked_name(self.name, "--name"))

    @property
    def supervisor(self) -> Supervisor:
        return Supervisor(self.machine.supervisor, self.python)

    def do(self, commands: list[Command], *, may_fail: bool = False) -> None:
        for command in commands:
            self.run(command.words, stdin=command.stdin, may_fail=may_fail)


def network_of(record: ClusterRecord) -> Network:
    return Network(record.name, record.network)


def control_plane_of(
    record: ClusterRecord, paths: ClusterPaths, programs: dict[str, Path]
) -> ControlPlane:
    network = network_of(record)
    return ControlPlane(
        programs=programs_of(programs, record.plane.minor),
        folder=paths.data,
        address=network.api_address,
        prefix=in_namespace(network.namespace),
        safe_writes=record.safe_writes,
        encrypt_secrets=record.encrypt_secrets,
        own_address=network.router_address,
        credential_generation=record.plane.credential_generation,
        oidc=record.plane.oidc,
    )


def node_of(
    record: ClusterRecord,
    node: NodeRecord,
    *,
    paths: ClusterPaths,
    programs: dict[str, Path],
    host: Host,
) -> Node:
    network = network_of(record)
    return Node(
        cluster=record.name,
        shape=node.shape,
        flavor=checked_flavor(node.shape.flavor, host.cpus),
        index=node.index,
        address=network.node_address(node.index),
        namespace=network.node_namespace(node.name),
        paths=paths.node(node.name),
        programs=programs_of(programs, node.shape.version or record.plane.minor)
        | {"containerd": host.containerd, "ctr": host.ctr},
        host_cpus=host.cpus,
        cni_programs=host.cni_programs,
    )
