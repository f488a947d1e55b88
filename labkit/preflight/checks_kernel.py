"""Cgroups and the kernel's features."""

from labkit.foundation.text import say
from labkit.preflight.facts import Cgroups, Machine
from labkit.preflight.finding import Finding, blocking, fine, note

FIRST_VERSION = ("cpu", "cpuacct", "cpuset", "devices", "memory")  # kubelet and runc insist
FIRST_VERSION_USEFUL = ("pids", "freezer", "blkio")
SECOND_VERSION = ("cpu", "cpuset", "io", "memory", "pids")
SECOND_VERSION_IF_THERE = ("hugetlb",)  # a kubelet insists where the kernel has it, only there


def cgroups(machine: Machine) -> list[Finding]:
    seen = machine.cgroups
    if seen.version == 0:
        return [
            blocking(
                "cgroups",
                say("No cgroup controller is mounted below /sys/fs/cgroup."),
                "sudo mount -t cgroup2 cgroup2 /sys/fs/cgroup",
            )
        ]
    if not seen.writable:
        return [
            blocking(
                "cgroups",
                say("/sys/fs/cgroup is mounted read-only."),
                say("Start the container with --privileged --cgroupns=private."),
            )
        ]
    return _first_version(seen) if seen.version == 1 else _second_version(seen)


def _first_version(seen: Cgroups) -> list[Finding]:
    absent = [name for name in FIRST_VERSION if name not in seen.mounted]
    if absent:
        return [_without(name, seen) for name in absent]
    useful = [name for name in FIRST_VERSION_USEFUL if name not in seen.mounted]
    if useful:
        names = ", ".join(useful)
        said = say("Cgroup controllers {names} are not mounted; the lab works.", names=names)
        return [note("cgroups", said, _mount_command(useful[0]))]
    return [fine("cgroups", say("cgroup v1 with every controller that a node needs."))]


def _second_version(seen: Cgroups) -> list[Finding]:
    absent = [name for name in SECOND_VERSION if name not in seen.mounted]
    if absent:
        return [_without(name, seen) for name in absent]
    needed = [name for name in SECOND_VERSION_IF_THERE if name in seen.mounted]
    withheld = [name for name in (*SECOND_VERSION, *needed) if name not in seen.delegated]
    if withheld and not seen.can_delegate:
        return [
            blocking(
                "cgroups",
                say(
                    "Cgroup controllers {names} are not delegated here, and cannot be.",
                    names=", ".join(withheld),
                ),
                say("Start the container with --privileged --cgroupns=host."),
            )
        ]
    return [fine("cgroups", say("cgroup v2 with every controller (tried by unit tests only)."))]


def _without(name: str, seen: Cgroups) -> Finding:
    if name in seen.disabled:
        return blocking(
            f"cgroup-{name}",
            say("The kernel was started with its cgroup controller {name} off.", name=name),
            say("Add `cgroup_enable={name}` to the kernel's command line, restart.", name=name),
        )
    command = _mount_command(name)
    if seen.version == 2:
        command = say("Give this container or machine the {name} controller.", name=name)
    return blocking(
        f"cgroup-{name}", say("There is no cgroup controller {name} here.", name=name), command
    )


def _mount_command(name: str) -> str:
    folder = f"/sys/fs/cgroup/{name}"
    return f"sudo mkdir -p {folder} && sudo mount -t cgroup -o {name} cgroup {folder}"


def features(machine: Machine) -> list[Finding]:
    kernel = machine.kernel
    found = [_absent(name, machine.platform.kernel) for name in sorted(kernel.absent)]
    if "br_netfilter" in kernel.loadable - kernel.ready:
        # Nothing loads it on demand. Our nodes route between Pods and do well without.
        seen = say("br_netfilter is not loaded; only CNI bridges need it, our nodes route.")
        found.append(note("kernel-br_netfilter", seen, "sudo modprobe br_netfilter"))
    return found or [fine("kernel", say("Every kernel feature that can be seen is there."))]


def _absent(name: str, release: str) -> Finding:
    seen = say("Kernel {release} has no {name}.", release=release, name=name)
    if name == "br_netfilter":
        return note(f"kernel-{name}", seen, say("Nothing to do: our nodes route between Pods."))
    fix = say(
        "Start the distribution's own kernel; on Ubuntu add linux-modules-extra-{r}.", r=release
    )
    return blocking(f"kernel-{name}", seen, fix)


def probes(machine: Machine) -> list[Finding]:
    """What was tried as root in a namespace of its own: the truth, where features are guesses."""
    problems = machine.kernel.problems
    found = []
    if said := problems.get("links"):
        seen = say("A veth pair cannot be made: {said}.", said=said)
        found.append(blocking("links", seen, "sudo modprobe veth"))
    if said := problems.get("nat"):
        seen = say("The nat table of iptables cannot be used: {said}.", said=said)
        found.append(blocking("nat", seen, "sudo modprobe --all iptable_nat nft_compat nf_nat"))
    if said := problems.get("tables"):
        seen = say("No table of nftables can be made: {said}.", said=said)
        found.append(blocking("tables", seen, "sudo modprobe --all nf_tables nf_conntrack"))
    return found
