"""The emulator's levers under `/_emulator`: what a lesson or a test needs and no cloud offers."""

from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any, Literal

from pydantic import Field

from labkit.cloud.answers import bad_request
from labkit.cloud.auth.models import Application, Credential
from labkit.cloud.calls import Call
from labkit.cloud.cloud import Cloud
from labkit.cloud.kube.changing import cluster_nodes, delete_cluster
from labkit.cloud.kube.models import Cluster
from labkit.cloud.project import quota
from labkit.cloud.project.models import Project
from labkit.cloud.seed import Seed, plant
from labkit.cloud.values import Value

MOST_PROJECTS = 500
Fault = Literal["not-found", "stock", "server-error", "expired-credential", "slow-delete"]


FURTHEST_SECONDS = 3e9
"""A century; dates end with the year 9999."""


class Advance(Value):
    seconds: float = Field(ge=0, le=10**8)


class Speed(Value):
    factor: float = Field(gt=0, le=1000)


class FailNext(Value):
    """`count` further calls (or nodes) meet the fault."""

    kind: Fault
    count: int = Field(1, ge=0, le=1000)


class QuotaChange(Value):
    """What is left out stays."""

    project: str
    max_instances: int | None = Field(None, ge=0)
    max_cores: int | None = Field(None, ge=0)
    max_ram: int | None = Field(None, ge=0)
    max_clusters: int | None = Field(None, ge=0)


class SeedBody(Value):
    project: str = ""
    project_name: str = "Tech Lab"
    application_key: str = ""
    application_secret: str = ""
    consumer_key: str = ""
    max_instances: int = 200
    max_clusters: int = 20


def advance(call: Call) -> dict[str, Any]:
    seconds = call.read(Advance).seconds
    if call.cloud.time.ahead_seconds + seconds > FURTHEST_SECONDS:
        raise bad_request(f"the clock goes at most {FURTHEST_SECONDS:g} seconds ahead")
    call.cloud.time.advance(seconds)
    return _time(call.cloud)


def speed(call: Call) -> dict[str, Any]:
    call.cloud.time.set_speed(call.read(Speed).factor)
    return _time(call.cloud)


def _time(cloud: Cloud) -> dict[str, Any]:
    return {"now": cloud.time.now(), "speed": cloud.time.speed}


def fail_next(call: Call) -> dict[str, int]:
    wanted = call.read(FailNext)
    call.cloud.faults[wanted.kind] = [wanted.kind] * wanted.count
    return {kind: len(left) for kind, left in call.cloud.faults.items()}


def change_quota(call: Call) -> dict[str, Any]:
    """Nodes that waited for it get their machines now."""
    wanted, cloud = call.read(QuotaChange), call.cloud
    with cloud.store.changing():
        project = cloud.store.get(Project, wanted.project)
        if project is None:
            raise bad_request(f"there is no project {wanted.project}")
        changed: Project = project.but(**wanted.model_dump(exclude_none=True, exclude={"project"}))
        cloud.store.put(changed)
        quota.admit(cloud, changed.id)
    cloud.wake("")
    return changed.shown()


def seed(call: Call) -> dict[str, str]:
    """A further account's application and project; its keys."""
    wanted = Seed(**call.read(SeedBody).model_dump())
    if len(call.cloud.store.all(Project)) >= MOST_PROJECTS:
        raise bad_request(f"there are {MOST_PROJECTS} projects already; reset the emulator")
    return asdict(plant(call.cloud, wanted))


class Close(Value):
    project: str
    application_key: str


def close(call: Call) -> dict[str, Any]:
    """Undo a seed: the account's keys and its project, which must hold no cluster any more."""
    wanted, store = call.read(Close), call.cloud.store
    if store.all(Cluster, wanted.project):
        raise bad_request("the project still holds clusters")
    with store.changing():
        for credential in store.all(Credential, wanted.application_key):
            store.remove(Credential, credential.id)
        store.remove(Application, wanted.application_key)
        store.remove(Project, wanted.project)
    return state(call)


def state(call: Call) -> dict[str, Any]:
    return _time(call.cloud) | {
        "clusters": [_cluster(call.cloud, one) for one in call.cloud.store.all(Cluster)],
        "projects": [project.id for project in call.cloud.store.all(Project)],
        "faults": {kind: len(left) for kind, left in call.cloud.faults.items()},
        "calls": call.cloud.calls.shown(),
    }


def _cluster(cloud: Cloud, cluster: Cluster) -> dict[str, Any]:
    nodes = [node for node in cluster_nodes(cloud, cluster) if node.status != "DELETED"]
    return {
        "id": cluster.id,
        "name": cluster.name,
        "project": cluster.parent,
        "status": cluster.status,
        "version": cluster.version,
        "nodes": {node.name: node.status for node in nodes},
        "trouble": cluster.trouble,
        "engine_name": cluster.engine_name,
    }


def reset(call: Call) -> dict[str, Any]:
    """Clusters begin to go; keys asked for later, planned faults and a moved clock go at once."""
    cloud = call.cloud
    with cloud.store.changing():
        for cluster in cloud.store.all(Cluster):
            delete_cluster(cloud, cluster)
        for kind in (Credential, Project, Application):
            for record in cloud.store.all(kind)[1:]:
                cloud.store.remove(kind, record.id)
        cloud.time.restore()
        cloud.faults.clear()
    return state(call)


LEVERS: Mapping[tuple[str, str], Callable[[Call], Any]] = {
    ("GET", "/state"): state,
    ("POST", "/reset"): reset,
    ("POST", "/seed"): seed,
    ("POST", "/close"): close,
    ("POST", "/speed"): speed,
    ("POST", "/advance"): advance,
    ("POST", "/fail-next"): fail_next,
    ("POST", "/quota"): change_quota,
}
