"""Images on nodes: put archives into a node's containerd, and list what it holds."""

import socket
from collections.abc import Sequence
from pathlib import Path

from labkit.cluster.local.node import Node
from labkit.foundation.files import last_line
from labkit.foundation.process import Runner
from labkit.foundation.text import say
from labkit.foundation.waiting import Clock, wait_until

CONTAINERD_LIMIT_SECONDS = 60


def wait_for_containerd(node: Node, clock: Clock) -> None:
    path = str(node.paths.containerd_socket)
    wait_until(
        lambda: _accepts(path),
        say("containerd of node {name}", name=node.name),
        limit_seconds=CONTAINERD_LIMIT_SECONDS,
        clock=clock,
        pause_seconds=0.03,
        last_seen=lambda: last_line(node.paths.data / "logs" / "containerd.log"),
        next_step=say("Run `labkit logs {name}/containerd`.", name=node.name),
    )


def _accepts(path: str) -> bool:
    with socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.connect(path)
        except OSError:
            return False
    return True


def load(node: Node, archives: Sequence[Path], run: Runner, *, gently: bool = False) -> None:
    """OCI or Docker archives; an image that is there already costs a look."""
    for archive in archives:
        priority = ["nice", "-n", "15"] if gently else []
        run([*priority, *_ctr(node), "images", "import", str(archive)], timeout_seconds=300)


def names(node: Node, run: Runner) -> list[str]:
    """The references of all images, without the digests that CRI lists beside them."""
    lines = run([*_ctr(node), "images", "list", "--quiet"]).output.splitlines()
    return sorted(line for line in lines if not line.startswith("sha256:"))


def _ctr(node: Node) -> list[str]:
    socket_path = str(node.paths.containerd_socket)
    return [str(node.programs["ctr"]), "--address", socket_path, "--namespace", "k8s.io"]
