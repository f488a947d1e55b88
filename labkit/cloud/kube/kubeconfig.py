"""A cluster's kubeconfig under the names that OVHcloud gives its parts. Pure."""

from typing import Any

import yaml


def renamed(text: str, name: str) -> str:
    """One cluster, one user, one context, named after the cluster."""
    content: dict[str, Any] = yaml.safe_load(text)
    user, context = f"kubernetes-admin-{name}", f"kubernetes-admin@{name}"
    named = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": name, "cluster": content["clusters"][0]["cluster"]}],
        "users": [{"name": user, "user": content["users"][0]["user"]}],
        "contexts": [{"name": context, "context": {"cluster": name, "user": user}}],
        "current-context": context,
        "preferences": {},
    }
    return yaml.safe_dump(named, sort_keys=False)
