"""What the kernel says of this machine: processor, rights, memory, limits, cgroups, features."""

import gzip
import os
import re
from collections.abc import Iterable
from pathlib import Path

from labkit.preflight.facts import Cgroups, Kernel, Limits, Memory, Platform, Rights
from labkit.preflight.mounts import Mount
from labkit.preflight.packages import find_program
from labkit.preflight.surroundings import Surroundings

NO_LIMIT = 1 << 60  # cgroup v1 writes "none" as a number of about this size

# Feature, its option in the kernel's configuration, and a path below /proc or /sys that shows it.
FEATURES = {
    "overlay": ("CONFIG_OVERLAY_FS", "sys/module/overlay"),
    "veth": ("CONFIG_VETH", "sys/module/veth"),
    "bridge": ("CONFIG_BRIDGE", "sys/module/bridge"),
    "br_netfilter": ("CONFIG_BRIDGE_NETFILTER", "proc/sys/net/bridge"),
    "nf_conntrack": ("CONFIG_NF_CONNTRACK", "proc/sys/net/netfilter/nf_conntrack_max"),
    "nf_nat": ("CONFIG_NF_NAT", "sys/module/nf_nat"),
    "xt_comment": ("CONFIG_NETFILTER_XT_MATCH_COMMENT", "sys/module/xt_comment"),
    "xt_conntrack": ("CONFIG_NETFILTER_XT_MATCH_CONNTRACK", "sys/module/xt_conntrack"),
    "xt_statistic": ("CONFIG_NETFILTER_XT_MATCH_STATISTIC", "sys/module/xt_statistic"),
    "xt_mark": ("CONFIG_NETFILTER_XT_MARK", "sys/module/xt_mark"),
    "net_ns": ("CONFIG_NET_NS", "proc/self/ns/net"),
    "pid_ns": ("CONFIG_PID_NS", "proc/self/ns/pid"),
}


def platform(around: Surroundings) -> Platform:
    system = os.uname()
    return Platform(
        system=system.sysname,
        architecture=system.machine,
        kernel=system.release,
        cores=len(os.sched_getaffinity(0)),
        selinux_enforcing=around.number(around.places.sys / "fs/selinux/enforce") == 1,
    )


def rights(around: Surroundings) -> Rights:
    proc = around.places.proc
    status = dict(
        line.split(":", 1) for line in around.read(proc / "self/status").splitlines() if ":" in line
    )
    tunnel = around.places.root / "dev/net/tun"
    held = status.get("CapEff" if around.is_root else "CapBnd", "").strip()
    return Rights(
        is_root=around.is_root,
        sudo=find_program("sudo", around.places.root, around.environment.get("PATH", "")),
        can_gain_rights=status.get("NoNewPrivs", "0").strip() != "1",
        capabilities=int(held, 16) if held else ~0,
        has_user_namespaces=_has_user_namespaces(around),
        has_tunnel=tunnel.exists(),
        may_use_tunnel=os.access(tunnel, os.R_OK | os.W_OK),
    )


def _has_user_namespaces(around: Surroundings) -> bool:
    settings = around.places.proc / "sys"
    switched_off = around.read(settings / "kernel/unprivileged_userns_clone").strip() == "0"
    return around.number(settings / "user/max_user_namespaces") > 0 and not switched_off


def memory(around: Surroundings) -> Memory:
    table = {
        key: int(rest.split()[0]) * 1024
        for key, _, rest in (
            line.partition(":") for line in around.read(around.places.proc / "meminfo").splitlines()
        )
        if rest.split()
    }
    total, available = table.get("MemTotal", 0), table.get("MemAvailable", 0)
    control = around.places.sys / "fs/cgroup"
    limits = (
        (control / "memory.max", control / "memory.current"),
        (control / "memory/memory.limit_in_bytes", control / "memory/memory.usage_in_bytes"),
    )
    for limit_file, used_file in limits:
        limit = around.number(limit_file)
        if 0 < limit < NO_LIMIT:
            total = min(total, limit)
            available = min(available, max(limit - around.number(used_file), 0))
    return Memory(total, available)


def limits(around: Surroundings) -> Limits:
    system = around.places.proc / "sys"
    open_now, _, most = (around.read(system / "fs/file-nr").split() or ["0"] * 3)[:3]
    return Limits(
        open_files=_hard_limit(around.read(around.places.proc / "self/limits")),
        system_files=int(most),
        system_files_open=int(open_now),
        pid_max=around.number(system / "kernel/pid_max"),
        inotify_instances=around.number(system / "fs/inotify/max_user_instances"),
        inotify_watches=around.number(system / "fs/inotify/max_user_watches"),
    )


def _hard_limit(table: str) -> int:
    found = re.search(r"^Max open files\s+\S+\s+(\S+)", table, re.MULTILINE)
    if not found:
        return 0
    return int(found[1]) if found[1].isdecimal() else NO_LIMIT


def cgroups(around: Surroundings, mounts: Iterable[Mount]) -> Cgroups:
    top = around.places.sys / "fs/cgroup"
    disabled = frozenset(
        words[0]
        for words in map(str.split, around.read(around.places.proc / "cgroups").splitlines())
        if len(words) == 4 and words[3] == "0"
    )
    within = [mount for mount in mounts if mount.point == top or top in mount.point.parents]
    second = next((each for each in within if each.kind == "cgroup2" and each.point == top), None)
    if second:
        return _second_version(around, top, second, disabled)
    first = [mount for mount in within if mount.kind == "cgroup"]
    return Cgroups(
        version=1 if first else 0,
        mounted=frozenset(option for mount in first for option in mount.of_filesystem),
        disabled=disabled,
        delegated=frozenset(),
        can_delegate=True,
        writable=all("rw" in mount.options for mount in first),
    )


def _second_version(
    around: Surroundings, top: Path, mount: Mount, disabled: frozenset[str]
) -> Cgroups:
    # A cgroup with processes of its own cannot give controllers away; the very first one can, and
    # it alone has no cgroup.type.
    is_first = not (top / "cgroup.type").exists()
    return Cgroups(
        version=2,
        mounted=frozenset(around.read(top / "cgroup.controllers").split()),
        disabled=disabled,
        delegated=frozenset(around.read(top / "cgroup.subtree_control").split()),
        can_delegate=is_first or not around.read(top / "cgroup.procs").strip(),
        writable="rw" in mount.options,
    )


def kernel(around: Surroundings, release: str) -> Kernel:
    modules = around.places.root / "lib/modules" / release
    built_in = _module_names(around.read(modules / "modules.builtin"))
    can_load = _module_names(around.read(modules / "modules.dep"))
    options = _options(around, release)
    loaded = {line.split()[0] for line in around.read(around.places.proc / "modules").splitlines()}
    filesystems = around.read(around.places.proc / "filesystems").split()
    ready = {
        name
        for name, (option, sign) in FEATURES.items()
        if name in built_in | loaded
        or name in filesystems
        or options.get(option) == "y"
        or _shows(around, sign)
    }
    known = bool(can_load and built_in)
    absent = {
        name
        for name, (option, _) in FEATURES.items()
        if name not in ready | can_load and (known or (options and option not in options))
    }
    return Kernel(frozenset(ready), frozenset(absent), frozenset(can_load - ready), _probes(around))


def _shows(around: Surroundings, sign: str) -> bool:
    top, _, rest = sign.partition("/")
    return ((around.places.sys if top == "sys" else around.places.proc) / rest).exists()


def _module_names(list_of_files: str) -> frozenset[str]:
    found = re.findall(r"^(?:\S*/)?([\w-]+)\.ko[.\w]*", list_of_files, re.MULTILINE)
    return frozenset(name.replace("-", "_") for name in found) & FEATURES.keys()


def _options(around: Surroundings, release: str) -> dict[str, str]:
    packed = around.places.proc / "config.gz"
    if packed.exists():
        text = gzip.decompress(packed.read_bytes()).decode()
    else:
        text = around.read(around.places.root / f"boot/config-{release}")
    return dict(re.findall(r"^(CONFIG_\w+)=([ym])$", text, re.MULTILINE))


def _probes(around: Surroundings) -> dict[str, str]:
    """Try, in namespaces that end with the command, what a node needs. Only root may."""
    if not around.is_root:
        return {}
    alone = ("unshare", "--net", "--")
    tried = {
        "namespaces": ("unshare", "--net", "--mount", "--ipc", "--uts", "--", "true"),
        "links": (*alone, "ip", "link", "add", "lk0", "type", "veth", "peer", "name", "lk1"),
        "nat": (*alone, "iptables", "-w", "1", "-t", "nat", "-S"),
        "tables": (*alone, "nft", "add", "table", "inet", "lk"),
    }
    answers = {name: around.say_of(*command) for name, command in tried.items()}
    return {name: said for name, (well, said) in answers.items() if not well and said}
