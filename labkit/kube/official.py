"""The official client, as lessons teach it. Importing it takes 0.4 s, so it is done on call."""

from pathlib import Path
from typing import TYPE_CHECKING

from labkit.kube.errors import KubeconfigInvalid
from labkit.kube.kubeconfig import read_access

if TYPE_CHECKING:
    from kubernetes.client import ApiClient


def api_client(path: Path, context: str | None = None) -> "ApiClient":
    """For `kubernetes.client.CoreV1Api(api_client(path))`. Raises KubeconfigInvalid."""
    read_access(path, context)  # our sentences about what is wrong with the file, before theirs
    from kubernetes import config  # noqa: PLC0415  0.4 s

    try:
        return config.new_client_from_config(config_file=str(path), context=context)
    except config.ConfigException as trouble:
        raise KubeconfigInvalid(path, str(trouble)) from trouble
