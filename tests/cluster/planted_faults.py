"""Shell lines that plant one fault each, in a mount namespace that ends with the look.

`{tmp}` is the test's own folder. Each gives the finding's id and level.
"""

CACHE = "mkdir -p {tmp}/cache && mount -t tmpfs -o {option} none {tmp}/cache"
HIDDEN = "mount --bind /dev/null $(readlink -f $(command -v {program}))"
SHOWN = "echo {content} >{tmp}/shown && mount --bind {tmp}/shown {path}"

PLANTED: dict[str, tuple[str, str, str]] = {
    "a hidden program": (
        "package-iptables",
        "blocking",
        HIDDEN.format(program="iptables"),
    ),
    "hidden runc": ("package-runc", "blocking", HIDDEN.format(program="runc")),
    "hidden CNI plugins": (
        "package-containernetworking-plugins",
        "blocking",
        "for place in /usr/lib/cni /opt/cni/bin; do"
        " [ ! -d $place ] || mount -t tmpfs none $place; done",
    ),
    "an old containerd": (
        "containerd",
        "blocking",
        "printf '#!/bin/sh\\necho containerd x 1.4.3\\n' >{tmp}/old && chmod +x {tmp}/old"
        " && mount --bind {tmp}/old $(command -v containerd)",
    ),
    "no cgroups": ("cgroups", "blocking", "mount -t tmpfs none /sys/fs/cgroup"),
    "a cgroup that nobody owns": (
        "leftover-cgroup",
        "warning",
        "mount -t tmpfs none /sys/fs/cgroup && mkdir -p /sys/fs/cgroup/labkit/ghost",
    ),
    "a disk nearly full": ("disk-cache", "blocking", CACHE.replace("{option}", "size=4m")),
    "a disk without inodes": (
        "inodes-cache",
        "blocking",
        CACHE.replace("{option}", "nr_inodes=99"),
    ),
    "a noexec mount": ("mount-cache", "blocking", CACHE.replace("{option}", "noexec")),
    "a read-only mount": ("mount-cache", "blocking", CACHE.replace("{option}", "ro")),
    "a nosuid mount": ("mount-data", "warning", "mount -t tmpfs -o nosuid none /var/lib"),
    "data on an overlay": (
        "overlay",
        "blocking",
        "mkdir {tmp}/l {tmp}/u {tmp}/w && mount -t overlay none"
        " -o lowerdir={tmp}/l,upperdir={tmp}/u,workdir={tmp}/w /var/lib",
    ),
    "little memory": (
        "memory",
        "blocking",
        "printf 'MemTotal: 900000 kB\\nMemAvailable: 200000 kB\\n' >{tmp}/shown"
        " && mount -t tmpfs none /var/lib && mount --bind {tmp}/shown /proc/meminfo",
    ),
    "few inotify instances": (
        "inotify",
        "warning",
        SHOWN.replace("{content}", "8").replace(
            "{path}", "/proc/sys/fs/inotify/max_user_instances"
        ),
    ),
    "few process numbers": (
        "pid-max",
        "warning",
        SHOWN.replace("{content}", "900").replace("{path}", "/proc/sys/kernel/pid_max"),
    ),
    "a file of the day after tomorrow": (
        "clock",
        "warning",
        "cp /etc/passwd {tmp}/shown && touch -d '2 days' {tmp}/shown"
        " && mount --bind {tmp}/shown /etc/passwd",
    ),
    "a damaged list of clusters": (
        "cluster-list",
        "warning",
        "mount -t tmpfs none /var/lib && mkdir /var/lib/labkit"
        " && echo '{{' >/var/lib/labkit/networks.json",
    ),
    "a mount that nobody owns": (
        "leftover-mount",
        "warning",
        "mount -t tmpfs none /var/lib && mkdir -p /var/lib/labkit/clusters/ghost/x"
        " && mount -t tmpfs none /var/lib/labkit/clusters/ghost/x",
    ),
    "a namespace that nobody owns": (
        "stale-namespace",
        "warning",
        "mkdir -p /run/netns && mount -t tmpfs none /run/netns && touch /run/netns/lab.ghost.node1",
    ),
}
