"""The API server's two doors on this machine: people's, and labkit's own.

A local cluster's API server is called at 198.18.C.1, by callers of the host from 198.18.C.254:
that is the address which `ClusterConfig.allowed` lets in or refuses. labkit itself, and the cloud
that is emulated, call the same server at 198.18.C.253, which nobody restricts, as a provider's own
side of a managed cluster is not.
"""

from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

from labkit.cluster.lab_range import lab_address
from labkit.kube.kubeconfig import Access, read_access

PEOPLE, OWN = ".1", ".253"
SERVER_NAME = "kubernetes"  # in every API server's certificate, unlike that address


def managed_access(kubeconfig: Path) -> Access:
    """The same user through the door that `allowed` does not close; other engines have one door."""
    access = read_access(kubeconfig)
    parts = urlsplit(access.server)
    host = str(lab_address(access.server) or "")
    if not host.endswith(PEOPLE):
        return access
    server = f"{parts.scheme}://{host.removesuffix(PEOPLE)}{OWN}:{parts.port}"
    return replace(access, server=server, server_name=SERVER_NAME)
