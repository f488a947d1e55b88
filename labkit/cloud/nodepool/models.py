"""A node pool as it is kept, and the bodies and answers that are about one."""

from datetime import datetime
from typing import Literal

from pydantic import Field

from labkit.cloud.values import Kept, Value

PoolStatus = Literal[
    "DELETED", "DELETING", "DOWNSCALING", "ERROR", "INSTALLING", "MAINTENANCE", "READY",
    "REDEPLOYING", "REOPENING", "RESETTING", "SUSPENDED", "SUSPENDING", "UNKNOWN", "UPDATING",
    "UPSCALING", "USER_ERROR", "USER_NODE_NOT_FOUND_ERROR", "USER_NODE_SUSPENDED_SERVICE",
    "USER_QUOTA_ERROR", "USER_WEBHOOK_PREVENTING_OPERATIONS_ERROR",
]  # fmt: skip
SizeStatus = Literal["CAPACITY_OK", "OVER_CAPACITY", "UNDER_CAPACITY"]
Effect = Literal["NoExecute", "NoSchedule", "PreferNoSchedule"]


class Taint(Value):
    key: str = Field(min_length=1)
    value: str
    effect: Effect


class TemplateMetadata(Value):
    labels: dict[str, str]
    annotations: dict[str, str]
    finalizers: tuple[str, ...]


class TemplateSpec(Value):
    taints: tuple[Taint, ...]
    unschedulable: bool


class Template(Value):
    """What each node of the pool carries. Once given, no part of it may be missing."""

    metadata: TemplateMetadata
    spec: TemplateSpec


EMPTY = Template(
    metadata=TemplateMetadata(labels={}, annotations={}, finalizers=()),
    spec=TemplateSpec(taints=(), unschedulable=False),
)


class Autoscaling(Value):
    """Defaults as OVHcloud publishes them."""

    scale_down_utilization_threshold: float = Field(0.5, ge=0, le=1)
    scale_down_unneeded_time_seconds: int = Field(600, ge=0)
    scale_down_unready_time_seconds: int = Field(1200, ge=0)


class AutoscalingChange(Value):
    scale_down_utilization_threshold: float | None = Field(None, ge=0, le=1)
    scale_down_unneeded_time_seconds: int | None = Field(None, ge=0)
    scale_down_unready_time_seconds: int | None = Field(None, ge=0)

    def over(self, old: Autoscaling) -> Autoscaling:
        given = self.model_dump(exclude_none=True)
        return Autoscaling.model_validate(old.model_dump() | given)


class FloatingIps(Value):
    enabled: bool = False


class NodePool(Kept):
    """The parent is the cluster. Its status follows from its nodes, see `state`."""

    project: str
    name: str
    flavor: str
    autoscale: bool = False
    monthly_billed: bool = False
    anti_affinity: bool = False
    desired_nodes: int = 1
    min_nodes: int = 0
    max_nodes: int = 100
    autoscaling: Autoscaling = Autoscaling()
    template: Template = EMPTY
    template_generation: int = 1
    availability_zones: tuple[str, ...] | None = None
    attach_floating_ips: FloatingIps = FloatingIps()
    created_at: datetime
    updated_at: datetime
    installed: bool = False
    """Whether it was READY once; until then it is INSTALLING, afterwards it scales."""
    deleting: bool = False
    object_seen: bool = False
    """Whether the cluster has shown a NodePool object for it."""
    object_synced: str = ""
    """The object's fields when both last agreed, as JSON."""


class NodePoolCreation(Value):
    flavor_name: str
    name: str | None = None
    desired_nodes: int | None = None
    min_nodes: int | None = None
    max_nodes: int | None = None
    autoscale: bool | None = None
    autoscaling: AutoscalingChange | None = None
    anti_affinity: bool | None = None
    monthly_billed: bool | None = None
    availability_zones: tuple[str, ...] | None = None
    attach_floating_ips: FloatingIps | None = None
    template: Template | None = None


class NodePoolUpdate(Value):
    desired_nodes: int | None = None
    min_nodes: int | None = None
    max_nodes: int | None = None
    autoscale: bool | None = None
    autoscaling: AutoscalingChange | None = None
    attach_floating_ips: FloatingIps | None = None
    template: Template | None = None
    nodes_to_remove: tuple[str, ...] | None = None
    monthly_billed: bool | None = None
    """Not in the API's body; the NodePool object has it, and may only turn it on."""


class ShownPool(Value):
    id: str
    project_id: str
    name: str
    flavor: str
    status: PoolStatus
    size_status: SizeStatus
    autoscale: bool
    monthly_billed: bool
    anti_affinity: bool
    desired_nodes: int
    min_nodes: int
    max_nodes: int
    current_nodes: int
    available_nodes: int
    up_to_date_nodes: int
    created_at: datetime
    updated_at: datetime
    autoscaling: Autoscaling
    template: Template
    availability_zones: tuple[str, ...] | None
    attach_floating_ips: FloatingIps | None
