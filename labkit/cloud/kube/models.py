"""A cluster as it is kept, and the bodies and answers that are about one."""

from base64 import b64decode
from datetime import datetime
from ipaddress import IPv4Network
from typing import Any, Literal
from uuid import UUID

from pydantic import Field, field_validator

from labkit.cloud.blocks import Block, V4Block
from labkit.cloud.kube.catalogue import Version
from labkit.cloud.kube.customization import Customization
from labkit.cloud.nodepool.models import NodePoolCreation
from labkit.cloud.values import Kept, Value

ClusterStatus = Literal[
    "DELETED", "DELETING", "ERROR", "INSTALLING", "MAINTENANCE", "READY", "REDEPLOYING",
    "REOPENING", "RESETTING", "SUSPENDED", "SUSPENDING", "UNKNOWN", "UPDATING", "USER_ERROR",
    "USER_QUOTA_ERROR", "USER_WEBHOOK_PREVENTING_OPERATIONS_ERROR",
]  # fmt: skip
UpdatePolicy = Literal["ALWAYS_UPDATE", "MINIMAL_DOWNTIME", "NEVER_UPDATE"]
KubeProxyMode = Literal["iptables", "ipvs"]
Algorithm = Literal[
    "ES256", "ES384", "ES512", "PS256", "PS384", "PS512", "RS256", "RS384", "RS512"
]  # fmt: skip


class IpAllocationPolicy(Value):
    pods_ipv4_cidr: V4Block = Field(IPv4Network("10.2.0.0/16"), alias="podsIpv4Cidr")
    services_ipv4_cidr: V4Block = Field(IPv4Network("10.3.0.0/16"), alias="servicesIpv4Cidr")


class PrivateNetworkConfiguration(Value):
    default_vrack_gateway: str = ""
    private_network_routing_as_default: bool | None = False


class OpenIdConnect(Value):
    client_id: str = Field(min_length=1)
    issuer_url: str = Field(pattern=r"^https://")
    username_claim: str | None = "sub"
    username_prefix: str | None = None
    groups_claim: tuple[str, ...] | None = None
    groups_prefix: str | None = None
    required_claim: tuple[str, ...] | None = None
    signing_algorithms: tuple[Algorithm, ...] | None = ("RS256",)
    ca_content: str | None = None

    @field_validator("ca_content")
    @classmethod
    def is_base64(cls, given: str | None) -> str | None:
        if given:
            b64decode(given, validate=True).decode("ascii")
        return given


class OpenIdConnectUpdate(OpenIdConnect):
    """What is left out stays; these two cannot be taken away."""

    client_id: str = Field("", min_length=1)
    issuer_url: str = Field("", pattern=r"^https://")


class Cluster(Kept):
    """The parent is the project. `busy` is its status while `applied` is behind `generation`."""

    name: str
    region: str
    version: str
    """What was asked for, complete: `1.34.4-1`."""
    plane_version: str = ""
    """What the control plane runs."""
    hostname: str
    engine_name: str
    kube_proxy_mode: KubeProxyMode = "iptables"
    plan: str = "free"
    update_policy: str = "ALWAYS_UPDATE"
    customization: Customization | None = None
    ip_allocation_policy: IpAllocationPolicy = IpAllocationPolicy()
    private_network_id: str | None = None
    nodes_subnet_id: str | None = None
    load_balancers_subnet_id: UUID | None = None
    private_network_configuration: PrivateNetworkConfiguration | None = None
    ip_restrictions: tuple[Block, ...] = ()
    open_id_connect: OpenIdConnect | None = None
    audit_logs_subscribed: bool = False
    created_at: datetime
    updated_at: datetime
    busy: ClusterStatus = "INSTALLING"
    generation: int = 1
    applied: int = 0
    credential_generation: int = 0
    resets: int = 0
    """How often all that is in it was thrown away."""
    resets_done: int = 0
    trouble: str = ""
    """Why it is in ERROR."""

    @property
    def status(self) -> ClusterStatus:
        if self.busy == "DELETING":
            return "DELETING"
        if self.trouble:
            return "ERROR"
        if self.applied == 0:  # whatever was asked of it meanwhile: who waits for it knows no other
            return "INSTALLING"
        return "READY" if self.applied >= self.generation else self.busy


class ClusterCreation(Value):
    region: str
    name: str | None = Field(None, min_length=1, max_length=255)
    version: Version | None = None
    kube_proxy_mode: KubeProxyMode = "iptables"
    plan: Literal["free", "standard"] | None = None
    update_policy: UpdatePolicy | None = None
    customization: Customization | None = None
    ip_allocation_policy: IpAllocationPolicy | None = None
    private_network_id: str | None = None
    nodes_subnet_id: str | None = None
    load_balancers_subnet_id: UUID | None = None
    private_network_configuration: PrivateNetworkConfiguration | None = None
    nodepool: NodePoolCreation | None = None
    nodepools: tuple[NodePoolCreation, ...] | None = None


class ClusterUpdate(Value):
    name: str | None = Field(None, min_length=1, max_length=255)
    update_policy: UpdatePolicy | None = None


class UpdatePolicyUpdate(Value):
    update_policy: UpdatePolicy


class VersionUpdate(Value):
    strategy: Literal["LATEST_PATCH", "NEXT_MINOR"] = "LATEST_PATCH"
    force: bool | None = None


class Restart(Value):
    force: bool | None = None


class ClusterReset(Value):
    name: str | None = Field(None, min_length=1, max_length=255)
    version: Version | None = None
    kube_proxy_mode: KubeProxyMode | None = None
    update_policy: UpdatePolicy | None = None
    customization: Customization | None = None
    ip_allocation_policy: IpAllocationPolicy | None = None
    private_network_id: str | None = None
    nodes_subnet_id: str | None = None
    load_balancers_subnet_id: UUID | None = None
    private_network_configuration: PrivateNetworkConfiguration | None = None
    worker_nodes_policy: Literal["delete", "reinstall"] = "delete"


class LoadBalancersSubnet(Value):
    load_balancers_subnet_id: UUID | None = None


class IpRestrictions(Value):
    ips: tuple[Block, ...]


class Message(Value):
    message: str


class Kubeconfig(Value):
    content: str


class EtcdUsage(Value):
    """Both in bytes."""

    quota: int
    usage: int


class ShownCluster(Value):
    """A cluster as the API answers it."""

    id: str
    region: str
    name: str
    url: str
    nodes_url: str
    version: str
    next_upgrade_versions: tuple[str, ...] | None
    kube_proxy_mode: KubeProxyMode
    plan: str
    customization: dict[str, Any] | None
    status: ClusterStatus
    update_policy: str
    is_up_to_date: bool
    control_plane_is_up_to_date: bool
    private_network_id: str | None
    nodes_subnet_id: str | None
    load_balancers_subnet_id: UUID | None
    private_network_configuration: PrivateNetworkConfiguration | None
    ip_allocation_policy: IpAllocationPolicy | None
    audit_logs_subscribed: bool
    created_at: datetime
    updated_at: datetime
