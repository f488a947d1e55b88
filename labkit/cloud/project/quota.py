"""How much of the project's quota is used, and which nodes there is room for.

Too little quota is no error of a call: it shows as the status of nodes and pools (manager #10182).
"""

from collections.abc import Iterable

from labkit.cloud.cloud import Cloud
from labkit.cloud.kube.catalogue import offered
from labkit.cloud.node.models import Node
from labkit.cloud.project.models import MB_PER_GB, Project, Quota

WITHOUT_MACHINE = ("USER_QUOTA_ERROR", "FLAVOR_OUT_OF_STOCK_ERROR", "DELETED")


def admit(cloud: Cloud, project_id: str) -> None:
    """Give machines to nodes in the order they came; the rest wait in USER_QUOTA_ERROR."""
    project = cloud.store.get(Project, project_id)
    if project is None:
        return
    nodes = [node for node in cloud.store.all(Node) if node.project == project_id]
    holding = [node for node in nodes if _holds(node)]
    for node in nodes:
        if node.status not in ("INSTALLING", "USER_QUOTA_ERROR") or node.instance_id:
            continue
        fits = fits_in(project, usage(project, [*holding, node]))
        status = "INSTALLING" if fits else "USER_QUOTA_ERROR"
        if fits:
            holding.append(node)
        if status != node.status:
            cloud.store.put(node.but(status=status, updated_at=cloud.time.now()))


def _holds(node: Node) -> bool:
    """Whether a machine is there for it; a node that has only been asked for holds none yet."""
    return node.status not in WITHOUT_MACHINE and node.instance_id is not None


def usage(project: Project, nodes: Iterable[Node]) -> Quota:
    """RAM in MB."""
    flavors = [flavor for node in nodes if (flavor := offered(node.flavor))]
    return Quota(
        max_cores=project.max_cores,
        max_instances=project.max_instances,
        max_ram=project.max_ram,
        used_cores=sum(flavor.vcpus for flavor in flavors),
        used_instances=len(flavors),
        used_ram=sum(flavor.memory_gib for flavor in flavors) * MB_PER_GB,
    )


def used(cloud: Cloud, project: Project) -> Quota:
    nodes = [node for node in cloud.store.all(Node) if node.project == project.id]
    return usage(project, [node for node in nodes if node.status not in WITHOUT_MACHINE])


def fits_in(project: Project, quota: Quota) -> bool:
    return (
        quota.used_cores <= project.max_cores
        and quota.used_instances <= project.max_instances
        and quota.used_ram <= project.max_ram
    )
