"""Processes, mounts and cgroups of clusters that this machine does not know (any more)."""

from labkit.foundation.text import say
from labkit.preflight.facts import Kind, Machine, Remnant
from labkit.preflight.finding import Finding, warning


def leftovers(machine: Machine) -> list[Finding]:
    """One finding for each lost cluster and kind, however many remnants there are."""
    if machine.clusters is None:
        return []
    groups: dict[tuple[Kind, str], list[Remnant]] = {}
    living = machine.clusters.keys() | guests(machine)
    for remnant in machine.remnants:
        if remnant.cluster not in living:
            groups.setdefault((remnant.kind, remnant.cluster), []).append(remnant)
    return [_leftover(remnants) for _, remnants in sorted(groups.items())]


def guests(machine: Machine) -> set[str]:
    """Clusters of a labkit in a container or chroot on this machine: not ours to judge."""
    return {remnant.cluster for remnant in machine.remnants if remnant.kind is Kind.GUEST}


def _leftover(remnants: list[Remnant]) -> Finding:
    first = remnants[0]
    sentences = {
        Kind.PROCESS: say("Processes of cluster {name} run, and there is no such cluster: {what}."),
        Kind.MOUNT: say("Mounts of cluster {name} are left, and there is no such cluster: {what}."),
        Kind.CGROUP: say(
            "Cgroups of cluster {name} are left, and there is no such cluster: {what}."
        ),
    }
    what = first.what
    if len(remnants) > 1:
        what = say("{first} and {count} more", first=first.what, count=len(remnants) - 1)
    seen = sentences[first.kind].format(name=first.cluster, what=what)
    return warning(f"leftover-{first.kind}", seen, f"labkit down --name {first.cluster}")
