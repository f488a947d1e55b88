"""Faults of limits, clocks, tools and the network, and remnants of crashed runs."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from labkit.cluster.local.network import Network as LabNetwork
from labkit.preflight.facts import Kind, Kubectl, Link, Listener, Proxies, Route, Sources, Times
from labkit.preflight.finding import Level
from tests.unit.preflight.healthy import MACHINE, NOW
from tests.unit.preflight.planting import Faults, limits, network, remnant

LINK = LabNetwork("ghost", 250).host_link
GHOST_RULE = '-A POSTROUTING -s 198.18.9.0/24 -m comment --comment "labkit ghost" -j MASQUERADE'

AROUND_IT: Faults = {
    "few open files": ("open-files", Level.WARNING, lambda: limits(open_files=1024)),
    "the system's files all open": (
        "open-files",
        Level.WARNING,
        lambda: limits(system_files=1000, system_files_open=950),
    ),
    "very few inotify instances": (
        "inotify",
        Level.WARNING,
        lambda: limits(inotify_instances=16),
    ),
    "few inotify instances": ("inotify", Level.NOTE, lambda: limits(inotify_instances=128)),
    "few inotify watches": ("inotify", Level.WARNING, lambda: limits(inotify_watches=1000)),
    "few process numbers": ("pid-max", Level.WARNING, lambda: limits(pid_max=1000)),
    "the clock before the release": (
        "clock",
        Level.BLOCKING,
        lambda: replace(MACHINE, times=Times(NOW.replace(year=2001))),
    ),
    "the clock behind a file": (
        "clock",
        Level.WARNING,
        lambda: replace(MACHINE, times=Times(NOW, Path("/etc/passwd"), NOW + timedelta(days=9))),
    ),
    "an old kubectl on PATH": (
        "kubectl",
        Level.WARNING,
        lambda: replace(MACHINE, kubectl=Kubectl("/usr/bin/kubectl", (1, 28, 0))),
    ),
    "a kubectl that says nothing": (
        "kubectl",
        Level.WARNING,
        lambda: replace(MACHINE, kubectl=Kubectl("/usr/bin/kubectl", ())),
    ),
    "a proxy between us and the cluster": (
        "proxy",
        Level.WARNING,
        lambda: replace(MACHINE, proxies=Proxies({"https": "http://proxy:3128"}, ("localhost",))),
    ),
    "programs missing and nobody to ask": (
        "registry",
        Level.WARNING,
        lambda: replace(MACHINE, sources=Sources(("kubelet",), (), ("https://dl.k8s.io",))),
    ),
    "JupyterLab's port taken": (
        "port-8888",
        Level.NOTE,
        lambda: network(listeners=(Listener(8888, 4121, "python3"),)),
    ),
    "a stale route": (
        "stale-route",
        Level.WARNING,
        lambda: network(routes=(Route("198.18.250.0/24", LINK),)),
    ),
    "a stale link": ("stale-link", Level.WARNING, lambda: network(links=(Link(LINK),))),
    "a stale namespace": (
        "stale-namespace",
        Level.WARNING,
        lambda: network(namespaces=("lab.ghost.node1",)),
    ),
    "a stale masquerade rule": (
        "stale-rule",
        Level.WARNING,
        lambda: network(nat_rules=(GHOST_RULE,)),
    ),
    "the address range routed by somebody else": (
        "address-range",
        Level.WARNING,
        lambda: network(routes=(Route("198.18.0.0/16", "tun0"),)),
    ),
    "an address of the range on a foreign link": (
        "address-range",
        Level.WARNING,
        lambda: network(links=(Link("utun4", ("198.18.0.1",)),)),
    ),
    "no forwarding": ("ip-forward", Level.NOTE, lambda: network(forwards=False)),
    "strict return paths": ("rp-filter", Level.NOTE, lambda: network(return_path_filter=1)),
    "FORWARD policy DROP": (
        "forward-policy",
        Level.WARNING,
        lambda: network(forward_policy="DROP"),
    ),
    "the cluster list damaged": (
        "cluster-list",
        Level.WARNING,
        lambda: replace(MACHINE, clusters=None),
    ),
    "a leftover process": (
        "leftover-process",
        Level.WARNING,
        lambda: remnant(Kind.PROCESS, "4121 etcd"),
    ),
    "a leftover mount": ("leftover-mount", Level.WARNING, lambda: remnant(Kind.MOUNT, "/run/x")),
    "a leftover cgroup": ("leftover-cgroup", Level.WARNING, lambda: remnant(Kind.CGROUP, "/x")),
}
