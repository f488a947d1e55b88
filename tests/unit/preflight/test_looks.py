"""Facts are read right: from folders that look like /proc and /sys, and from scripted programs."""

import gzip
import json
from pathlib import Path

import pytest

from labkit.cluster.local.paths import MachinePaths
from labkit.preflight import look_files, look_network, look_system
from labkit.preflight.facts import Kind, Link, Listener, Remnant, Route
from labkit.preflight.mounts import mount_of, read_mounts
from labkit.preflight.surroundings import Places, Surroundings
from tests.support.clock import BEGINNING, HeldClock
from tests.support.processes import RecordedProcesses

PROGRAMS = ("unshare", "ip", "iptables")


def nothing_installed() -> RecordedProcesses:
    run = RecordedProcesses()
    for program in PROGRAMS:
        run.missing(program)
    return run


def around(
    folder: Path, run: RecordedProcesses | None = None, *, is_root: bool = True
) -> Surroundings:
    paths = MachinePaths(folder / "data", folder / "run")
    places = Places(folder, folder / "proc", folder / "sys", folder / "netns", paths)
    for made in (folder / "proc", folder / "sys/fs/cgroup"):
        made.mkdir(parents=True, exist_ok=True)
    return Surroundings(
        run=run or nothing_installed(),
        clock=HeldClock(),
        environment={},
        places=places,
        is_root=is_root,
    )


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def mounted(
    point: Path, kind: str, options: str, of_filesystem: str = "rw", *, numbers: str = "30 1"
) -> str:
    """A line of mountinfo; `numbers` are the mount's own and its parent's."""
    escaped = str(point).replace(" ", "\\040")
    return f"{numbers} 0:26 / {escaped} {options} shared:4 - {kind} {kind} {of_filesystem}\n"


def test_mount_with_a_space_is_read_and_what_lies_on_it_counts(tmp_path: Path) -> None:
    point = tmp_path / "my disk"
    table = mounted(point, "tmpfs", "rw,noexec", numbers="32 31")
    table += mounted(Path("/"), "ext4", "rw") + mounted(point, "ext4", "rw", numbers="31 30")
    found = mount_of(point / "data", read_mounts(table))
    assert found
    assert (found.point, found.kind) == (point, "tmpfs")
    assert "noexec" in found.options


def test_mount_below_a_covered_folder_is_not_there(tmp_path: Path) -> None:
    inner = mounted(tmp_path / "a/b", "ext4", "rw", numbers="31 30")
    root = mounted(Path("/"), "ext4", "rw")
    cover = mounted(tmp_path / "a", "tmpfs", "rw", numbers="32 30")
    upon = mounted(tmp_path / "a/b", "xfs", "rw", numbers="33 32")
    assert [mount.kind for mount in read_mounts(inner + root)] == ["ext4", "ext4"]
    assert [mount.kind for mount in read_mounts(inner + root + cover)] == ["ext4", "tmpfs"]
    assert [mount.kind for mount in read_mounts(inner + root + cover + upon)][-1] == "xfs"


def test_root_that_covers_its_initramfs_covers_nothing_else() -> None:
    table = mounted(Path("/proc"), "proc", "rw", numbers="22 28")
    table += mounted(Path("/"), "ext4", "rw", numbers="28 1")
    assert [mount.kind for mount in read_mounts(table)] == ["proc", "ext4"]


def test_folder_not_under_a_deeper_mount_is_on_the_root() -> None:
    docker = mounted(Path("/var/lib/docker"), "xfs", "rw", numbers="31 30")
    table = mounted(Path("/"), "ext4", "rw") + docker
    found = mount_of(Path("/var/lib/labkit"), read_mounts(table))
    assert found
    assert found.kind == "ext4"


def test_cgroup_v1_controllers_come_from_the_mounts(tmp_path: Path) -> None:
    top = tmp_path / "sys/fs/cgroup"
    table = mounted(top / "memory", "cgroup", "rw", "rw,memory", numbers="31 30")
    table += mounted(top / "cpu,cpuacct", "cgroup", "rw", "rw,cpu,cpuacct", numbers="32 30")
    table += mounted(top / "unified", "cgroup2", "rw", numbers="33 30")
    seen = look_system.cgroups(around(tmp_path), read_mounts(table))
    assert seen.version == 1
    assert {"memory", "cpu", "cpuacct"} <= seen.mounted
    assert seen.writable


def test_disabled_controller_is_read_from_the_kernels_table(tmp_path: Path) -> None:
    write(tmp_path / "proc/cgroups", "#subsys_name\thierarchy\tnum\tenabled\nmemory\t0\t1\t0\n")
    seen = look_system.cgroups(around(tmp_path), [])
    assert seen.version == 0
    assert seen.disabled == {"memory"}


def test_cgroup_v2_in_a_container_with_processes_cannot_delegate(tmp_path: Path) -> None:
    top = tmp_path / "sys/fs/cgroup"
    write(top / "cgroup.controllers", "cpuset cpu io memory pids\n")
    write(top / "cgroup.subtree_control", "cpu\n")
    write(top / "cgroup.procs", "1\n")
    mounts = read_mounts(mounted(top, "cgroup2", "rw"))
    assert look_system.cgroups(around(tmp_path), mounts).can_delegate
    write(top / "cgroup.type", "domain\n")
    seen = look_system.cgroups(around(tmp_path), mounts)
    assert (seen.version, seen.can_delegate) == (2, False)
    assert seen.delegated == {"cpu"}


def test_containers_memory_limit_is_what_counts(tmp_path: Path) -> None:
    write(tmp_path / "proc/meminfo", "MemTotal: 8000 kB\nMemAvailable: 6000 kB\nHugePages: 0\n")
    assert look_system.memory(around(tmp_path)).available_bytes == 6000 * 1024
    write(tmp_path / "sys/fs/cgroup/memory.max", "1024000\n")
    write(tmp_path / "sys/fs/cgroup/memory.current", "24000\n")
    assert look_system.memory(around(tmp_path)).available_bytes == 1_000_000


def test_no_memory_limit_written_as_a_huge_number_is_no_limit(tmp_path: Path) -> None:
    write(tmp_path / "proc/meminfo", "MemTotal: 8000 kB\nMemAvailable: 6000 kB\n")
    limit = tmp_path / "sys/fs/cgroup/memory/memory.limit_in_bytes"
    write(limit, "9223372036854771712\n")
    assert look_system.memory(around(tmp_path)).total_bytes == 8000 * 1024


def test_bounding_set_counts_for_a_user_and_the_effective_one_for_root(tmp_path: Path) -> None:
    write(tmp_path / "proc/self/status", "CapEff:\t0000\nCapBnd:\t00ff\nNoNewPrivs:\t1\n")
    user = look_system.rights(around(tmp_path, is_root=False))
    assert (user.capabilities, user.can_gain_rights) == (0xFF, False)
    assert look_system.rights(around(tmp_path)).capabilities == 0


def test_limits_are_read_with_their_units(tmp_path: Path) -> None:
    write(tmp_path / "proc/self/limits", "Max open files            1024      4096      files\n")
    write(tmp_path / "proc/sys/fs/file-nr", "950\t0\t1000\n")
    write(tmp_path / "proc/sys/fs/inotify/max_user_instances", "128\n")
    seen = look_system.limits(around(tmp_path))
    assert (seen.open_files, seen.system_files_open, seen.system_files) == (4096, 950, 1000)
    assert seen.inotify_instances == 128


def test_unlimited_open_files_are_many(tmp_path: Path) -> None:
    write(tmp_path / "proc/self/limits", "Max open files            1024      unlimited  files\n")
    assert look_system.limits(around(tmp_path)).open_files > 10**9


def test_module_of_the_kernels_folder_is_loadable_and_not_absent(tmp_path: Path) -> None:
    modules = tmp_path / "lib/modules/6.1"
    write(
        modules / "modules.dep", "kernel/fs/overlayfs/overlay.ko.xz:\nkernel/x/br-netfilter.ko:\n"
    )
    write(modules / "modules.builtin", "kernel/drivers/net/veth.ko\n")
    write(tmp_path / "proc/modules", "nf_nat 1 0 - Live 0x0\n")
    seen = look_system.kernel(around(tmp_path, is_root=False), "6.1")
    assert {"veth", "nf_nat"} <= seen.ready
    assert {"overlay", "br_netfilter"} <= seen.loadable
    assert "xt_comment" in seen.absent
    assert not {"overlay", "veth", "nf_nat"} & seen.absent


def test_kernels_own_configuration_tells_what_is_built_in(tmp_path: Path) -> None:
    text = b"CONFIG_OVERLAY_FS=y\n# CONFIG_VETH is not set\nCONFIG_BRIDGE=m\n"
    (tmp_path / "proc").mkdir()
    (tmp_path / "proc/config.gz").write_bytes(gzip.compress(text))
    seen = look_system.kernel(around(tmp_path, is_root=False), "6.1")
    assert "overlay" in seen.ready
    assert "veth" in seen.absent
    assert "bridge" not in seen.ready | seen.absent


def test_kernel_that_tells_nothing_lacks_nothing(tmp_path: Path) -> None:
    seen = look_system.kernel(around(tmp_path, is_root=False), "6.1")
    assert seen.absent == frozenset()


def test_probe_that_fails_keeps_what_the_program_said(tmp_path: Path) -> None:
    run = RecordedProcesses()
    run.answer("unshare")
    run.answer("unshare", "--net", "--mount", status=1, errors="Operation not permitted\n")
    seen = look_system.kernel(around(tmp_path, run), "6.1")
    assert dict(seen.problems) == {"namespaces": "Operation not permitted"}


def test_user_probes_nothing(tmp_path: Path) -> None:
    run = RecordedProcesses()
    look_system.kernel(around(tmp_path, run, is_root=False), "6.1")
    assert run.calls == []


def test_missing_folder_is_measured_at_its_nearest_parent(tmp_path: Path) -> None:
    table = read_mounts(mounted(Path("/"), "ext4", "rw,nosuid"))
    seen = look_files.filesystem(tmp_path / "not/there", table)
    assert seen.folder == tmp_path / "not/there"
    assert seen.total_bytes > 0
    assert seen.options == {"rw", "nosuid"}


def test_overlay_is_tried_in_a_folder_that_is_gone_afterwards(tmp_path: Path) -> None:
    run = RecordedProcesses()
    run.answer("unshare", "mount", "overlay", status=32, errors="mount: wrong fs type\n")
    seen = around(tmp_path, run)
    before = sorted(tmp_path.iterdir())
    assert look_files.overlay_problem(seen, tmp_path / "data") == "mount: wrong fs type"
    assert sorted(tmp_path.iterdir()) == before


@pytest.mark.parametrize("text", ["{", "[1]", '{"lab": "x"}'], ids=["broken", "list", "words"])
def test_damaged_list_of_clusters_is_not_an_empty_one(tmp_path: Path, text: str) -> None:
    assert look_files.clusters(around(tmp_path)) == {}
    write(tmp_path / "data/networks.json", text)
    assert look_files.clusters(around(tmp_path)) is None


def test_remnants_are_told_by_the_cluster_that_their_path_names(tmp_path: Path) -> None:
    seen = around(tmp_path)
    ghost = tmp_path / "data/clusters/ghost"
    write(tmp_path / "proc/41/cmdline", f"/x/etcd\0--data-dir\0{ghost}/etcd\0")
    write(tmp_path / "proc/42/cmdline", f"vim\0{ghost}/cluster.json\0")
    write(tmp_path / "proc/43/cmdline", "/usr/bin/containerd\0")
    write(tmp_path / "proc/44/cmdline", f"/x/kubelet\0--config={ghost}/kubelet.yaml\0")
    (tmp_path / "proc/44/root").symlink_to(tmp_path / "sys")
    (tmp_path / "proc/41/root").symlink_to(tmp_path)
    (tmp_path / "sys/fs/cgroup/memory/labkit/ghost").mkdir(parents=True)
    point = tmp_path / "run/clusters/ghost/node1/x"
    found = look_files.remnants(seen, read_mounts(mounted(point, "overlay", "rw")))
    assert {(each.kind, each.cluster) for each in found} == {(kind, "ghost") for kind in Kind}
    assert Remnant(Kind.PROCESS, "ghost", "41 etcd") in found
    assert Remnant(Kind.GUEST, "ghost", "44 kubelet") in found
    assert len(found) == 4


def test_newest_file_is_named_with_its_time(tmp_path: Path) -> None:
    write(tmp_path / "etc/passwd", "")
    seen = look_files.times(around(tmp_path))
    assert seen.now == BEGINNING
    assert seen.newest_file == tmp_path / "etc/passwd"


def test_routes_are_those_that_lead_somewhere(tmp_path: Path) -> None:
    routes = [
        {"dst": "default", "dev": "eth0"},
        {"dst": "198.18.4.0/24", "dev": "lk0123456789"},
        {"dst": "198.18.5.1", "dev": "tun0"},
        {"type": "local", "dst": "198.18.4.254", "dev": "lk0123456789"},
    ]
    addresses = [{"family": "inet", "local": "198.18.0.1"}, {"family": "inet6", "local": "fe80::1"}]
    links = [{"ifname": "tun0", "addr_info": addresses}, {"ifname": "bare"}]
    run = RecordedProcesses()
    run.answer("ip", "route", output=json.dumps(routes))
    run.answer("ip", "address", output=json.dumps(links))
    run.answer("iptables", "-S", "FORWARD", output="-P FORWARD DROP\n-A FORWARD -j X\n")
    run.answer("iptables", "nat", output="-P POSTROUTING ACCEPT\n")
    seen = look_network.network(around(tmp_path, run), [])
    assert seen.routes == (
        Route("198.18.4.0/24", "lk0123456789"),
        Route("198.18.5.1/32", "tun0"),
    )
    assert seen.links == (Link("tun0", ("198.18.0.1",)), Link("bare"))
    assert seen.forward_policy == "DROP"


def test_machine_without_ip_and_iptables_has_no_facts_and_no_crash(tmp_path: Path) -> None:
    seen = look_network.network(around(tmp_path), [])
    assert (seen.routes, seen.links, seen.namespaces, seen.forward_policy) == ((), (), (), "")


def test_listener_is_named_by_its_process(tmp_path: Path) -> None:
    line = "0: 0100007F:22B8 00000000:0000 0A 00000000:00000000 00:00000000 00000000 0 0 777 1\n"
    write(tmp_path / "proc/net/tcp", f"  sl local_address\n{line}")
    write(tmp_path / "proc/51/comm", "jupyter-lab\n")
    (tmp_path / "proc/51/fd").mkdir()
    (tmp_path / "proc/51/fd/3").symlink_to("socket:[777]")
    seen = look_network.network(around(tmp_path), [8888])
    assert seen.listeners == (Listener(8888, 51, "jupyter-lab"),)
    assert look_network.network(around(tmp_path), [8889]).listeners == ()


def test_device_for_tunnels_is_looked_for_where_it_stands(tmp_path: Path) -> None:
    absent = look_system.rights(around(tmp_path))
    assert (absent.has_tunnel, absent.may_use_tunnel) == (False, False)
    write(tmp_path / "dev/net/tun", "")
    there = look_system.rights(around(tmp_path))
    assert (there.has_tunnel, there.may_use_tunnel) == (True, True)
