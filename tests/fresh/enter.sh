#!/bin/sh
# enter.sh ROOT FIRST_PROCESS: become process 1 of a machine whose files are in ROOT, with mounts,
# processes, network and cgroups of its own. FIRST_PROCESS is a Python program.
set -eu
root=$1 first_process=$2 own=labkit-fresh cgroups=/sys/fs/cgroup

cgroup_trees() { # each has its own list of processes: one on cgroup v2, one a controller on v1
    if [ -e $cgroups/cgroup.controllers ]; then
        echo $cgroups
    else
        for tree in $cgroups/*; do [ -e "$tree/cgroup.procs" ] && echo "$tree"; done
    fi
}

if [ "${3:-}" != inside ]; then
    for tree in $(cgroup_trees); do
        mkdir -p "$tree/$own"
        for file in cpuset.cpus cpuset.mems; do # empty in a new cgroup of version 1
            [ ! -e "$tree/$own/$file" ] || cat "$tree/$file" >"$tree/$own/$file" || true
        done
        echo $$ >"$tree/$own/cgroup.procs"
    done
    exec unshare --mount --propagation private --cgroup --net --pid --fork --kill-child \
        sh "$0" "$root" "$first_process" inside
fi

mount --bind "$root" "$root" # what is to be the root folder must be a mount point
mount -t proc proc "$root/proc"
mount -t sysfs sysfs "$root/sys"
mount --rbind /dev "$root/dev"
mount -t tmpfs -o mode=755 tmpfs "$root/run"
if [ -e $cgroups/cgroup.controllers ]; then
    mount --bind $cgroups/$own "$root$cgroups"
else
    mount -t tmpfs -o mode=755 tmpfs "$root$cgroups"
    for tree in $(cgroup_trees); do
        mkdir "$root$tree"
        mount --bind "$tree/$own" "$root$tree"
    done
fi
touch "$root/run/entered"
cd "$root" # not chroot: whoever is in one may make no user namespaces
pivot_root . mnt
umount --lazy mnt
exec python3 -c "$first_process"
