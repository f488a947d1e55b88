"""Faults of rights, packages, kernel, memory and disks."""

from dataclasses import replace

from labkit.preflight.facts import Memory, Sources
from labkit.preflight.finding import Level
from tests.unit.preflight.healthy import CONTROLLERS, GIB, INSTALLED, MACHINE
from tests.unit.preflight.planting import (
    Faults,
    cache,
    cgroups,
    data,
    kernel,
    rights,
    system,
    users,
    without,
)

V2_CONTROLLERS = frozenset({"cpu", "cpuset", "io", "memory", "pids"})
V2 = {
    "version": 2,
    "mounted": V2_CONTROLLERS,
    "delegated": frozenset({"cpu"}),
}

IN_THE_SYSTEM: Faults = {
    "another system": ("system", Level.BLOCKING, lambda: system(system="Darwin")),
    "a processor without releases": (
        "architecture",
        Level.BLOCKING,
        lambda: system(architecture="riscv64"),
    ),
    "one core": ("cores", Level.WARNING, lambda: system(cores=1)),
    "SELinux": ("selinux", Level.WARNING, lambda: system(selinux_enforcing=True)),
    "neither root nor sudo": ("rights", Level.WARNING, lambda: users(sudo="")),
    "no_new_privs": ("rights", Level.WARNING, lambda: users(can_gain_rights=False)),
    "a container without CAP_SYS_ADMIN": (
        "capabilities",
        Level.BLOCKING,
        lambda: rights(capabilities=MACHINE.rights.capabilities & ~(1 << 21)),
    ),
    "no user namespaces": (
        "user-namespaces",
        Level.NOTE,
        lambda: users(has_user_namespaces=False),
    ),
    "no device for tunnels": ("tunnel", Level.NOTE, lambda: users(has_tunnel=False)),
    "a device for root's tunnels only": (
        "tunnel",
        Level.NOTE,
        lambda: users(may_use_tunnel=False),
    ),
    "containerd missing": ("package-containerd", Level.BLOCKING, lambda: without("containerd")),
    "runc missing": ("package-runc", Level.BLOCKING, lambda: without("runc")),
    "a CNI plugin missing": (
        "package-containernetworking-plugins",
        Level.BLOCKING,
        lambda: without("ptp"),
    ),
    "iptables missing": ("package-iptables", Level.BLOCKING, lambda: without("iptables-save")),
    "nft missing": ("package-nftables", Level.BLOCKING, lambda: without("nft")),
    "ip missing": ("package-iproute2", Level.BLOCKING, lambda: without("ip")),
    "nsenter missing": ("package-util-linux", Level.BLOCKING, lambda: without("nsenter")),
    "mount missing": ("package-mount", Level.BLOCKING, lambda: without("mount")),
    "venv missing": ("package-python3-venv", Level.NOTE, lambda: without("ensurepip")),
    "an old containerd": (
        "containerd",
        Level.BLOCKING,
        lambda: replace(MACHINE, installed=replace(INSTALLED, containerd_version=(1, 5, 9))),
    ),
    "no cgroups": ("cgroups", Level.BLOCKING, lambda: cgroups(version=0, mounted=frozenset())),
    "cgroups read-only": ("cgroups", Level.BLOCKING, lambda: cgroups(writable=False)),
    "a cgroup controller not mounted": (
        "cgroup-cpuset",
        Level.BLOCKING,
        lambda: cgroups(mounted=CONTROLLERS - {"cpuset"}),
    ),
    "a cgroup controller switched off": (
        "cgroup-memory",
        Level.BLOCKING,
        lambda: cgroups(mounted=CONTROLLERS - {"memory"}, disabled=frozenset({"memory"})),
    ),
    "pids not mounted": ("cgroups", Level.NOTE, lambda: cgroups(mounted=CONTROLLERS - {"pids"})),
    "cgroup v2 without a controller": (
        "cgroup-cpuset",
        Level.BLOCKING,
        lambda: cgroups(**{**V2, "mounted": V2_CONTROLLERS - {"cpuset"}}),
    ),
    "cgroup v2 not delegated": (
        "cgroups",
        Level.BLOCKING,
        lambda: cgroups(**V2, can_delegate=False),
    ),
    "cgroup v2 whose hugetlb alone is not delegated": (
        "cgroups",
        Level.BLOCKING,
        lambda: cgroups(
            version=2,
            mounted=V2_CONTROLLERS | {"hugetlb"},
            delegated=V2_CONTROLLERS,
            can_delegate=False,
        ),
    ),
    "a kernel without overlay": (
        "kernel-overlay",
        Level.BLOCKING,
        lambda: kernel(absent=frozenset({"overlay"})),
    ),
    "a kernel without nf_conntrack": (
        "kernel-nf_conntrack",
        Level.BLOCKING,
        lambda: kernel(absent=frozenset({"nf_conntrack"})),
    ),
    "br_netfilter not loaded": (
        "kernel-br_netfilter",
        Level.NOTE,
        lambda: kernel(
            ready=MACHINE.kernel.ready - {"br_netfilter"}, loadable=frozenset({"br_netfilter"})
        ),
    ),
    "no namespace can be made": (
        "namespaces",
        Level.BLOCKING,
        lambda: kernel(problems={"namespaces": "unshare failed: Operation not permitted"}),
    ),
    "no veth can be made": (
        "links",
        Level.BLOCKING,
        lambda: kernel(problems={"links": "Error: Unknown device type."}),
    ),
    "the nat table unusable": (
        "nat",
        Level.BLOCKING,
        lambda: kernel(problems={"nat": "can't initialize iptables table `nat'"}),
    ),
    "no table of nftables can be made": (
        "tables",
        Level.BLOCKING,
        lambda: kernel(problems={"tables": "Could not process rule: Operation not supported"}),
    ),
    "hardly any memory": (
        "memory",
        Level.BLOCKING,
        lambda: replace(MACHINE, memory=Memory(GIB, GIB // 2)),
    ),
    "little memory": ("memory", Level.WARNING, lambda: replace(MACHINE, memory=Memory(GIB, GIB))),
    "the disk full": ("disk-data", Level.BLOCKING, lambda: data(free_bytes=GIB // 2)),
    "the disk so full that Pods are evicted": (
        "disk-data",
        Level.BLOCKING,
        lambda: data(total_bytes=500 * GIB, free_bytes=5 * GIB),
    ),
    "the disk nearly full": ("disk-data", Level.WARNING, lambda: data(free_bytes=2 * GIB)),
    "the cache's disk full": ("disk-cache", Level.BLOCKING, lambda: cache(free_bytes=GIB // 2)),
    "no room to build": (
        "disk-cache",
        Level.WARNING,
        lambda: replace(
            cache(free_bytes=5 * GIB), sources=Sources(("kubelet",), ("https://x",), ())
        ),
    ),
    "no inodes": ("inodes-data", Level.BLOCKING, lambda: data(free_inodes=100)),
    "few inodes": (
        "inodes-cache",
        Level.WARNING,
        lambda: cache(free_inodes=80_000, total_inodes=10**6),
    ),
    "data on a noexec mount": (
        "mount-data",
        Level.BLOCKING,
        lambda: data(options=frozenset({"rw", "noexec"})),
    ),
    "data on a nosuid mount": (
        "mount-data",
        Level.WARNING,
        lambda: data(options=frozenset({"rw", "nosuid"})),
    ),
    "the cache on a read-only mount": (
        "mount-cache",
        Level.BLOCKING,
        lambda: cache(options=frozenset({"ro"})),
    ),
    "data where no overlay can be": (
        "overlay",
        Level.BLOCKING,
        lambda: replace(users(), data=data(kind="nfs4").data),
    ),
    "an overlay that was refused": (
        "overlay",
        Level.BLOCKING,
        lambda: data(overlay_problem="wrong fs type, bad option"),
    ),
}
