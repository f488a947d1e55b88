"""The project and its surroundings, as the API shows them."""

from datetime import datetime
from typing import Any, Literal

from pydantic import Field

from labkit.cloud.values import Kept, Value

MB_PER_GB = 1024
"""The project's figures are taken as MB; the description gives no unit."""


class Project(Kept):
    """`id` is its serviceName: 32 hexadecimal characters."""

    name: str
    created_at: datetime
    max_instances: int = 200
    max_cores: int = 400
    max_ram: int = 1600 * MB_PER_GB
    max_clusters: int = 20


class ShownProject(Value):
    """`project_id` is written with an underscore, alone among all."""

    project_id: str = Field(alias="project_id")
    project_name: str | None
    description: str | None
    status: Literal["creating", "deleted", "deleting", "ok", "suspended"] = "ok"
    access: Literal["full", "restricted"] = "full"
    plan_code: str = "project.2018"
    unleash: bool = True
    manual_quota: bool = False
    order_id: int | None = None
    creation_date: datetime
    expiration: datetime | None = None
    iam: dict[str, Any] | None = None


class KubeFlavor(Value):
    """Memory in GB."""

    name: str
    category: str
    state: Literal["available", "unavailable"]
    v_cpus: int = Field(alias="vCPUs")
    gpus: int
    ram: int


class Quota(Value):
    max_cores: int
    max_instances: int
    max_ram: int
    used_cores: int
    used_instances: int
    used_ram: int = Field(alias="usedRAM")


class Quotas(Value):
    region: str
    instance: Quota | None
    volume: None = None
    network: None = None
    loadbalancer: None = None
    keypair: None = None
    keymanager: None = None
    share: None = None
