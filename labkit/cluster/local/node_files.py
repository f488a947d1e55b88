"""What must be on disk, mounted and in the kernel before a node's processes start."""

import json
from datetime import datetime
from pathlib import Path

import yaml

from labkit.cluster.certificates import Authority, Subject
from labkit.cluster.control_plane import ControlPlane
from labkit.cluster.credentials import CLUSTER_AUTHORITY, write_kubeconfig
from labkit.cluster.local import cgroups
from labkit.cluster.local.node import (
    Node,
    cni_configuration,
    containerd_configuration,
    kubelet_configuration,
    memory_table,
    resolver_text,
)
from labkit.cluster.local.residue import mounts_below
from labkit.cluster.local.site import Host
from labkit.foundation.files import write_atomically
from labkit.foundation.process import Runner


def prepare(node: Node, plane: ControlPlane, host: Host, now: datetime) -> None:
    """Write the node's files; what depends on nothing that changes stays."""
    paths = node.paths
    for folder in (paths.kubelet, paths.run, paths.data / "certificates"):
        folder.mkdir(parents=True, exist_ok=True)
    files = {
        paths.data / "containerd.toml": containerd_configuration(node),
        paths.data / "kubelet.yaml": yaml.safe_dump(kubelet_configuration(node)),
        paths.data / "meminfo": memory_table(host.memory_table, node.flavor),
        paths.data / "resolv.conf": resolver_text(node, host.resolver),
        paths.cni / "10-lab.conflist": json.dumps(cni_configuration(node), indent=1),
    }
    for path, text in files.items():
        write_atomically(path, text)
    _write_identity(node, plane, now)
    cgroups.create(cgroups.creation(host.cgroup_mount, node.cgroup))


def _write_identity(node: Node, plane: ControlPlane, now: datetime) -> None:
    authority = Authority.ensure(plane.pki, CLUSTER_AUTHORITY, now)
    subject = Subject(
        f"system:node:{node.name}", ("system:nodes",), addresses=(node.address, node.name)
    )
    pair = authority.ensure_pair(node.paths.data, "kubelet", subject)
    write_kubeconfig(node.paths.data / "kubelet.kubeconfig", plane, pair, node.cluster)


def share_mounts(node: Node, run: Runner) -> None:
    """Let what the kubelet mounts be seen by containerd, also where / itself is private."""
    folder = node.paths.kubelet
    table = Path("/proc/self/mountinfo").read_text()
    if folder not in mounts_below([folder], table):
        run(["mount", "--bind", str(folder), str(folder)])
        run(["mount", "--make-shared", str(folder)])
