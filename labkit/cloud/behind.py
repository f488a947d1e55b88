"""What the API reads of the clusters behind it."""

from typing import Protocol

from labkit.cloud.kube.models import Cluster


class Behind(Protocol):
    """Each may take a while: it asks a cluster. Raises LabError when that does not answer."""

    def kubeconfig(self, cluster: Cluster) -> str:
        """An administrator's, as YAML."""

    def etcd_bytes(self, cluster: Cluster) -> int: ...

    def audit_log(self, cluster: Cluster) -> str:
        """Its last lines, one JSON event a line."""
