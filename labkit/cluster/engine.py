"""The one interface of all engines, and the values that pass through it."""

from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from labkit.foundation.progress import Progress


class Capability(StrEnum):
    """What a lesson may ask of a cluster. Names are those that exercise.toml uses."""

    REAL_PODS = "real-pods"
    DNS = "dns"
    MULTI_NODE = "multi-node"
    LOAD_BALANCER = "load-balancer"
    INGRESS = "ingress"
    NETWORK_POLICY = "network-policy"
    STORAGE = "storage"
    METRICS = "metrics"
    AUDIT_LOG = "audit-log"
    HOST_CONTROL_PLANE = "host-control-plane"
    CLUSTER_SCOPE = "cluster-scope"
    REGISTRY = "registry"
    ALLOWED_SOURCES = "allowed-sources"
    PRIVATE_REGISTRY = "private-registry"


@dataclass(frozen=True, slots=True)
class NodeShape:
    """What a node is to look like; `name` "" lets the engine choose the next free one."""

    flavor: str = "b2-7"
    pool: str = "default"
    name: str = ""
    labels: tuple[tuple[str, str], ...] = ()
    taints: tuple[str, ...] = ()
    """As `kubectl taint` writes them: key=value:NoSchedule."""
    cordoned: bool = False
    annotations: tuple[tuple[str, str], ...] = ()
    provider_id: str = ""
    """The machine behind the node, as its cloud names it: openstack:///<uuid>."""
    version: str = ""
    """Its Kubernetes minor, such as 1.33; "" is the control plane's when the node is added."""


@dataclass(frozen=True, slots=True)
class OpenIdConnect:
    """Who signs tokens that the API server takes for users, and how it reads them."""

    issuer: str
    client_id: str
    username_claim: str = "sub"
    username_prefix: str = ""
    """As kube-apiserver's flag: "" puts the issuer and # before all claims but email, - nothing."""
    groups_claim: str = ""
    groups_prefix: str = ""
    required_claims: tuple[tuple[str, str], ...] = ()
    signing_algorithms: tuple[str, ...] = ()
    """Such as RS256; () takes all that Kubernetes takes."""
    authority: str = ""
    """PEM of who signed the issuer's certificate; "" means the system's authorities."""


@dataclass(frozen=True, slots=True)
class ClusterConfig:
    """The cluster that is wanted; `start` converges to it."""

    name: str = "lab"
    nodes: tuple[NodeShape, ...] = (NodeShape(),)
    """A node with a name is added where there is none of that name. Those without are counted:
    as many are added as the cluster has fewer nodes than this. No node is taken away."""
    safe_writes: bool = False
    """etcd syncs each write to disk: survives a power cut, is slower. Off for a lab."""
    encrypt_secrets: bool = False
    """Secrets are encrypted at rest in etcd (lessons 07 and 08)."""
    version: str = ""
    """The control plane's Kubernetes minor; "" leaves it as it is, the newest for a new cluster."""
    credential_generation: int = 0
    """With a higher one all kubeconfigs for people end, and `kubeconfig()` is a new one."""
    allowed: tuple[str, ...] = ()
    """IPv4 ranges that may call the API server; () is everybody. Nodes and Pods always may."""
    oidc: OpenIdConnect | None = None


class State(StrEnum):
    RUNNING = "running"
    DEGRADED = "degraded"
    STOPPED = "stopped"
    ABSENT = "absent"


@dataclass(frozen=True, slots=True)
class ComponentStatus:
    """One process of the cluster, such as kube-apiserver or node1/kubelet."""

    name: str
    running: bool
    pid: int | None = None
    last_line: str = ""
    """What a component that does not run said last."""
    paused: bool = False
    """Somebody stopped it on purpose; it stays so until it is told to start."""


@dataclass(frozen=True, slots=True)
class NodeStatus:
    name: str
    ready: bool
    flavor: str = ""
    pool: str = ""
    address: str = ""
    schedulable: bool = True
    version: str = ""
    """Its kubelet's; "" while there is no Node object to read it from."""


@dataclass(frozen=True, slots=True)
class ClusterStatus:
    name: str
    engine: str
    state: State
    nodes: tuple[NodeStatus, ...] = ()
    components: tuple[ComponentStatus, ...] = ()
    addons: tuple[tuple[str, str], ...] = ()
    """Add-on and its state: waiting, ready, or failed with the reason."""
    kubernetes_version: str = ""
    api_server: str = ""
    figures: dict[str, float] = field(default_factory=dict)
    """Such as etcd_bytes and etcd_quota_bytes; units end the name."""


class Engine(Protocol):
    """At most eight methods: a ninth means that one of these must leave."""

    name: str
    capabilities: frozenset[Capability]

    def start(self, config: ClusterConfig, progress: Progress) -> ClusterStatus:
        """Converge the cluster to `config`; return when its nodes are Ready. Safe again."""

    def stop(self, progress: Progress) -> None:
        """Stop every process and keep all data. Stopping what is stopped does nothing."""

    def delete(self, progress: Progress) -> None:
        """Stop, then remove data, namespaces, routes, mounts. Deleting nothing is fine."""

    def status(self) -> ClusterStatus:
        """What runs, what does not and what it said last. Never raises because of that."""

    def kubeconfig(self) -> Path:
        """Path of an administrator's kubeconfig. Raises ClusterUnknown."""

    def add_node(self, shape: NodeShape, progress: Progress) -> NodeStatus:
        """Add one node and return when it is Ready."""

    def remove_node(self, name: str, progress: Progress) -> None:
        """Cordon, drain and remove one node with everything of it."""

    def logs(self, component: str, lines: int = 100) -> str:
        """The last lines of one component; `audit` is the API server's audit log."""
