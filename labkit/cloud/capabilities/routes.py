"""`…/capabilities/kube`, and the path of the talk's slide, which is history."""

from datetime import UTC, datetime

from labkit.cloud.answers import backend_refuses, not_found
from labkit.cloud.calls import Call, Operation, Reality
from labkit.cloud.kube.catalogue import REGIONS
from labkit.cloud.kube.customization import PLUGINS
from labkit.cloud.project.finding import project_of
from labkit.cloud.project.flavors import kube_flavors
from labkit.cloud.project.models import KubeFlavor
from labkit.cloud.values import Value

PATH = "/cloud/project/{serviceName}/capabilities/kube"
KINDS = ("audit",)
SINCE = datetime(2024, 1, 1, tzinfo=UTC)


class LogKind(Value):
    additional_returned_fields: tuple[str, ...]
    created_at: datetime
    display_name: str
    kind_id: str
    name: str
    updated_at: datetime


def regions(call: Call) -> list[str]:
    project_of(call)
    return list(REGIONS)


def flavors(call: Call) -> list[KubeFlavor]:
    project_of(call)
    region = call.query.get("region")
    if region is not None and region not in REGIONS:
        raise backend_refuses(f"region {region} does not exist", call.cloud.uuid())
    return kube_flavors(call.cloud)


def admission_plugins(call: Call) -> list[str]:
    project_of(call)
    return list(PLUGINS)


def log_kinds(call: Call) -> list[str]:
    project_of(call)
    return list(KINDS)


def log_kind(call: Call) -> LogKind:
    project_of(call)
    name = call.path["name"]
    if name not in KINDS:
        raise not_found(f"Log kind {name} not found")
    return LogKind(
        additional_returned_fields=(),
        created_at=SINCE,
        display_name="Kubernetes audit log",
        kind_id="5f1d3a3e-0000-4000-8000-000000000001",
        name=name,
        updated_at=SINCE,
    )


OPERATIONS = (
    Operation("GET", PATH + "/regions", regions),
    Operation("GET", PATH + "/flavors", flavors),
    Operation("GET", PATH + "/admissionplugins", admission_plugins),
    Operation("GET", PATH + "/log/kind", log_kinds),
    Operation("GET", PATH + "/log/kind/{name}", log_kind, Reality.SHAPE, why="one kind, made up"),
)
