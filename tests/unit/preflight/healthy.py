"""A machine and a cluster without a fault; tests plant one each."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from labkit.kube.kubeconfig import Access
from labkit.preflight.cluster import Certificate, Cluster, Kubeconfig, Node, Pod
from labkit.preflight.facts import (
    Cgroups,
    Filesystem,
    Kernel,
    Kubectl,
    Limits,
    Machine,
    Memory,
    Network,
    Platform,
    Proxies,
    Rights,
    Sources,
    Times,
)
from labkit.preflight.look_system import FEATURES
from labkit.preflight.packages import PACKAGES, Installed

NOW = datetime(2026, 6, 1, 9, 0, tzinfo=UTC)
GIB = 1024**3
EVERY_CAPABILITY = (1 << 41) - 1
CONTROLLERS = frozenset(
    {"cpu", "cpuacct", "cpuset", "memory", "devices", "pids", "freezer", "blkio"}
)


def disk(folder: str) -> Filesystem:
    return Filesystem(
        folder=Path(folder),
        mount=Path("/"),
        kind="ext4",
        options=frozenset({"rw", "relatime"}),
        total_bytes=100 * GIB,
        free_bytes=50 * GIB,
        total_inodes=6_000_000,
        free_inodes=5_000_000,
    )


INSTALLED = Installed(
    programs={name: f"/usr/bin/{name}" for package in PACKAGES for name in package.programs},
    files={name: f"/usr/lib/cni/{name}" for package in PACKAGES for name in package.files},
    modules=frozenset({"ensurepip"}),
    containerd_version=(1, 6, 20),
)

MACHINE = Machine(
    platform=Platform("Linux", "x86_64", "6.1.0", 2, selinux_enforcing=False),
    rights=Rights(
        is_root=True,
        sudo="/usr/bin/sudo",
        can_gain_rights=True,
        capabilities=EVERY_CAPABILITY,
        has_user_namespaces=True,
    ),
    installed=INSTALLED,
    memory=Memory(8 * GIB, 6 * GIB),
    data=disk("/var/lib/labkit"),
    cache=disk("/home/ada/.cache/labkit"),
    limits=Limits(
        open_files=1_048_576,
        system_files=2_000_000,
        system_files_open=2_000,
        pid_max=4_194_304,
        inotify_instances=512,
        inotify_watches=500_000,
    ),
    cgroups=Cgroups(
        version=1,
        mounted=CONTROLLERS,
        disabled=frozenset(),
        delegated=frozenset(),
        can_delegate=True,
        writable=True,
    ),
    kernel=Kernel(frozenset(FEATURES), frozenset(), frozenset(), {}),
    network=Network(
        routes=(),
        links=(),
        namespaces=(),
        listeners=(),
        nat_rules=(),
        forward_policy="ACCEPT",
        forwards=True,
        return_path_filter=2,
    ),
    clusters={},
    remnants=(),
    times=Times(NOW, Path("/etc/passwd"), NOW - timedelta(days=3)),
    proxies=Proxies({}, ()),
    kubectl=Kubectl("/usr/local/bin/kubectl", (1, 34, 1)),
    our_kubectl=Path("/home/ada/.cache/labkit/programs/kubernetes/kubectl"),
    kubernetes_version=(1, 34, 4),
    sources=Sources(),
)

IMAGES = frozenset({"registry.lab.example:5000/pause:1.0", "registry.lab.example:5000/hello:1.0"})

CLUSTER = Cluster(
    kubeconfigs=(Kubeconfig(Path("/home/ada/labkit/kubeconfig"), access=Access("https://x")),),
    certificates=(
        Certificate("API server", NOW - timedelta(days=1), NOW + timedelta(days=300)),
        Certificate("admin", NOW - timedelta(days=1), NOW + timedelta(days=300)),
    ),
    server="https://198.18.1.1:6443",
    now=NOW,
    server_time=NOW,
    version=(1, 34, 4),
    nodes=(Node("node1", ready=True, images=IMAGES),),
    dns=(Pod("coredns-1", ready=True, phase="Running"),),
)
