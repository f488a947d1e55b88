"""A node as it is kept, and as the API shows it."""

from datetime import datetime
from typing import Literal

from labkit.cloud.values import Kept, Value

NodeStatus = Literal[
    "DELETED", "DELETING", "ERROR", "FLAVOR_OUT_OF_STOCK_ERROR", "INSTALLING", "MAINTENANCE",
    "READY", "REDEPLOYING", "REOPENING", "RESETTING", "SUSPENDED", "SUSPENDING", "UNKNOWN",
    "UPDATING", "USER_ERROR", "USER_NODE_NOT_FOUND_ERROR", "USER_NODE_SUSPENDED_SERVICE",
    "USER_QUOTA_ERROR", "USER_WEBHOOK_PREVENTING_OPERATIONS_ERROR",
]  # fmt: skip
GONE = ("DELETING", "DELETED")
BROKEN = ("ERROR", "FLAVOR_OUT_OF_STOCK_ERROR", "USER_QUOTA_ERROR")


class Node(Kept):
    """The parent is the pool. It has an instance as soon as a machine is being started for it."""

    cluster: str
    project: str
    name: str
    flavor: str
    instance_id: str | None = None
    status: NodeStatus = "INSTALLING"
    version: str
    created_at: datetime
    updated_at: datetime
    deployed_at: datetime | None = None
    deleted_at: datetime | None = None
    template_generation: int = 0
    """Which template of the pool it carries."""

    @property
    def wanted(self) -> bool:
        return self.status not in GONE


class ShownNode(Value):
    id: str
    project_id: str
    node_pool_id: str
    instance_id: str | None
    name: str
    flavor: str
    status: NodeStatus
    is_up_to_date: bool
    version: str
    created_at: datetime
    updated_at: datetime
    deployed_at: datetime | None
    deleted_at: datetime | None


def shown(node: Node, cluster_version: str) -> ShownNode:
    return ShownNode(
        id=node.id,
        project_id=node.project,
        node_pool_id=node.parent,
        instance_id=node.instance_id,
        name=node.name,
        flavor=node.flavor,
        status=node.status,
        is_up_to_date=node.version == cluster_version,
        version=node.version,
        created_at=node.created_at,
        updated_at=node.updated_at,
        deployed_at=node.deployed_at,
        deleted_at=node.deleted_at,
    )
