"""A cluster as the API shows it. Pure."""

from collections.abc import Iterable

from labkit.cloud.kube.catalogue import upgrades
from labkit.cloud.kube.customization import complete
from labkit.cloud.kube.models import Cluster, PrivateNetworkConfiguration, ShownCluster
from labkit.cloud.node.models import Node


def shown(cluster: Cluster, nodes: Iterable[Node]) -> ShownCluster:
    plane_is_current = cluster.plane_version in ("", cluster.version)
    nodes_are_current = all(node.version == cluster.version for node in nodes if node.wanted)
    return ShownCluster(
        id=cluster.id,
        region=cluster.region,
        name=cluster.name,
        url=cluster.hostname,
        nodes_url=cluster.hostname.replace(".", ".nodes.", 1),
        version=cluster.version,
        next_upgrade_versions=upgrades(cluster.version),
        kube_proxy_mode=cluster.kube_proxy_mode,
        plan=cluster.plan,
        customization=complete(cluster.customization),
        status=cluster.status,
        update_policy=cluster.update_policy,
        is_up_to_date=plane_is_current and nodes_are_current,
        control_plane_is_up_to_date=plane_is_current,
        private_network_id=cluster.private_network_id,
        nodes_subnet_id=cluster.nodes_subnet_id,
        load_balancers_subnet_id=cluster.load_balancers_subnet_id,
        private_network_configuration=_unless_empty(cluster.private_network_configuration),
        ip_allocation_policy=cluster.ip_allocation_policy,
        audit_logs_subscribed=cluster.audit_logs_subscribed,
        created_at=cluster.created_at,
        updated_at=cluster.updated_at,
    )


def _unless_empty(
    configuration: PrivateNetworkConfiguration | None,
) -> PrivateNetworkConfiguration | None:
    """Terraform always sends one; nothing in it is the same as none."""
    return None if configuration == PrivateNetworkConfiguration() else configuration
