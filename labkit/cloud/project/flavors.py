"""Flavors as the two parts of the API show them: Kubernetes in GB, the project in MB."""

from typing import Any
from uuid import NAMESPACE_URL, uuid5

from labkit.cloud.cloud import Cloud
from labkit.cloud.project.models import MB_PER_GB, KubeFlavor
from labkit.cloud.values import Value
from labkit.cluster.flavors import FLAVORS, Flavor


class Capability(Value):
    name: str
    enabled: bool


class ProjectFlavor(Value):
    """Memory in MB, disk in GB, bandwidth in Mbit/s."""

    id: str
    name: str
    region: str
    ram: int
    disk: int
    vcpus: int
    type: str
    os_type: str = "linux"
    available: bool
    quota: int = 200
    inbound_bandwidth: int | None = None
    outbound_bandwidth: int | None = None
    capabilities: tuple[Capability, ...] = ()
    plan_codes: dict[str, Any]


def kube_flavors(cloud: Cloud) -> list[KubeFlavor]:
    return [
        KubeFlavor(
            name=flavor.name,
            category=flavor.name[0],
            state="available" if fits_here(cloud, flavor) else "unavailable",
            v_cpus=flavor.vcpus,
            gpus=0,
            ram=flavor.memory_gib,
        )
        for flavor in FLAVORS.values()
    ]


def fits_here(cloud: Cloud, flavor: Flavor) -> bool:
    """A machine cannot show more cores than it has, unless its nodes are simulated."""
    return flavor.vcpus <= cloud.most_vcpus


def project_flavors(cloud: Cloud, region: str) -> list[ProjectFlavor]:
    return [
        ProjectFlavor(
            id=str(uuid5(NAMESPACE_URL, f"{region}/{flavor.name}")),
            name=flavor.name,
            region=region,
            ram=flavor.memory_gib * MB_PER_GB,
            disk=50,
            vcpus=flavor.vcpus,
            type=f"ovh.{flavor.name}",
            available=fits_here(cloud, flavor),
            plan_codes={
                "hourly": f"{flavor.name}.consumption",
                "license": None,
                "monthly": f"{flavor.name}.monthly",
            },
        )
        for flavor in FLAVORS.values()
    ]
