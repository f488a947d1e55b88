"""`/cloud/project` and what is around the clusters in it."""

from datetime import date, datetime
from typing import Any

from labkit.cloud.answers import not_found
from labkit.cloud.calls import Call, Operation, Reality
from labkit.cloud.kube.catalogue import REGIONS, zones
from labkit.cloud.kube.models import Cluster
from labkit.cloud.node.models import Node
from labkit.cloud.project import quota
from labkit.cloud.project.finding import project_of
from labkit.cloud.project.flavors import ProjectFlavor, project_flavors
from labkit.cloud.project.models import Project, Quotas, ShownProject
from labkit.cloud.values import Value

PATH = "/cloud/project"
COUNTRIES = {
    "GRA": ("EU", "fr", "Gravelines"), "SBG": ("EU", "fr", "Strasbourg"),
    "BHS": ("NA", "ca", "Beauharnois"), "DE": ("EU", "de", "Frankfurt"),
    "UK": ("EU", "gb", "London"), "WAW": ("EU", "pl", "Warsaw"),
    "SGP": ("ASIA", "sg", "Singapore"), "SYD": ("ASIA", "au", "Sydney"),
    "EU-WEST-PAR": ("EU", "fr", "Paris"), "EU-SOUTH-MIL": ("EU", "it", "Milan"),
}  # fmt: skip


class Service(Value):
    name: str
    status: str = "UP"
    endpoint: str


class Region(Value):
    name: str
    type: str
    status: str = "UP"
    continent_code: str
    country_code: str
    datacenter_location: str
    availability_zones: tuple[str, ...]
    ip_countries: tuple[str, ...] = ()
    services: tuple[Service, ...]


class IpAddress(Value):
    gateway_ip: str | None = None
    ip: str
    network_id: str = ""
    type: str = "public"
    version: int = 4


class Instance(Value):
    id: str
    name: str
    region: str
    status: str
    created: datetime
    flavor_id: str
    flavor: dict[str, Any] | None = None
    image_id: str = ""
    image: None = None
    ip_addresses: tuple[IpAddress, ...] = ()
    monthly_billing: None = None
    operation_ids: tuple[str, ...] = ()
    plan_code: str | None
    current_month_outgoing_traffic: int | None = None
    rescue_password: None = None
    ssh_key: None = None
    ssh_key_id: None = None
    availability_zone: str | None = None


class ServiceInfos(Value):
    can_delete_at_expiration: bool = True
    contact_admin: str = "lab-ovh"
    contact_billing: str = "lab-ovh"
    contact_tech: str = "lab-ovh"
    creation: date
    domain: str
    engaged_up_to: date | None = None
    expiration: date
    possible_renew_period: tuple[int, ...] | None = None
    renew: None = None
    renewal_type: str = "automaticV2024"
    service_id: int = 1
    status: str = "ok"


def list_projects(call: Call) -> list[str]:
    return [project.id for project in call.cloud.store.all(Project)]


def get(call: Call) -> ShownProject:
    project = project_of(call)
    return ShownProject(
        project_id=project.id,
        project_name=project.name,
        description=project.name,
        creation_date=project.created_at,
    )


def regions(call: Call) -> list[str]:
    project_of(call)
    return list(REGIONS)


def region(call: Call) -> Region:
    project_of(call)
    name = _known_region(call.path["regionName"])
    continent, country, place = next(
        where for start, where in COUNTRIES.items() if name.startswith(start)
    )
    return Region(
        name=name,
        type="region-3-az" if zones(name) else "region",
        continent_code=continent,
        country_code=country,
        datacenter_location=place,
        availability_zones=zones(name),
        services=(Service(name="instance", endpoint=""), Service(name="network", endpoint="")),
    )


def _known_region(name: str) -> str:
    if name not in REGIONS:
        raise not_found(f"Region {name} not found")
    return name


def flavors(call: Call) -> list[ProjectFlavor]:
    project_of(call)
    wanted = call.query.get("region")
    return [
        flavor
        for name in ([wanted] if wanted else REGIONS)
        for flavor in project_flavors(call.cloud, _known_region(name))
    ]


def flavor(call: Call) -> ProjectFlavor:
    project_of(call)
    found = [one for one in flavors(call) if one.id == call.path["flavorId"]]
    if not found:
        raise not_found(f"Flavor {call.path['flavorId']} not found")
    return found[0]


def quotas(call: Call) -> list[Quotas]:
    return [_quota(call, name) for name in REGIONS]


def region_quota(call: Call) -> Quotas:
    return _quota(call, _known_region(call.path["regionName"]))


def _quota(call: Call, region_name: str) -> Quotas:
    """One quota for the whole project, shown in each region: the real one counts by region."""
    return Quotas(region=region_name, instance=quota.used(call.cloud, project_of(call)))


def instances(call: Call) -> list[Instance]:
    wanted = call.query.get("region")
    found = _instances(call, project_of(call))
    return [one for one in found if wanted in (None, one.region)]


def instance(call: Call) -> Instance:
    for one in _instances(call, project_of(call)):
        if one.id == call.path["instanceId"]:
            return one
    raise not_found(f"Instance {call.path['instanceId']} not found")


def _instances(call: Call, project: Project) -> list[Instance]:
    """Every node with a machine; nothing else runs in this cloud."""
    store = call.cloud.store
    nodes = [node for node in store.all(Node) if node.project == project.id and node.instance_id]
    return [
        Instance(
            id=node.instance_id or "",
            name=node.name,
            region=cluster.region,
            status="ACTIVE" if node.status == "READY" else "BUILD",
            created=node.created_at,
            flavor_id=next(
                one.id for one in project_flavors(call.cloud, cluster.region)
                if one.name == node.flavor
            ),
            plan_code=f"{node.flavor}.consumption",
        )
        for node in nodes
        if node.wanted and (cluster := store.get(Cluster, node.cluster)) is not None
    ]  # fmt: skip


def service_infos(call: Call) -> ServiceInfos:
    project = project_of(call)
    created = project.created_at.date()
    return ServiceInfos(
        creation=created,
        domain=project.id,
        expiration=created.replace(year=created.year + 1, day=1),
    )


OPERATIONS = (
    Operation("GET", PATH, list_projects),
    Operation("GET", PATH + "/{serviceName}", get),
    Operation("GET", PATH + "/{serviceName}/region", regions),
    Operation("GET", PATH + "/{serviceName}/region/{regionName}", region),
    Operation("GET", PATH + "/{serviceName}/region/{regionName}/quota", region_quota),
    Operation("GET", PATH + "/{serviceName}/flavor", flavors),
    Operation("GET", PATH + "/{serviceName}/flavor/{flavorId}", flavor),
    Operation("GET", PATH + "/{serviceName}/quota", quotas),
    Operation("GET", PATH + "/{serviceName}/instance", instances),
    Operation("GET", PATH + "/{serviceName}/instance/{instanceId}", instance),
    Operation(
        "GET", PATH + "/{serviceName}/serviceInfos", service_infos, Reality.SHAPE,
        why="there is no contract",
    ),
)  # fmt: skip
