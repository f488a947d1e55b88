"""Where the local engine keeps things: data that stays, and sockets that a restart may lose."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

LONGEST_FOLDER = 17


@dataclass(frozen=True, slots=True)
class MachinePaths:
    """Root's folders. Tests give folders of their own."""

    data: Path = Path("/var/lib/labkit")
    run: Path = Path("/run/labkit")

    @property
    def programs(self) -> Path:
        return self.data / "programs"

    @property
    def images(self) -> Path:
        return self.data / "images"

    @property
    def python(self) -> Path:
        return self.data / "python"

    @property
    def networks(self) -> Path:
        return self.data / "networks.json"

    @property
    def users(self) -> Path:
        """Whom the agent serves."""
        return self.data / "users.json"

    @property
    def lock(self) -> Path:
        return self.data / "machine.lock"

    @property
    def supervisor(self) -> Path:
        return self.data / "supervisor"

    @property
    def registry(self) -> Path:
        return self.data / "registry"

    @property
    def registry_authority(self) -> Path:
        """Who signed the registry's certificate: for everybody to read."""
        return self.registry / "ca.crt"

    @property
    def agent_socket(self) -> Path:
        return self.run / "agent.sock"

    def cluster(self, name: str) -> "ClusterPaths":
        return ClusterPaths(name, self.data / "clusters" / name, self.run / "clusters" / name)

    def cluster_locks(self) -> list[Path]:
        """Of all clusters and registries that somebody works on or has worked on."""
        return sorted((self.data / "clusters").glob(".*.lock"))

    def cluster_names(self) -> list[str]:
        return sorted(path.name for path in (self.data / "clusters").glob("*") if path.is_dir())


@dataclass(frozen=True, slots=True)
class ClusterPaths:
    name: str
    data: Path
    run: Path

    @property
    def pki(self) -> Path:
        return self.data / "pki"

    @property
    def record(self) -> Path:
        """What this cluster is to be: its network number, owner and nodes."""
        return self.data / "cluster.json"

    @property
    def lock(self) -> Path:
        """Outside the data folder, which `down` removes while it holds the lock."""
        return self.data.parent / f".{self.name}.lock"

    @property
    def logs(self) -> Path:
        return self.data / "logs"

    @property
    def own_kubeconfig(self) -> Path:
        """As whom the root side itself asks; never handed out."""
        return self.pki / "controllers.kubeconfig"

    @property
    def admin_kubeconfig(self) -> Path:
        """For people."""
        return self.data / "admin.kubeconfig"

    def node(self, node: str) -> "NodePaths":
        folder = folder_name(node)
        return NodePaths(node, self.data / "nodes" / folder, self.run / folder, self.pki)


def folder_name(node: str) -> str:
    """Short: programs make sockets below it, whose paths the kernel limits to 107 characters.

    No node's name has a dot, so nobody's folder is another's.
    """
    if len(node) <= LONGEST_FOLDER:
        return node
    return f"{node[:8]}.{hashlib.sha256(node.encode()).hexdigest()[:8]}"


@dataclass(frozen=True, slots=True)
class NodePaths:
    name: str
    data: Path
    run: Path
    pki: Path

    @property
    def kubelet(self) -> Path:
        return self.data / "kubelet"

    @property
    def containerd_socket(self) -> Path:
        return self.run / "containerd.sock"

    @property
    def registries(self) -> Path:
        """A folder for each registry that is found in another way than by DNS."""
        return self.data / "registries"

    @property
    def cni(self) -> Path:
        return self.data / "cni"
