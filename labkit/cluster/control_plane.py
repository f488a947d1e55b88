"""The four programs of a control plane as process plans: pure, shared by the engines."""

from dataclasses import dataclass
from pathlib import Path

from labkit.cluster.engine import OpenIdConnect
from labkit.cluster.oidc import oidc_flags
from labkit.cluster.plan import ProcessPlan

POD_RANGE = "10.2.0.0/16"  # OVHcloud Managed Kubernetes' default for pods
SERVICE_RANGE = "10.3.0.0/16"  # and for Services
API_SERVICE_ADDRESS = "10.3.0.1"
DNS_ADDRESS = "10.3.0.10"
API_PORT = 6443
EVERY_ADDRESS = "0.0.0.0"  # noqa: S104  of the control plane's own network namespace
ETCD_QUOTA_BYTES = 2 * 1024**3  # etcd's own default, said so that a status can show it


@dataclass(frozen=True, slots=True)
class ControlPlane:
    """Where one control plane lives and what it is reached by."""

    programs: dict[str, Path]
    folder: Path
    """Holds pki/, etcd/ and audit.log."""
    address: str
    """The API server's own address; etcd and the others stay on 127.0.0.1."""
    port: int = API_PORT
    etcd_client_port: int = 2379
    etcd_peer_port: int = 2380
    manager_port: int = 10257
    scheduler_port: int = 10259
    prefix: tuple[str, ...] = ()
    """Put before each command, such as nsenter into a network namespace."""
    safe_writes: bool = False
    encrypt_secrets: bool = False
    advertised: str = ""
    """What the Service `kubernetes` names as the API server's address; "" means `address`."""
    own_address: str = ""
    """Another address of the API server, for labkit itself; "" has none but `address`."""
    credential_generation: int = 0
    oidc: OpenIdConnect | None = None
    api_flags: tuple[str, ...] = ()
    """More flags of the API server, for what differs between engines."""

    @property
    def pki(self) -> Path:
        return self.folder / "pki"

    @property
    def server(self) -> str:
        return f"https://{self.address}:{self.port}"

    @property
    def etcd_server(self) -> str:
        return f"http://127.0.0.1:{self.etcd_client_port}"


def plans(plane: ControlPlane) -> tuple[ProcessPlan, ...]:
    """The API server retries until etcd answers; the last two wait for the API server."""
    return (etcd(plane), api_server(plane), controller_manager(plane), scheduler(plane))


def etcd(plane: ControlPlane) -> ProcessPlan:
    peer = f"http://127.0.0.1:{plane.etcd_peer_port}"
    flags = [
        f"--data-dir={plane.folder / 'etcd'}",
        f"--listen-client-urls={plane.etcd_server}",
        f"--advertise-client-urls={plane.etcd_server}",
        f"--listen-peer-urls={peer}",
        f"--initial-advertise-peer-urls={peer}",
        f"--initial-cluster=default={peer}",
        # One member needs no second to elect it: with a short time-out it leads 0.5 s sooner.
        "--heartbeat-interval=20",
        "--election-timeout=200",
        "--log-level=warn",
        f"--quota-backend-bytes={ETCD_QUOTA_BYTES}",
    ]
    if not plane.safe_writes:
        flags.append("--unsafe-no-fsync")
    return _plan(plane, "etcd", flags)


def api_server(plane: ControlPlane) -> ProcessPlan:
    return _plan(
        plane,
        "kube-apiserver",
        [*_api_addresses(plane), *_api_identity(plane), *_api_behaviour(plane), *plane.api_flags],
    )


def _api_addresses(plane: ControlPlane) -> list[str]:
    return [
        f"--etcd-servers={plane.etcd_server}",
        f"--bind-address={EVERY_ADDRESS if plane.own_address else plane.address}",
        f"--secure-port={plane.port}",
        f"--advertise-address={plane.advertised or plane.address}",
        f"--service-cluster-ip-range={SERVICE_RANGE}",
        # Else logs and exec look up the node's name in DNS, and fail.
        "--kubelet-preferred-address-types=InternalIP,Hostname",
        # No kube-proxy beside the API server: metrics-server is reached by Pod address.
        "--enable-aggregator-routing=true",
    ]


def _api_identity(plane: ControlPlane) -> list[str]:
    pki = plane.pki
    return [
        f"--client-ca-file={pki / 'clients.crt'}",
        f"--tls-cert-file={pki / 'apiserver.crt'}",
        f"--tls-private-key-file={pki / 'apiserver.key'}",
        f"--kubelet-client-certificate={pki / 'apiserver-kubelet.crt'}",
        f"--kubelet-client-key={pki / 'apiserver-kubelet.key'}",
        f"--kubelet-certificate-authority={pki / 'ca.crt'}",
        f"--proxy-client-cert-file={pki / 'front-proxy.crt'}",
        f"--proxy-client-key-file={pki / 'front-proxy.key'}",
        f"--requestheader-client-ca-file={pki / 'ca.crt'}",
        "--requestheader-allowed-names=front-proxy",
        "--requestheader-username-headers=X-Remote-User",
        "--requestheader-group-headers=X-Remote-Group",
        "--requestheader-extra-headers-prefix=X-Remote-Extra-",
        "--service-account-issuer=https://kubernetes.default.svc",
        f"--service-account-key-file={pki / 'sa.pub'}",
        f"--service-account-signing-key-file={pki / 'sa.key'}",
    ]


def _api_behaviour(plane: ControlPlane) -> list[str]:
    flags = [
        "--authorization-mode=Node,RBAC",
        "--enable-admission-plugins=NodeRestriction",
        "--allow-privileged=true",
        f"--audit-policy-file={plane.folder / 'audit-policy.yaml'}",
        f"--audit-log-path={plane.folder / 'audit.log'}",
        "--audit-log-maxsize=50",
        "--audit-log-maxbackup=2",
        "--profiling=false",
        # An hour by default: then nobody could tell any more who replaced a Pod or made a node.
        "--event-ttl=24h0m0s",
    ]
    if plane.encrypt_secrets:
        flags.append(f"--encryption-provider-config={plane.folder / 'encryption.yaml'}")
    return [*flags, *oidc_flags(plane.oidc, plane.folder)]


def controller_manager(plane: ControlPlane) -> ProcessPlan:
    return _plan(
        plane,
        "kube-controller-manager",
        [
            *_identity(plane, "controller-manager"),
            f"--secure-port={plane.manager_port}",
            "--use-service-account-credentials=true",
            f"--service-account-private-key-file={plane.pki / 'sa.key'}",
            f"--root-ca-file={plane.pki / 'ca.crt'}",
            f"--cluster-signing-cert-file={plane.pki / 'ca.crt'}",
            f"--cluster-signing-key-file={plane.pki / 'ca.key'}",
            "--leader-elect=false",
            f"--cluster-cidr={POD_RANGE}",
            "--allocate-node-cidrs=false",
            # The defaults of 20 and 30 throttle its own start: 4.5 s to the first Deployment.
            "--kube-api-qps=500",
            "--kube-api-burst=1000",
        ],
        waits=True,
    )


def scheduler(plane: ControlPlane) -> ProcessPlan:
    return _plan(
        plane,
        "kube-scheduler",
        [
            *_identity(plane, "scheduler"),
            f"--secure-port={plane.scheduler_port}",
            "--leader-elect=false",
            # The default of 50 is what 1,000 Pods wait for; the flag's successor is a file.
            "--kube-api-qps=500",
            "--kube-api-burst=1000",
        ],
        waits=True,
    )


def _identity(plane: ControlPlane, name: str) -> list[str]:
    """As whom a component asks, and as whom it answers on loopback.

    Without a certificate it makes an RSA key for itself, which costs 0.3 s of each start.
    """
    pair = plane.pki / name
    return [
        f"--kubeconfig={pair}.kubeconfig",
        f"--authentication-kubeconfig={pair}.kubeconfig",
        f"--authorization-kubeconfig={pair}.kubeconfig",
        f"--tls-cert-file={pair}.crt",
        f"--tls-private-key-file={pair}.key",
        "--bind-address=127.0.0.1",
    ]


def _plan(plane: ControlPlane, name: str, flags: list[str], *, waits: bool = False) -> ProcessPlan:
    command = (*plane.prefix, str(plane.programs[name]), *flags)
    return ProcessPlan(name, command, waits=waits)


AUDIT_POLICY = """\
# Who changed what: lesson 10 reads it, and the proof shows by it that a check wrote nothing.
apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived]
rules:
  - level: None
    users: ["system:apiserver", "system:kube-scheduler", "system:kube-proxy"]
  - level: None
    userGroups: ["system:nodes", "system:serviceaccounts:kube-system"]
  - level: None
    users: ["system:kube-controller-manager"]
  - level: None
    nonResourceURLs: ["/healthz*", "/livez*", "/readyz*", "/version", "/openapi/*"]
  - level: None
    resources: [{group: coordination.k8s.io, resources: [leases]}, {group: "", resources: [events]}]
  - level: Metadata
"""
