"""The doctor's look at a machine and a cluster, as a value: nothing here draws it."""

from collections.abc import Callable, Iterable

from labkit.foundation.settings import Settings
from labkit.preflight import (
    checks_cluster,
    checks_kernel,
    checks_network,
    checks_packages,
    checks_remnants,
    checks_resources,
    checks_rights,
    checks_tools,
)
from labkit.preflight.cluster import Cluster, look_at_cluster
from labkit.preflight.errors import MachineNotReady
from labkit.preflight.facts import Machine
from labkit.preflight.finding import Finding, Report
from labkit.preflight.machine import collect
from labkit.preflight.probe import findings as probed
from labkit.preflight.probe import probe
from labkit.preflight.surroundings import Surroundings

Check = Callable[[Machine], list[Finding]]

LOCAL = "local"
EVERY_ENGINE: tuple[Check, ...] = (
    checks_rights.system,
    checks_rights.architecture,
    checks_resources.memory,
    checks_resources.disks,
    checks_resources.mounts,
    checks_resources.open_files,
    checks_resources.inotify,
    checks_resources.processes,
    checks_tools.clock,
    checks_tools.registry,
    checks_tools.kubectl,
    checks_tools.proxies,
    checks_network.ports,
)
LOCAL_ENGINE: tuple[Check, ...] = (
    checks_rights.cores,
    checks_rights.root,
    checks_rights.root_looks,
    checks_rights.capabilities,
    checks_rights.namespaces,
    checks_rights.user_namespaces,
    checks_rights.tunnel,
    checks_rights.selinux,
    checks_packages.packages,
    checks_packages.containerd,
    checks_kernel.cgroups,
    checks_kernel.features,
    checks_kernel.probes,
    checks_resources.overlay,
    checks_network.address_range,
    checks_network.cluster_list,
    checks_network.stale_routes,
    checks_network.stale_links,
    checks_network.stale_namespaces,
    checks_network.stale_rules,
    checks_network.forwarding,
    checks_remnants.leftovers,
)
CLUSTER = (
    checks_cluster.kubeconfigs,
    checks_cluster.api,
    checks_cluster.certificates,
    checks_cluster.clocks,
    checks_cluster.nodes,
    checks_cluster.dns,
    checks_cluster.ingress,
)


def doctor_report(
    settings: Settings,
    around: Surroundings | None = None,
    *,
    with_cluster: bool = True,
    with_probe: bool = False,
) -> Report:
    """Look at everything; takes about half a second, and changes nothing.

    `with_probe` also starts a Pod in a namespace of its own, to learn what the cluster offers.
    """
    around = around or Surroundings()
    began = around.clock.monotonic()
    machine = collect(settings, around)
    cluster = Cluster()
    if with_cluster:
        cluster = look_at_cluster(settings, around, machine.network.routes)
    judged = judge_cluster(cluster, machine, settings.engine) if with_cluster else ()
    access = cluster.access()
    offers = None
    if with_probe and access and cluster.version:
        offers = probe(access, around, settings.probe_image)
        judged += tuple(probed(offers))
    return Report(
        machine=judge_machine(machine, settings.engine),
        cluster=judged,
        seconds=around.clock.monotonic() - began,
        offers=None if offers is None else tuple(sorted(offers)),
    )


def require_ready(settings: Settings, around: Surroundings | None = None) -> Report:
    """For `labkit up`, before it changes anything: raises MachineNotReady with each blocker's fix.

    Leaves out what only matters to a reader, kubectl and where programs come from.
    """
    around = around or Surroundings()
    machine = collect(settings, around, thorough=False)
    report = Report(judge_machine(machine, settings.engine))
    if report.blockers():
        raise MachineNotReady(report.blockers())
    return report


def judge_machine(machine: Machine, engine: str = LOCAL) -> tuple[Finding, ...]:
    """What the engine needs: only `local` needs root, packages and the kernel's features."""
    checks = EVERY_ENGINE + (LOCAL_ENGINE if engine == LOCAL else ())
    return _joined(check(machine) for check in checks)


def judge_cluster(cluster: Cluster, machine: Machine, engine: str = LOCAL) -> tuple[Finding, ...]:
    images = checks_cluster.images(cluster) if engine == LOCAL else []
    kubectl = []
    # Otherwise said of the machine already.
    if cluster.version[:2] != machine.kubernetes_version[:2]:
        kubectl = checks_cluster.kubectl(cluster, machine.kubectl)
    return _joined([*(check(cluster) for check in CLUSTER), images, kubectl])


def _joined(parts: Iterable[list[Finding]]) -> tuple[Finding, ...]:
    return tuple(finding for part in parts for finding in part)
