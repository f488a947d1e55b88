"""Memory, disks and the kernel's limits, against what a lab takes.

A control plane and one node take about 700 MiB, each further node 200 MiB more; programs, images
and etcd about 2 GiB of disk; building Kubernetes 6 GiB more.
"""

from labkit.foundation.text import say
from labkit.preflight.amounts import GIB, MIB, gib
from labkit.preflight.facts import Filesystem, Machine
from labkit.preflight.finding import Finding, Level, blocking, fine, note, warning

LEAST_MEMORY = 700 * MIB
EASY_MEMORY = 1500 * MIB
LEAST_DISK = GIB
EASY_DISK = 3 * GIB
BUILD_DISK = 8 * GIB
EVICTION_SHARE = 0.02  # kubelet turns Pods away below 1 % free
LEAST_INODES = 20_000
EASY_INODES = 100_000
NO_OVERLAY = frozenset(
    {"overlay", "aufs", "nfs", "nfs4", "cifs", "smb3", "vfat", "exfat", "9p", "ecryptfs"}
    | {"fuseblk", "ntfs3", "virtiofs", "fuse.sshfs", "fuse.glusterfs"}
)
MANY_INSTANCES = 256
FEW_INSTANCES = 64
FEW_WATCHES = 8192
FEW_FILES = 4096
FEW_PROCESSES = 4096


def memory(machine: Machine) -> list[Finding]:
    free, total = machine.memory.available_bytes, machine.memory.total_bytes
    seen = say("{free} of {total} memory are free.", free=gib(free), total=gib(total))
    if free >= EASY_MEMORY:
        return [fine("memory", seen)]
    # What a cluster that runs already takes is not missing.
    if free >= LEAST_MEMORY or machine.clusters:
        return [warning("memory", seen, say("Close programs before you add nodes."))]
    fix = say("Close programs until 0.7 GiB are free, or use a machine with 2 GiB.")
    return [blocking("memory", seen, fix)]


def disks(machine: Machine) -> list[Finding]:
    return [
        *_space("data", machine.data, EASY_DISK),
        *_space("cache", machine.cache, BUILD_DISK if machine.sources.missing else EASY_DISK),
    ]


def _space(name: str, disk: Filesystem, easy: int) -> list[Finding]:
    seen = say(
        "{folder} has {free} free of {total}.",
        folder=disk.folder,
        free=gib(disk.free_bytes),
        total=gib(disk.total_bytes),
    )
    fix = say(
        "Free {size} on {mount}: `sudo du -xhd2 {mount} | sort -h`.",
        size=gib(easy),
        mount=disk.mount,
    )
    level = Level.OK
    if disk.free_bytes < easy:
        level = Level.WARNING
    if disk.free_bytes < LEAST_DISK or disk.free_bytes < EVICTION_SHARE * disk.total_bytes:
        level = Level.BLOCKING
    space = Finding(f"disk-{name}", level, seen, fix if level is not Level.OK else "")
    return [space, *_inodes(name, disk)]


def _inodes(name: str, disk: Filesystem) -> list[Finding]:
    if disk.total_inodes == 0 or disk.free_inodes >= EASY_INODES:
        return []
    seen = say(
        "{folder} has room for {count} more files.", folder=disk.folder, count=disk.free_inodes
    )
    fix = say(
        "Delete many small files on {mount}: `sudo du --inodes -xd3 {mount} | sort -n`.",
        mount=disk.mount,
    )
    too_few = disk.free_inodes < max(LEAST_INODES, EVICTION_SHARE * disk.total_inodes)
    return [(blocking if too_few else warning)(f"inodes-{name}", seen, fix)]


def mounts(machine: Machine) -> list[Finding]:
    return [*_mount("data", machine.data), *_mount("cache", machine.cache)]


def _mount(name: str, disk: Filesystem) -> list[Finding]:
    topic = f"mount-{name}"
    remount = "sudo mount -o remount,{option} {mount}"
    for option, cure in (("ro", "rw"), ("noexec", "exec")):
        if option in disk.options:
            seen = say(
                "{folder} is on {mount}, mounted {option}.",
                folder=disk.folder,
                mount=disk.mount,
                option=option,
            )
            return [blocking(topic, seen, remount.format(option=cure, mount=disk.mount))]
    for option, cure in (("nosuid", "suid"), ("nodev", "dev")):
        if option in disk.options and name == "data":
            seen = say(
                "{folder} is on {mount}, mounted {option}: some images will not work.",
                folder=disk.folder,
                mount=disk.mount,
                option=option,
            )
            return [warning(topic, seen, remount.format(option=cure, mount=disk.mount))]
    return []


def overlay(machine: Machine) -> list[Finding]:
    """Images are stacked by overlay mounts, which not every filesystem can carry."""
    disk = machine.data
    fix = say("Mount an ext4 or xfs filesystem on {folder}.", folder=disk.folder)
    if disk.overlay_problem:
        seen = say(
            "{folder} cannot carry container images: {said}.",
            folder=disk.folder,
            said=disk.overlay_problem,
        )
        return [blocking("overlay", seen, fix)]
    if disk.kind in NO_OVERLAY and not machine.rights.is_root:
        seen = say(
            "{folder} is on {kind}, which cannot carry container images.",
            folder=disk.folder,
            kind=disk.kind,
        )
        return [blocking("overlay", seen, fix)]
    return []


def open_files(machine: Machine) -> list[Finding]:
    limits = machine.limits
    if 0 < limits.open_files < FEW_FILES:
        seen = say("A process may open {count} files here.", count=limits.open_files)
        return [
            warning(
                "open-files", seen, "ulimit -Hn 65536   # as root, in the shell that starts the lab"
            )
        ]
    if limits.system_files and limits.system_files_open > 0.9 * limits.system_files:
        seen = say(
            "{open} of {most} files of the whole system are open.",
            open=limits.system_files_open,
            most=limits.system_files,
        )
        return [warning("open-files", seen, "sudo sysctl -w fs.file-max=1000000")]
    return []


def inotify(machine: Machine) -> list[Finding]:
    instances, watches = machine.limits.inotify_instances, machine.limits.inotify_watches
    fix = "sudo sysctl -w fs.inotify.max_user_instances=512 fs.inotify.max_user_watches=524288"
    seen = say(
        "A user may have {instances} inotify instances and {watches} watches.",
        instances=instances,
        watches=watches,
    )
    if 0 < instances < FEW_INSTANCES or 0 < watches < FEW_WATCHES:
        return [warning("inotify", seen, fix)]
    if 0 < instances < MANY_INSTANCES:
        return [note("inotify", say("{seen} That is enough for a few nodes.", seen=seen), fix)]
    return []


def processes(machine: Machine) -> list[Finding]:
    most = machine.limits.pid_max
    if not 0 < most < FEW_PROCESSES:
        return []
    seen = say("This machine numbers at most {count} processes.", count=most)
    return [warning("pid-max", seen, "sudo sysctl -w kernel.pid_max=32768")]
