"""What this machine is and what we may do on it."""

from labkit.foundation.text import say
from labkit.preflight.facts import Machine
from labkit.preflight.finding import Finding, blocking, fine, note, warning

ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64"}
CAPABILITIES = {"CAP_SYS_ADMIN": 21, "CAP_NET_ADMIN": 12, "CAP_SYS_CHROOT": 18, "CAP_MKNOD": 27}


def system(machine: Machine) -> list[Finding]:
    seen = machine.platform.system
    if seen == "Linux":
        return [fine("system", say("Linux {release}.", release=machine.platform.kernel))]
    return [
        blocking(
            "system",
            say("This machine runs {system}; nodes are Linux namespaces.", system=seen),
            say("Use a Linux machine or a Linux virtual machine on this one."),
        )
    ]


def architecture(machine: Machine) -> list[Finding]:
    seen = machine.platform.architecture
    if seen in ARCHITECTURES:
        return [fine("architecture", say("{name} processor.", name=ARCHITECTURES[seen]))]
    return [
        blocking(
            "architecture",
            say("This machine's processor is {seen}; the lab's programs are not.", seen=seen),
            say("Use a machine with one of: {known}.", known=", ".join(ARCHITECTURES)),
        )
    ]


def cores(machine: Machine) -> list[Finding]:
    count = machine.platform.cores
    if count >= 2:
        return [fine("cores", say("{count} cores.", count=count))]
    return [
        warning(
            "cores",
            say("This machine gives us {count} core; a b2-7 node has 2.", count=count),
            "labkit up --flavor d2-2",
        )
    ]


def root(machine: Machine) -> list[Finding]:
    rights = machine.rights
    if rights.is_root:
        return [fine("rights", say("We are root."))]
    if rights.sudo and rights.can_gain_rights:
        return [fine("rights", say("`labkit up` becomes root through {sudo}.", sudo=rights.sudo))]
    seen = say("We are not root and there is no sudo; real nodes need one of them.")
    if rights.sudo:
        seen = say("We are not root, and sudo gains no rights here (no_new_privs is set).")
    return [warning("rights", seen, _simulated())]


def root_looks(machine: Machine) -> list[Finding]:
    """What root's looks would find is not known, which is something else than not there."""
    rights = machine.rights
    if rights.is_root or not (rights.sudo and rights.can_gain_rights):
        return []
    seen = say(
        "Not looked at without root: the rules of iptables, and by trial an overlay mount, "
        "namespaces, links, NAT and nftables."
    )
    # By its path: sudo looks for programs in folders of its own.
    return [note("root-looks", seen, 'sudo "$(command -v labkit)" doctor --machine')]


def _simulated() -> str:
    return say(
        "Install sudo as root, or run `labkit up --engine simulated`, which needs no rights."
    )


def capabilities(machine: Machine) -> list[Finding]:
    held = machine.rights.capabilities
    absent = [name for name, bit in CAPABILITIES.items() if not held >> bit & 1]
    if not absent:
        return [fine("capabilities", say("Root here may make namespaces and mounts."))]
    return [
        blocking(
            "capabilities",
            say("Even root lacks {names} here: a container, it seems.", names=", ".join(absent)),
            say("Start the container with --privileged, or run `labkit up --engine simulated`."),
        )
    ]


def namespaces(machine: Machine) -> list[Finding]:
    said = machine.kernel.problems.get("namespaces")
    if not said:
        return []
    return [
        blocking(
            "namespaces",
            say("A network and mount namespace cannot be made: {said}.", said=said),
            say("Start the container with --privileged, or run `labkit up --engine simulated`."),
        )
    ]


def selinux(machine: Machine) -> list[Finding]:
    if not machine.platform.selinux_enforcing:
        return []
    return [
        warning(
            "selinux",
            say("SELinux is enforcing; nobody has tried the local engine under it."),
            "sudo setenforce 0",
        )
    ]


def user_namespaces(machine: Machine) -> list[Finding]:
    if machine.rights.has_user_namespaces or machine.rights.is_root:
        return []
    return [
        note(
            "user-namespaces",
            say("Users may make no user namespaces here; rootless containers need them."),
            "sudo sysctl -w user.max_user_namespaces=15000 kernel.unprivileged_userns_clone=1",
        )
    ]


def tunnel(machine: Machine) -> list[Finding]:
    """Where root makes them, containers are connected without it."""
    rights = machine.rights
    if rights.is_root or (rights.has_tunnel and rights.may_use_tunnel):
        return []
    if not rights.has_tunnel:
        seen = say("There is no /dev/net/tun; podman without root connects containers through it.")
        fix = "sudo modprobe tun   # in a container: start it with --device /dev/net/tun"
        return [note("tunnel", seen, fix)]
    seen = say("Only root may open /dev/net/tun; podman without root connects containers by it.")
    return [note("tunnel", seen, "sudo chmod 0666 /dev/net/tun")]
