"""One worker node as files and process plans: containerd, kubelet, kube-proxy. Pure."""

from dataclasses import dataclass
from pathlib import Path
from string import Template

from labkit.cluster.control_plane import DNS_ADDRESS, POD_RANGE
from labkit.cluster.engine import NodeShape
from labkit.cluster.flavors import Flavor
from labkit.cluster.local.network import in_namespace, pod_range
from labkit.cluster.local.paths import NodePaths
from labkit.cluster.node_record import taint_from
from labkit.cluster.plan import ProcessGroup, ProcessPlan

REGISTRY = "registry.lab.example:5000"
PAUSE_IMAGE = f"{REGISTRY}/pause:1.0"
KUBELETS_DOMAINS = (".node.kubernetes.io", ".kubelet.kubernetes.io")
RESERVED_MILLICPU = 100  # of each node, for its own kubelet; a managed node keeps some too


# Version 2 of the format, which containerd 1.6 to 2.x read.
CONTAINERD = Template("""\
version = 2
root = "$root"
state = "$state"
# Snapshotters and stores that the lab does not use cost start-up time.
disabled_plugins = [
  "io.containerd.snapshotter.v1.aufs", "io.containerd.snapshotter.v1.btrfs",
  "io.containerd.snapshotter.v1.devmapper", "io.containerd.snapshotter.v1.zfs",
  "io.containerd.tracing.processor.v1.otlp", "io.containerd.internal.v1.tracing",
  "io.containerd.internal.v1.opt",
]

[grpc]
  address = "$socket"

[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "$pause"
  # Without CAP_SYS_RESOURCE every Pod would fail with "can't get final child's PID from pipe".
  restrict_oom_score_adj = true
  # Pods' network namespaces stay in our folder, where clean-up finds them.
  netns_mounts_under_state_dir = true
  stream_server_address = "127.0.0.1"
  enable_unprivileged_ports = true
  [plugins."io.containerd.grpc.v1.cri".registry]
    config_path = "$registries"
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "$plugins"
    conf_dir = "$networks"
  [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
    runtime_type = "io.containerd.runc.v2"
    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
      SystemdCgroup = false
      # Several containerd on one host must not share runc's state.
      Root = "$runc"
""")


@dataclass(frozen=True, slots=True)
class Node:
    """Everything that decides how one node is started."""

    cluster: str
    shape: NodeShape
    flavor: Flavor
    index: int
    address: str
    namespace: str
    paths: NodePaths
    programs: dict[str, Path]
    host_cpus: int
    cni_programs: Path

    @property
    def name(self) -> str:
        return self.paths.name

    @property
    def cgroup(self) -> str:
        return f"/labkit/{self.cluster}/{self.name}"

    @property
    def group(self) -> str:
        """The supervisor's name for this node's processes."""
        return f"{self.cluster}.{self.name}"


def process_group(node: Node) -> ProcessGroup:
    plans = (containerd(node), kubelet(node), kube_proxy(node))
    return ProcessGroup(node.group, plans, str(node.paths.data / "logs"))


def containerd(node: Node) -> ProcessPlan:
    """It waits too: while the API server starts, nothing else should have the machine's cores."""
    command = (str(node.programs["containerd"]), "-c", str(node.paths.data / "containerd.toml"))
    return _plan(node, "containerd", command, waits=True)


def kubelet(node: Node) -> ProcessPlan:
    """In a mount namespace of its own, where /proc/meminfo shows the flavor's memory.

    Propagation stays as it is, so that the volumes it mounts reach containerd. It waits for an
    API server that serves: one that it misses at first it asks again after up to 7 s.
    """
    disguise = (
        'mount --make-rprivate /proc && mount --bind "$1" /proc/meminfo && shift && exec "$@"'
    )
    command = (
        *("unshare", "--mount", "--propagation", "unchanged", "--"),
        *("sh", "-c", disguise, "kubelet", str(node.paths.data / "meminfo")),
        str(node.programs["kubelet"]),
        f"--config={node.paths.data / 'kubelet.yaml'}",
        f"--kubeconfig={node.paths.data / 'kubelet.kubeconfig'}",
        f"--root-dir={node.paths.kubelet}",
        f"--cert-dir={node.paths.data / 'certificates'}",
        f"--hostname-override={node.name}",
        f"--node-ip={node.address}",
        f"--node-labels={_own_labels(node)}",
    )
    return _plan(node, "kubelet", command, waits=True)


def kube_proxy(node: Node) -> ProcessPlan:
    command = (
        str(node.programs["kube-proxy"]),
        f"--kubeconfig={node.paths.pki / 'kube-proxy.kubeconfig'}",
        "--proxy-mode=iptables",
        f"--cluster-cidr={POD_RANGE}",
        f"--hostname-override={node.name}",
        f"--nodeport-addresses={node.address}/32",
        # By default a change within a second of another waits for the rest of that second.
        "--iptables-min-sync-period=100ms",
        # These sysctls cannot be written from a network namespace.
        "--conntrack-max-per-core=0",
        "--conntrack-min=0",
        "--conntrack-tcp-timeout-established=0",
        "--conntrack-tcp-timeout-close-wait=0",
    )
    return _plan(node, "kube-proxy", command, waits=True)


def _plan(node: Node, name: str, command: tuple[str, ...], *, waits: bool = False) -> ProcessPlan:
    return ProcessPlan(name, (*in_namespace(node.namespace), *command), waits=waits)


def labels_of(node: Node) -> dict[str, str]:
    return {
        "nodepool": node.shape.pool,
        "node.kubernetes.io/instance-type": node.flavor.name,
        **dict(node.shape.labels),
    }


def is_kubelets(label: str) -> bool:
    """Whether a kubelet may say it of itself; asked to say another of these, it ends."""
    domain = label.rpartition("/")[0]
    is_kubernetes = f".{domain}".endswith((".kubernetes.io", ".k8s.io"))
    return not is_kubernetes or f".{domain}".endswith(KUBELETS_DOMAINS)


def _own_labels(node: Node) -> str:
    own = {key: value for key, value in labels_of(node).items() if is_kubelets(key)}
    return ",".join(f"{key}={value}" for key, value in own.items())


def containerd_configuration(node: Node) -> str:
    return CONTAINERD.substitute(
        root=node.paths.data / "containerd",
        state=node.paths.run / "containerd",
        socket=node.paths.containerd_socket,
        pause=PAUSE_IMAGE,
        registries=node.paths.registries,
        plugins=node.cni_programs,
        networks=node.paths.cni,
        runc=node.paths.run / "runc",
    )


def cni_network(node: Node) -> str:
    """The network's name, which CNI's own cache files begin with."""
    return f"labkit.{node.cluster}.{node.name}"


def cni_configuration(node: Node) -> dict[str, object]:
    """Ptp rather than bridge: network policies see every packet between two Pods routed."""
    addresses = {
        "type": "host-local",
        "ranges": [[{"subnet": pod_range(node.index)}]],
        "routes": [{"dst": "0.0.0.0/0"}],
        "dataDir": str(node.paths.run / "addresses"),
    }
    return {
        "cniVersion": "0.4.0",
        "name": cni_network(node),
        "plugins": [
            {"type": "ptp", "ipMasq": False, "ipam": addresses},
            {"type": "portmap", "capabilities": {"portMappings": True}},
        ],
    }


def kubelet_configuration(node: Node) -> dict[str, object]:
    surplus = (node.host_cpus - node.flavor.vcpus) * 1000 + RESERVED_MILLICPU
    return {
        "apiVersion": "kubelet.config.k8s.io/v1beta1",
        "kind": "KubeletConfiguration",
        "cgroupDriver": "cgroupfs",
        "cgroupRoot": node.cgroup,
        "clusterDNS": [DNS_ADDRESS],
        "clusterDomain": "cluster.local",
        "imageGCHighThresholdPercent": 100,
        # A flavor with fewer vCPUs than the host: the rest is reserved, and a little as always.
        "kubeReserved": {"cpu": f"{surplus}m", "memory": "50Mi"},
        "nodeStatusUpdateFrequency": "2s",
        # The default watches each ConfigMap from the moment a Pod comes. The API server may not
        # know yet that this node may read it; a watch refused then costs the Pod 1.5 s.
        "configMapAndSecretChangeDetectionStrategy": "Cache",
        "failSwapOn": False,
        "failCgroupV1": False,
        "registerWithTaints": [taint_from(text) for text in node.shape.taints],
        "providerID": node.shape.provider_id,
        "maxPods": 110,
        "shutdownGracePeriod": "0s",
        "healthzBindAddress": "127.0.0.1",
        **_kubelet_identity(node),
        **_kubelet_places(node),
    }


def _kubelet_identity(node: Node) -> dict[str, object]:
    return {
        "authentication": {
            "anonymous": {"enabled": False},
            "webhook": {"enabled": True},
            "x509": {"clientCAFile": str(node.paths.pki / "ca.crt")},
        },
        "authorization": {"mode": "Webhook"},
        "tlsCertFile": str(node.paths.data / "kubelet.crt"),
        "tlsPrivateKeyFile": str(node.paths.data / "kubelet.key"),
    }


def _kubelet_places(node: Node) -> dict[str, object]:
    """Several kubelets share a host: nothing is where a kubelet puts it by itself."""
    return {
        "containerRuntimeEndpoint": f"unix://{node.paths.containerd_socket}",
        "resolvConf": str(node.paths.data / "resolv.conf"),
        "podLogsDir": str(node.paths.data / "pods"),
        "volumePluginDir": str(node.paths.data / "volume-plugins"),
        "evictionHard": {
            # Off: the kubelet would take what the whole host uses from this node's few GiB, and
            # a browser beside the lab would put it under pressure. Pods have their cgroup's limit.
            "memory.available": "0%",
            "nodefs.available": "1%",
            "imagefs.available": "1%",
            "nodefs.inodesFree": "1%",
        },
    }


def memory_table(host: str, flavor: Flavor) -> str:
    """The host's /proc/meminfo with the flavor's memory, kept in proportion."""
    lines = []
    host_total = 0
    for line in host.splitlines():
        key, _, rest = line.partition(":")
        amount = int(rest.split()[0]) if rest.split() else 0
        if key == "MemTotal":
            host_total = amount
        if key.startswith("Mem"):
            amount = amount * flavor.memory_kib // host_total
            line = f"{key + ':':<16}{amount:>8} kB"
        if key.startswith("Swap"):
            line = f"{key + ':':<16}{0:>8} kB"
        lines.append(line)
    return "\n".join(lines) + "\n"


def name_servers(resolver: str) -> list[str]:
    """Those of a resolv.conf that Pods can reach: not on the host's loopback, not by IPv6."""
    entries = [line.split() for line in resolver.splitlines()]
    servers = [words[1] for words in entries if words[:1] == ["nameserver"] and len(words) > 1]
    return [each for each in servers if not each.startswith("127.") and ":" not in each]


def resolver_text(node: Node, resolver: str) -> str:
    """For Pods that ask as the host does, CoreDNS among them, which ends without a server.

    Where there is none, the node itself refuses at once.
    """
    lines = [f"nameserver {server}" for server in name_servers(resolver) or [node.address]]
    return "\n".join([*lines, "options timeout:1 attempts:1"]) + "\n"
